"""Counting RCTab's configurations and cast vote records by command."""

import json

import pytest
from click.testing import CliRunner, Result

from app.cli import root
from tests.tally.rctab_files import CSV, CSV_SOURCE, configuration
from tests.tally.test_ranked_cdf import position, record, report, selection


@pytest.fixture
def configured(tmp_path):
    (tmp_path / "votes.csv").write_text(CSV, encoding="utf-8")
    path = tmp_path / "config.json"
    rules = {"tiebreakMode": "random", "randomSeed": 1, "maxSkippedRanksAllowed": 0}
    path.write_text(json.dumps(configuration(rules=rules)), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(root, ["tally", *map(str, arguments), "--lang", "en"])


def test_a_configuration_counts_by_its_own_rules(configured):
    for asked in ((), ("--rule", "rctab")):
        answer = run(configured, *asked, "--json")
        assert answer.exit_code == 0, answer.output
        said = json.loads(answer.stdout)
        assert (said["file"], said["rule"], said["names"]) == (str(configured), "rctab", ["Ann"])
        assert said["outcome"]["parameters"]["max_skipped_ranks"] == 0
        assert ["skipped ranks", 1] in said["outcome"]["rounds"][0]["exhausted"]
    lot = run(configured, "--rule", "rctab", "--seed", "00" * 16, "--json")
    assert json.loads(lot.stdout)["outcome"]["parameters"]["max_skipped_ranks"] == 0


def test_its_ballots_count_by_any_rule(configured):
    said = json.loads(run(configured, "--rule", "irv", "--contest", "Mayor", "--json").stdout)
    assert (said["rule"], said["outcome"]["ballots"]) == ("irv", 5)
    assert ["skipped ranks", 1] not in said["outcome"]["rounds"][0]["exhausted"]


def test_without_a_rule_other_files_go_their_own_way(configured, tmp_path):
    answer = run(configured, tmp_path / "votes.csv")
    assert answer.exit_code == 1
    assert "rctab;" not in answer.output


def test_a_source_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(configuration(CSV_SOURCE | {"filePath": "gone.csv"})))
    answer = run(path)
    assert answer.exit_code == 1
    assert f"{tmp_path / 'gone.csv'}: No such file" in answer.output


def test_a_contest_of_several_is_chosen_by_name(tmp_path):
    said = report(record(selection("sa", position(1))))
    said["Election"][0]["Contest"][1] = {
        "@id": "c2", "Name": "Council", "ContestSelection": [{"@id": "x", "CandidateIds": ["c"]}],
    }  # fmt: skip
    path = tmp_path / "cvr.json"
    path.write_text(json.dumps(said))
    chosen = json.loads(run(path, "--rule", "irv", "--contest", "Mayor", "--json").stdout)
    assert (chosen["names"], chosen["outcome"]["ballots"]) == (["Ann"], 1)
