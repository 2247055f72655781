"""Files that cannot be read plainly say where and why; odd ones are read with a note."""

import pytest

from tally import FormatError
from tally.formats import pabulib

META = "META\nkey;value\nbudget;100\nvote_type;{kind}\n{more}"
PROJECTS = "PROJECTS\nproject_id;cost;name\n1;10;One\n2;20;Two\n"
VOTES = "VOTES\nvoter_id;vote\nx;1,2\ny;\n"


def text(
    meta: str = "", projects: str = PROJECTS, votes: str = VOTES, kind: str = "approval"
) -> str:
    return META.format(kind=kind, more=meta) + projects + votes


POINTS = "VOTES\nvoter_id;vote;points\nx;1,2;{}\n"
FAULTS = {
    "section_missing": (text(votes=""), 8, "VOTES"),
    "section_twice": (text() + "VOTES\nvoter_id;vote\n", 13, "VOTES"),
    "no_section": ("hello\n" + text(), 1, ""),
    "key_missing": (text().replace("budget;100\n", ""), 3, "budget"),
    "key_twice": (text("budget;5\n"), 5, "budget"),
    "field_count": (text("lonely\n"), 5, "lonely"),
    "vote_type": (text(kind="dice"), 4, "vote_type"),
    "not_a_number": (text().replace("budget;100", "budget;lots"), 3, "budget"),
    "negative": (text().replace("1;10", "1;-10"), 7, "cost"),
    "column_missing": (text().replace("project_id;cost", "project_id;price"), 6, "cost"),
    "project_id": (text().replace("1;10;One", '"1,3";10;One'), 7, "project_id"),
    "project_twice": (text().replace("2;20", "1;20"), 8, "project_id"),
    "voter_twice": (text().replace("y;", "x;"), 12, "voter_id"),
    "unknown_project": (text().replace("x;1,2", "x;1,7"), 11, "vote"),
    "choice_twice": (text(kind="ordinal").replace("x;1,2", "x;1,1"), 11, "vote"),
    "points_count": (text(kind="cumulative", votes=POINTS.format("5")), 11, "points"),
    "not_csv": (text().replace("One", "x" * (1024 * 1024 + 1)), 7, ""),
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_told_with_its_line_and_field(code: str):
    broken, line, field = FAULTS[code]
    with pytest.raises(FormatError) as caught:
        pabulib.read(broken)
    assert (caught.value.code, caught.value.line, caught.value.field) == (code, line, field)
    assert f"line {line}" in str(caught.value)


def test_too_many_fields_are_a_fault_and_missing_empty_ones_are_not():
    with pytest.raises(FormatError, match="3 fields"):
        pabulib.read(text().replace("1;10;One", "1;10;One;more"))
    assert pabulib.read(text().replace("1;10;One", "1;10")).projects[0].name == "1"
    assert pabulib.read(text().replace("1;10;One", "1;10;One;;")).projects[0].name == "One"


def test_bytes_that_are_no_utf8_are_told_with_their_line():
    with pytest.raises(FormatError) as caught:
        pabulib.read_bytes(text().replace("One", "Łódź").encode("cp1250"))
    assert (caught.value.code, caught.value.line) == ("not_utf8", 7)


def test_oddities_are_read_and_noted():
    file = pabulib.read(
        text("num_projects;3\nnum_votes;2\nmax_length;1\nmin_length;1\n").replace(
            "x;1,2", "x;1,2,1"
        )
    )
    assert file.votes[0].choices == ("1", "2")
    assert list(file.notes) == [
        "line 15: a project named twice on one ballot is read once",
        "num_projects says 3, the file has 2",
        "1 ballots are outside min_length 1",
        "1 ballots are outside max_length 1",
    ]


def test_a_value_may_hold_semicolons_and_blank_lines_are_skipped():
    file = pabulib.read("\n" + text("comment;a;b\n\n"))
    assert file.meta["comment"] == "a;b"
    assert file.kind == "approval"
    assert file.budget == 100


def test_unknown_columns_come_back():
    votes = "VOTES\nvoter_id;vote;age\nx;1;40\ny;2;\n"
    file = pabulib.read(text(votes=votes))
    assert file.votes[0].rest == {"age": "40"}
    assert pabulib.read(pabulib.write(file)).votes == file.votes
