"""Counting files by command: what is asked is counted, what cannot be is one sentence, and proved."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import root
from app.commands.certify import EXPECTED, FAULTS, PROVED
from tally import RULES, Outcome, count
from tally.certify import Check
from tally.claims import SHAPES
from tally.formats import pabulib

REAL = Path(__file__).resolve().parents[2] / "app" / "demo" / "jozsefvaros-2022.pb"
CASES = Path(__file__).resolve().parents[1] / "tally" / "cases"
HAND = CASES / "worked_by_hand" / "instance.pb"
RANKED = CASES / "ordinal_borda" / "instance.pb"
POINTS = """META
key;value
budget;10
vote_type;cumulative
PROJECTS
project_id;cost;name
a;4;Bench
b;7;[Pool]
VOTES
voter_id;vote;points
1;a,b;2,3
2;a;5
"""


def run(*arguments: object, lang: str | None = "en") -> Result:
    spoken = ["--lang", lang] if lang else []
    return CliRunner().invoke(root, [str(argument) for argument in arguments] + spoken)


def lines(*arguments: object) -> list[dict]:
    answer = run("tally", *arguments, "--json")
    assert answer.exit_code == 0, answer.output
    return [json.loads(line) for line in answer.stdout.splitlines()]


@pytest.fixture
def points(tmp_path):
    path = tmp_path / "points.pb"
    path.write_text(POINTS, encoding="utf-8")
    return path


def test_json_is_a_line_for_each_file_and_rule_with_the_whole_outcome():
    rules = ("mes_cost_add1u", "phragmen")
    asked = [part for rule in rules for part in ("--rule", rule)]
    found = lines(HAND, REAL, *asked)
    assert [(line["file"], line["rule"]) for line in found] == [
        (str(path), rule) for path in (HAND, REAL) for rule in rules
    ]
    for line in found:
        election = pabulib.load(Path(line["file"]).read_bytes())
        outcome = count(line["rule"], election.instance, election.profile)
        assert line["winners"] == list(outcome.funded)
        assert line["cost"] == pabulib.number(outcome.spent)
        assert line["left"] == pabulib.number(outcome.left)
        assert len(line["ties"]) == len(outcome.ties)
        assert Outcome.from_json(json.dumps(line["outcome"])) == outcome


def test_files_are_named_as_they_were_given(monkeypatch):
    monkeypatch.chdir(HAND.parent)
    assert lines("./instance.pb")[0]["file"] == "./instance.pb"


@pytest.mark.parametrize(
    ("completion", "rule"),
    [("none", "mes_cost"), ("utilitarian", "mes_cost_u"), ("add1", "mes_cost_add1"), ("add1u", "mes_cost_add1u")],
)  # fmt: skip
def test_a_completion_is_a_rule_of_its_own(completion, rule):
    (named,) = lines(HAND, "--rule", rule)
    (completed,) = lines(HAND, "--rule", "mes_cost", "--completion", completion)
    assert completed == named
    assert completed["rule"] == rule


def test_switches_reach_the_rule_and_are_told():
    (line,) = lines(
        HAND, "--rule", "mes_cost_add1", "--no-exhaustive", "--integral", "--minimum-votes", 2
    )
    assert line["outcome"]["parameters"] == {
        "completion": "add1", "exhaustive": False, "integral": True, "measure": "cost", "minimum_votes": 2,
    }  # fmt: skip
    (line,) = lines(HAND, "--stop")
    assert line["outcome"]["parameters"] == {"minimum_votes": 0, "stop": True}
    both = lines(HAND, "--exhaustive", "--rule", "mes_cost_add1", "--rule", "mes_card_add1")
    assert [line["outcome"]["parameters"]["exhaustive"] for line in both] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([HAND, "--rule", "greedy_score"], "greedy_score does not take approval ballots, only cumulative, ordinal, scoring."),
        ([HAND, "--compare", "greedy_score"], "greedy_score does not take approval ballots"),
        ([HAND, "--rule", "phragmen", "--minimum-votes", 2], "phragmen does not know --minimum-votes."),
        ([HAND, "--completion", "add1"], "--completion goes with mes_card, mes_cost, mes_score, not with greedy_cost."),
        ([HAND, "--rule", "mes_cost_u", "--completion", "none"], "not with mes_cost_u"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_one_sentence(arguments, said):
    answer = run("tally", *arguments)
    assert answer.exit_code == 1
    assert said in answer.stderr
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1


def test_a_file_that_cannot_be_counted_does_not_keep_the_others_from_it(tmp_path, points):
    bad = tmp_path / "bad.pb"
    bad.write_text(HAND.read_text().replace("bench;60", "bench;sixty"), encoding="utf-8")
    answer = run("tally", bad, points, HAND, "--rule", "phragmen", "--json")
    assert answer.exit_code == 1
    assert [json.loads(line)["file"] for line in answer.stdout.splitlines()] == [str(HAND)]
    first, second = answer.stderr.splitlines()
    assert f"{bad}, line" in first
    assert "cost, column 2: expected a number, as 1200 or 12.50, found “sixty”" in first
    assert "phragmen does not take cumulative ballots, only approval, choose-1, knapsack." in second


def test_one_file_is_told_in_a_table_in_both_languages(points):
    english = run("tally", points).output
    assert "points.pb · greedy_cost" in english
    assert "✔ Bench" in english
    assert "· [Pool]" in english
    assert "1 projects for 4; 6 left of 10; 2 ballots." in english
    assert "Summary" not in english
    assert "사업 1개" in run("tally", points, lang="ko").output


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_explains_every_project(points, rule, language):
    path = next(
        path for path in (HAND, points, RANKED)
        if pabulib.load(path.read_bytes()).profile.kind in RULES[rule].kinds
    )  # fmt: skip
    answer = run("tally", path, "--rule", rule, "--explain", lang=language)
    assert answer.exit_code == 0, answer.output
    names = pabulib.load(path.read_bytes()).names.values()
    assert all(f" {name}: " in answer.output for name in names)
    assert "%(" not in answer.output
    (line,) = lines(path, "--rule", rule, "--explain")
    assert line["reasons"].keys() == set(pabulib.load(path.read_bytes()).names)


def test_equal_shares_are_explained_to_the_last_voter():
    said = " ".join(run("tally", REAL, "--rule", "mes_cost", "--explain").output.split())
    assert "nobody more than ≈42,865.38 HUF. 105 paid, 1 of them all that they had left." in said
    assert "That is ≈0.0095 for each unit of its cost." in said
    assert "Every voter had a share of ≈235,769.23 HUF." in said
    assert "others." in said


def test_rules_are_compared_by_what_they_fund_and_by_who_prefers_which():
    asked = ("--rule", "mes_cost_u", "--compare", "greedy_cost", "--compare", "phragmen")
    said = " ".join(run("tally", REAL, *asked).output.split())
    assert "Both fund 17; only mes_cost_u funds 8, and only greedy_cost 1." in said
    assert "146 voters prefer mes_cost_u, 96 greedy_cost, and 278 neither." in said
    assert "≠ Orczy téri" in said
    (line,) = lines(REAL, *asked)
    greedy, phragmen = line["compared"]
    assert greedy["by_number"] == {"first": 146, "second": 96, "indifferent": 278}
    assert sum(greedy["by_cost"].values()) == 520
    assert phragmen["winners"] == lines(REAL, "--rule", "phragmen")[0]["winners"]


def test_what_a_compared_rule_does_not_know_is_counted_without_it():
    (line,) = lines(HAND, "--minimum-votes", 4, "--compare", "phragmen")
    assert line["winners"] == ["bench"]
    assert "swing" not in line["winners"]
    assert line["compared"][0]["rule"] == "phragmen"


def test_several_files_end_with_a_summary(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    answer = run("tally", HAND, REAL, RANKED)
    assert answer.exit_code == 0
    assert answer.stderr == ""
    summary = answer.output[answer.output.index("Summary") :]
    for piece in (
        "Ballots",
        "Projects",
        "Funded",
        "Spent",
        "Left",
        "Ties",
        "Seconds",
        "520",
        "122,600,000 HUF",
    ):
        assert piece in summary
    assert answer.output.count("instance.pb · greedy_cost") == 2


def test_repairs_are_made_only_if_asked_for_and_are_told(tmp_path):
    bad = tmp_path / "bad.pb"
    bad.write_text(HAND.read_text().replace("2;bench,lamp", "2;bench,42"), encoding="utf-8")
    assert run("tally", bad).exit_code == 1
    answer = run("tally", bad, "--lenient")
    assert answer.exit_code == 0
    assert "it is left out" in " ".join(answer.output.split())
    (line,) = lines(bad, "--lenient")
    assert len(line["notes"]) == 1


def test_counting_waits_for_no_solver_and_no_frame():
    asked = [str(HAND), "--rule", "mes_cost_u", "--explain", "--lang", "ko"]
    code = (
        "import sys; from app.commands.tally import command; "
        f"command({asked}, standalone_mode=False); "
        "sys.exit(bool({'scipy', 'polars'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


# Certificates.


@pytest.mark.parametrize("rule", sorted(RULES))
def test_what_the_command_counts_is_proved(points, tmp_path, rule):
    path = next(
        path for path in (HAND, points, RANKED)
        if pabulib.load(path.read_bytes()).profile.kind in RULES[rule].kinds
    )  # fmt: skip
    counted = tmp_path / "counted.json"
    counted.write_text(run("tally", path, "--rule", rule, "--json").stdout)
    answer = run("certify", path, counted)
    assert answer.exit_code == 0, answer.output
    proved = answer.output.splitlines()
    assert all(line.startswith("✔ ") for line in proved)
    assert f"Counted again by {rule}" in answer.output
    assert ("shares pay just the costs" in answer.output) == rule.startswith("mes_")
    assert "다시" in run("certify", path, counted, lang="ko").output


def test_a_bare_outcome_and_many_lines_are_proved(tmp_path):
    (line,) = lines(HAND)
    counted = tmp_path / "counted.json"
    counted.write_text(json.dumps(line["outcome"], indent=1))
    assert run("certify", HAND, counted).output.count("Counted again") == 1
    both = run("tally", HAND, "--rule", "mes_card", "--rule", "greedy_card", "--json").stdout
    counted.write_text(both)
    assert run("certify", HAND, counted).output.count("Counted again") == 2


def changed(tmp_path: Path, rule: str, change) -> Path:
    (line,) = lines(HAND, "--rule", rule)
    change(line["outcome"])
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(line["outcome"]))
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.update(spent=1), "It contradicts itself: spent: it says “1”, but it is “100”."),
        (lambda body: body["rounds"][0].update(support=9), "The ballots say otherwise: round 1, bench, support: it says “9”, but it is “4”. Faults in all: 2."),
        (lambda body: body["rounds"][0].update(key="7/2"), "The rule counts otherwise: round 1, bench, key: it says “7/2”, but it is “4”."),
        (lambda body: body.update(ties=[]), "The rule counts otherwise: ties: it says “”, but it is “bench, trees (mattered)”."),
    ],
)  # fmt: skip
def test_the_first_fault_is_told(tmp_path, change, said):
    answer = run("certify", HAND, changed(tmp_path, "greedy_cost", change))
    assert answer.exit_code == 1
    assert answer.output == f"Error: {said}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "-: expected JSON: an outcome, or lines of `gwangjang tally --json`, found “”."),
        (b"\xff", "bytes that are not UTF-8"),
        (b"{}", "arithmetic: expected a value of this name, found “”."),
    ],
)
def test_what_is_no_outcome_is_told(tmp_path, text, said):
    path = tmp_path / "bad.json"
    path.write_bytes(text)
    answer = run("certify", HAND, path)
    assert answer.exit_code == 1
    assert f"{path}, " in answer.output
    assert said in answer.output


def test_every_check_and_every_shape_has_its_words():
    assert set(PROVED) == set(FAULTS) == set(Check)
    assert set(SHAPES) < set(EXPECTED)


# Conversion.


def test_a_file_is_written_as_it_should_be(tmp_path):
    odd, out = tmp_path / "odd.pb", tmp_path / "out.pb"
    text = HAND.read_text().replace("bench;60", "bench;60,50")
    odd.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    answer = run("formats", "convert", odd, out)
    assert answer.exit_code == 0
    assert "4 projects, 9 ballots." in answer.output
    assert b"bench;60.5" in out.read_bytes()
    assert b"\r" not in out.read_bytes()
    assert pabulib.read_bytes(out.read_bytes()) == pabulib.read_bytes(odd.read_bytes())
    before = out.read_bytes()
    again = run("formats", "convert", HAND, out)
    assert again.exit_code == 1
    assert f"{out} is there already" in again.output
    assert out.read_bytes() == before
    assert run("formats", "convert", HAND, out, "--force").exit_code == 0
    assert out.read_bytes() != before


def test_repairs_of_a_conversion_are_told(tmp_path):
    odd, out = tmp_path / "odd.pb", tmp_path / "out.pb"
    odd.write_text(HAND.read_text().replace("2;bench,lamp", "2;bench,42"))
    strict = run("formats", "convert", odd, out)
    assert strict.exit_code == 1
    assert "line 15, vote, column 2: expected ids that PROJECTS lists, found “42”." in strict.output
    assert not out.exists()
    lenient = run("formats", "convert", odd, out, "--lenient")
    assert lenient.exit_code == 0
    assert "it is left out" in lenient.output
    assert run("tally", out).exit_code == 0


def test_what_cannot_be_written_is_told(tmp_path):
    odd = tmp_path / "odd.pb"
    odd.write_text(HAND.read_text() + ";42\n")  # nobody, for nothing, once it is repaired
    answer = run("formats", "convert", odd, tmp_path / "out.pb", "--lenient")
    assert answer.exit_code == 1
    assert "odd.pb cannot be written plainly" in answer.output
    nowhere = run("formats", "convert", HAND, tmp_path / "no" / "out.pb")
    assert nowhere.exit_code == 1
    assert "No such file" in nowhere.output


@pytest.mark.parametrize("command", ["certify", "formats", "formats convert"])
def test_new_commands_explain_themselves(command):
    answer = CliRunner().invoke(root, [*command.split(), "--help"])
    assert answer.exit_code == 0
    assert command == "formats" or "Example: gwangjang" in answer.output


@pytest.mark.parametrize(
    ("rule", "switch"),
    [
        ("ees_cost_addopt", "--skip"),
        ("ees_card_addopt", "--to-the-end"),
        ("pb_ear", "--unranked-last"),
    ],
)
def test_every_switch_of_a_rule_can_be_set(rule, switch):
    (line,) = lines(RANKED, "--rule", rule, switch)
    assert line["outcome"]["parameters"][switch[2:].replace("-", "_")] is True


def test_any_ranking_can_be_walked_as_far_as_the_money_goes():
    (line,) = lines(RANKED, "--rule", "greedy_ranked", "--by", "borda", "--stop")
    assert line["outcome"]["parameters"] == {"by": "borda", "minimum_votes": 0, "stop": True}
    answer = run("tally", RANKED, "--rule", "greedy_ranked", "--by", "rctab")
    assert answer.exit_code == 1
    assert "rctab ranks not everybody" in answer.output


def test_all_switches_in_the_table_of_rules_are_options_of_the_command():
    options = {parameter.name for parameter in root.get_command(None, "tally").params}
    assert {name for rule in RULES.values() for name in rule.parameters} <= options
