"""Counting files of ranked ballots by command."""

import json

import pytest
from click.testing import CliRunner, Result

from app.cli import root
from app.commands.speech import EXPECTED
from app.ranked.words import BY
from tally.formats import ranked
from tally.ranked.ties import WORDS
from tests.tally.test_ranked_formats import BLT, CEF


@pytest.fixture
def blt(tmp_path):
    path = tmp_path / "ward.blt"
    path.write_bytes(BLT)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(root, ["tally", *map(str, arguments), "--lang", "en"])


def test_json_names_winners_by_number_and_name(blt):
    answer = run(blt, "--rule", "scottish", "--rule", "irv", "--seats", 1, "--json")
    assert answer.exit_code == 0, answer.output
    first, second = map(json.loads, answer.stdout.splitlines())
    assert (first["file"], first["rule"], first["seats"]) == (str(blt), "scottish", 1)
    assert [first["outcome"]["names"][place] for place in first["winners"]] == first["names"]
    assert second["rule"] == "irv"


def test_rounds_and_ties_are_told(tmp_path):
    path = tmp_path / "level.cvotes"
    path.write_bytes(b"#/Candidates: Ada ; Bo ; Cy\nAda > Bo * 2\nBo > Ada * 2\nCy\n")
    told = run(path, "--rule", "plurality", "--rule", "irv").output
    assert "Level, and nothing in the rule settles it: Ada, Bo." in told
    assert "Level in round 2: Ada, Bo. Bo goes out (the order of the contest)." in told
    assert "round 1: Ada 2, Bo 2, Cy 1" in told
    assert json.loads(run(path, "--rule", "irv", "--json").stdout)["ties"] == [
        {"candidates": [0, 1], "chosen": [1], "by": "order", "round": 2}
    ]
    lot = run(path, "--rule", "plurality", "--seed", "00" * 16).output
    assert "(lot)" in lot


def test_one_bad_file_does_not_stop_the_others(blt, tmp_path):
    bad, odd = tmp_path / "bad.blt", tmp_path / "odd.cvotes"
    bad.write_bytes(b"3 1\n1 7 0\n0\n")
    odd.write_bytes(CEF)
    answer = run(bad, blt, odd, "--rule", "star", "--rule", "irv")
    assert answer.exit_code == 1
    assert "line 2" in answer.output
    assert "a candidate of this contest" in answer.output
    assert "needs points" in answer.output
    assert answer.output.count("irv;") == 2


def test_rules_of_two_kinds_are_not_asked_together(blt):
    answer = run(blt, "--rule", "irv", "--rule", "greedy_cost")
    assert answer.exit_code == 1
    assert "greedy_cost funds projects" in answer.output


def test_every_fault_of_a_ranked_file_is_spoken():
    assert {*ranked.EXPECTED} <= {*EXPECTED}


@pytest.mark.parametrize(
    "option",
    [
        ("--completion", "add1"), ("--compare", "greedy_cost"), ("--stop",),
        ("--minimum-votes", "0"), ("--lenient",), ("--no-exhaustive",),
    ],
)  # fmt: skip
def test_an_option_that_means_nothing_to_ranked_rules_is_refused(blt, option):
    answer = run(blt, "--rule", "irv", *option)
    assert answer.exit_code == 1
    assert "irv does not know --" in answer.output


@pytest.mark.parametrize("option", [("--seats", 2), ("--ballot", "a"), ("--page", "page.html")])
def test_an_option_that_means_nothing_where_projects_are_funded_is_refused(blt, option):
    answer = run(blt, *option)
    assert f"greedy_cost does not know {option[0]}" in answer.output


def test_ranked_files_are_known_where_projects_are_funded(blt):
    answer = run(blt)
    assert answer.exit_code == 1
    assert "holds ranked ballots" in answer.output


def test_all_that_can_settle_a_tie_is_spoken():
    assert {*BY} == {*WORDS} - {"unsettled"}
