"""How safe a winner is, and what an audit tests, by command."""

import json
from itertools import permutations

import pytest
from click.testing import CliRunner, Result

from app.cli import root

CEF = (
    b"#/Candidates: Ann ; Ben ; Cai ; Dee\n"
    b"Ann > Cai * 8\nBen > Cai * 7\nCai > Ben * 5\nDee > Cai > Ben * 3\nDee * 1\n"
)


@pytest.fixture
def ward(tmp_path):
    path = tmp_path / "ward.cvotes"
    path.write_bytes(CEF)
    return path


@pytest.fixture
def level(tmp_path):
    path = tmp_path / "level.cvotes"
    path.write_bytes(b"#/Candidates: Ann ; Ben\nAnn * 3\nBen * 3\n")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(root, [*map(str, arguments), "--lang", "en"])


def test_the_margin_of_a_run_off_is_told_with_the_ballots_that_change_it(ward):
    answer = run("margin", ward)
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.splitlines() == [
        "Cai wins.",
        "Ballots to change until Ben may win: 1; fewer are not enough.",
        "Half the difference of the last round: 4.",
        "  1 × Dee → Dee > Ben",
    ]


def test_a_level_count_needs_no_other_ballot(level):
    assert (
        "Ballots to change until Ben may win: 0; fewer are not enough."
        in run("margin", level).stdout
    )


def test_a_long_row_of_changes_is_cut(tmp_path):
    orders = [order for length in range(4) for order in permutations("abcd", length)]
    rows = "".join(f"{' > '.join(('w', *order))}\n" for order in orders[:25])
    path = tmp_path / "many.cvotes"
    path.write_text(f"#/Candidates: w ; l ; a ; b ; c ; d\n{rows}l\n")
    lines = run("margin", path).stdout.splitlines()
    assert lines[1] == "Ballots to change until l may win: 12; fewer are not enough."
    assert lines[3] == "  1 × w → l"
    assert lines[-1] == "  …"
    assert len(lines) == 3 + 10 + 1


def test_an_empty_ballot_is_named(tmp_path):
    path = tmp_path / "empty.cvotes"
    path.write_bytes(CEF.replace(b"Dee * 1", b"/EMPTY_RANKING/ * 1"))
    assert "  1 × (empty) → Ben" in run("margin", path).stdout


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("schulze_winning", "Ballots to change until Ann may win: 4; fewer are not enough."),
        ("minimax_margin", "Ballots to change until Ann may win: 4; fewer are not enough."),
    ],
)
def test_pairwise_rules_tell_their_bounds(ward, rule, sentence):
    assert sentence in run("margin", ward, "--rule", rule).stdout
    body = json.loads(run("margin", ward, "--rule", rule, "--json").stdout)
    assert body["rule"] == rule
    assert body["margin"]["at_least"] <= body["margin"]["at_most"]


def test_what_is_not_known_is_told_as_such(tmp_path):
    circle = tmp_path / "circle.cvotes"
    circle.write_bytes(
        b"#/Candidates: Ann ; Ben ; Cai\n"
        b"Ann > Ben > Cai * 40\nBen > Cai > Ann * 30\nCai > Ann > Ben * 25\n"
    )
    told = run("margin", circle, "--rule", "ranked_pairs_winning").stdout
    assert "fewer than 1 are not enough" in told
    nobody = tmp_path / "nobody.blt"
    nobody.write_bytes(b"2 1\n0\nAnn\nBen\nWard\n")
    assert "No ballots were found" in run("margin", nobody, "--rule", "copeland").stdout


def test_json_is_one_line_a_file(ward, level):
    answer = run("margin", ward, level, "--json")
    first, second = map(json.loads, answer.stdout.splitlines())
    assert first["names"] == ["Ann", "Ben", "Cai", "Dee"]
    assert (first["file"], first["margin"]["at_most"]) == (str(ward), 1)
    assert second["margin"]["at_most"] == 0


def test_one_bad_file_does_not_stop_the_others(ward, tmp_path):
    bad = tmp_path / "bad.blt"
    bad.write_bytes(b"3 1\n1 7 0\n0\n")
    answer = run("margin", bad, ward)
    assert answer.exit_code == 1
    assert "line 2" in answer.output
    assert "Cai wins." in answer.output


def test_assertions_are_told_and_written(ward, tmp_path):
    out = tmp_path / "audit.json"
    answer = run("assertions", ward, "--out", out, "--contest", "339")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.splitlines() == [
        "Cai wins if these hold, each by so many votes:",
        "  1  Cai does not go out before Dee",
        "  1  with only Ann, Ben, Cai left, Cai has more votes than Ben",
        "  7  with only Ann, Cai left, Cai has more votes than Ann",
        "  9  with only Ben, Cai left, Cai has more votes than Ben",
    ]
    audit = json.loads(out.read_text(encoding="utf-8"))["audits"][0]
    assert (audit["contest"], audit["winner"], len(audit["assertions"])) == ("339", "2", 4)
    again = run("assertions", ward, "--out", out)
    assert again.exit_code == 1
    assert "is there already" in again.output
    assert run("assertions", ward, "--out", out, "--force").exit_code == 0
    body = json.loads(run("assertions", ward, "--json").stdout)
    assert body["assertions"]["winner"] == 2
    assert len(body["assertions"]["assertions"]) == 4


def test_what_cannot_be_audited_is_refused(ward, level, tmp_path):
    answer = run("assertions", level)
    assert answer.exit_code == 1
    assert "too close" in answer.output
    several = run("assertions", ward, level, "--out", tmp_path / "audit.json")
    assert several.exit_code == 2
    assert "--out takes one file" in several.output
