"""Commands that are given the order of ties, and pictures of what was counted."""

import pytest

from tally import tie_order
from tests.commands.test_tally import lines, run

LEVEL = """META
key;value
budget;10
vote_type;approval
PROJECTS
project_id;cost
a;10
b;10
VOTES
voter_id;vote
1;a
2;b
"""
SEED = "00" * 15 + "02"


@pytest.fixture
def level(tmp_path):
    path = tmp_path / "level.pb"
    path.write_text(LEVEL, encoding="utf-8")
    return path


def test_ties_go_by_the_seed_or_the_file_that_is_given(level, tmp_path):
    order = tmp_path / "order.txt"
    order.write_text("b\n\na\n", encoding="utf-8")
    assert lines(level)[0]["winners"] == ["a"]
    by_file = lines(level, "--tie-order", order)[0]
    assert by_file["winners"] == ["b"]
    assert by_file["tie_order"] == f"Ties go by the order in {order}."
    lot = {seed: lines(level, "--seed", seed)[0]["winners"] for seed in ("00" * 16, SEED)}
    assert lot == {seed: [tie_order(bytes.fromhex(seed), ["a", "b"])[0]] for seed in lot}


def test_an_outcome_by_lot_is_proved_by_its_seed_alone(level, tmp_path):
    seed = next(
        s
        for s in map("{:032x}".format, range(99))
        if lines(level, "--seed", s)[0]["winners"] == ["b"]
    )
    outcome = tmp_path / "outcome.json"
    outcome.write_text(run("tally", level, "--seed", seed, "--json").stdout, encoding="utf-8")
    proved = run("certify", level, outcome, "--seed", seed)
    assert proved.exit_code == 0
    assert f"Ties go by the lot of seed {seed}." in proved.output
    assert run("certify", level, outcome).exit_code == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--seed", "xyz"), "--seed takes digits"),
        (("--seed", "00"), "16 bytes"),
        (("--tie-order", "a\nc\n"), "line 2: expected the id of a project in the file, found “c”"),
        (("--tie-order", "a\na\n"), "line 2: expected each id once, found “a”"),
        (("--tie-order", "b\n"), "these ids are missing: a"),
        (("--tie-order", "a\nb\n", "--seed", SEED), "not both"),
    ],
)
def test_an_order_that_is_none_is_told(level, tmp_path, given, said):
    words = list(given)
    if "--tie-order" in words:
        path = tmp_path / "order.txt"
        path.write_text(words[1], encoding="utf-8")
        words[1] = str(path)
    answer = run("tally", level, *words)
    assert answer.exit_code == 1
    assert said in answer.output


def test_each_count_is_drawn_and_nothing_is_written_over(level, tmp_path):
    folder = tmp_path / "drawn"
    asked = ("tally", level, "--rule", "greedy_cost", "--pictures", folder)
    assert run(*asked, lang="ko").exit_code == 0
    picture = (folder / "level.greedy_cost.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    again = run(*asked)
    assert again.exit_code == 1
    assert "level.greedy_cost.svg is there already" in again.output
