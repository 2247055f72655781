"""Files that cannot be read plainly say where and why; odd ones are read with a note."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import FormatError
from tally.formats import pabulib
from tally.formats.pabulib import PabulibFile, Project, Vote

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
    "voter_twice": (text().replace("\ny;", "\nx;"), 12, "voter_id"),
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


def told(broken: str) -> FormatError:
    with pytest.raises(FormatError) as caught:
        pabulib.read(broken)
    return caught.value


def test_a_fault_of_one_field_is_told_with_its_place_in_the_row():
    columns = {
        "vote_type": 2, "not_a_number": 2, "negative": 2, "key_twice": 1, "project_id": 1,
        "project_twice": 1, "voter_twice": 1, "unknown_project": 2, "choice_twice": 2,
        "points_count": 3,
    }  # fmt: skip
    assert {code: told(broken).column for code, (broken, *_) in FAULTS.items()} == {
        code: columns.get(code) for code in FAULTS
    }
    assert str(told(FAULTS["negative"][0])).startswith("line 7, cost, column 2: expected a number")
    assert told(text().replace("1;10;One", "1;10;One;;more")).column == 4


def test_a_header_must_name_each_column_once_and_meta_must_have_one():
    broken = told(text(projects="PROJECTS\nproject_id;cost;name;name\n1;10;One;Uno\n"))
    assert (broken.code, broken.line, broken.field, broken.column) == (
        "column_missing", 6, "name", 4,
    )  # fmt: skip
    broken = told(text(votes="VOTES\nvoter_id;vote;vote\nx;1;2\n"))
    assert (broken.code, broken.line, broken.field, broken.column) == (
        "column_missing", 10, "vote", 3,
    )  # fmt: skip
    broken = told(text().replace("key;value\n", ""))
    assert (broken.code, broken.line, broken.field) == ("column_missing", 2, "key")


def test_too_many_fields_are_a_fault_and_missing_empty_ones_are_not():
    with pytest.raises(FormatError, match="3 fields"):
        pabulib.read(text().replace("1;10;One", "1;10;One;more"))
    assert pabulib.read(text().replace("1;10;One", "1;10")).projects[0].name == "1"
    assert pabulib.read(text().replace("1;10;One", "1;10;One;;")).projects[0].name == "One"


def test_bytes_that_are_no_utf8_are_told_with_their_line():
    with pytest.raises(FormatError) as caught:
        pabulib.read_bytes(text().replace("One", "Łódź").encode("cp1250"))
    assert (caught.value.code, caught.value.line) == ("not_utf8", 7)
    with pytest.raises(FormatError) as caught:
        pabulib.read_bytes("\ufeffMETA\n".encode() + b"\xff")
    assert (caught.value.line, caught.value.found) == (2, "255")


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


def test_points_must_fit_the_arrays_of_a_profile():
    def points(*said: str) -> str:
        rows = "".join(f"{voter};1;{number}\n" for voter, number in enumerate(said))
        return text(kind="scoring", votes="VOTES\nvoter_id;vote;points\n" + rows)

    assert pabulib.read(points(str(2**63 - 1))).profile().scores() == [2**63 - 1, 0]
    assert pabulib.read(points("0.5", str(2**62 - 1))).profile().points_unit == 2
    for broken in (points("1", str(2**63)), points(str(2**62), "0.5")):
        fault = told(broken)
        assert (fault.code, fault.line, fault.column) == ("not_a_number", 12, 3)


def test_numbers_of_more_than_forty_digits_are_refused_not_computed():
    assert pabulib.read(text().replace("1;10", f"1;{10**39}")).projects[0].cost == 10**39
    assert told(text().replace("1;10", f"1;{10**40}")).code == "not_a_number"
    assert pabulib.read(text(f"max_length;{'9' * 5000}\n")).notes == ()


REPAIRS = {
    "key_twice": "the first counts",
    "field_count": "the value is left empty",
    "no_section": "it is left out",
    "voter_twice": "the first counts",
    "unknown_project": "it is left out",
    "choice_twice": "the first counts",
}


@pytest.mark.parametrize("code", REPAIRS)
def test_lenient_reading_repairs_and_notes_the_line(code: str):
    broken, line, _field = FAULTS[code]
    file = pabulib.read(broken, lenient=True)
    assert file.notes[0] == f"{told(broken)}: {REPAIRS[code]}"
    assert file.notes[0].startswith(f"line {line}")
    assert len(file.notes) == 1


@pytest.mark.parametrize("code", sorted(FAULTS.keys() - REPAIRS.keys()))
def test_lenient_reading_never_guesses(code: str):
    with pytest.raises(FormatError) as caught:
        pabulib.read(FAULTS[code][0], lenient=True)
    assert str(caught.value) == str(told(FAULTS[code][0]))


def test_what_lenient_reading_keeps_was_said_by_voters():
    votes = "VOTES\nvoter_id;vote;points\nx;7,2,1,2;4,3,2,1\nx;2;9\ny;7;9;more\n"
    file = pabulib.read(text(kind="cumulative", votes=votes), lenient=True)
    assert [(vote.voter, vote.choices, vote.points) for vote in file.votes] == [
        ("x", ("2", "1"), (3, 2)),
        ("y", (), ()),
    ]
    assert [note.partition(":")[0] for note in file.notes] == [
        "line 11, vote, column 2", "line 11, vote, column 2", "line 12, voter_id, column 1",
        "line 13, column 4", "line 13, vote, column 2",
    ]  # fmt: skip
    file = pabulib.read(text().replace("x;1,2", "x;1,7,1"), lenient=True)
    assert file.votes[0].choices == ("1",)
    assert [note.rpartition(": ")[2] for note in file.notes] == [
        "it is left out", "a project named twice on one ballot is read once",
    ]  # fmt: skip


def test_lenient_reading_takes_a_project_twice_only_at_one_cost():
    twice = PROJECTS + "1;10;Another\n"
    file = pabulib.read(text(projects=twice), lenient=True)
    assert [project.name for project in file.projects] == ["One", "Two"]
    with pytest.raises(FormatError, match="each project once"):
        pabulib.read(text(projects=twice.replace("1;10;A", "1;11;A")), lenient=True)


def test_lenient_reading_keeps_the_first_of_equal_columns_and_a_meta_without_header():
    again = text(projects="PROJECTS\nproject_id;cost;name;name\n1;10;One;Uno\n2;20\n")
    file = pabulib.read(again.replace("key;value\n", "unit;City\n"), lenient=True)
    assert file.projects[0].name == "One"
    assert file.project_columns == ("project_id", "cost", "name")
    assert file.meta["unit"] == "City"
    assert len(file.notes) == 2


def test_unknown_columns_come_back():
    votes = "VOTES\nage;vote;voter_id;\n40;1;x\n;2;y;;\n"
    projects = "PROJECTS\ncost;name;project_id\n10.5;One;1\n20;;2\n"
    file = pabulib.read(text("max_sum_cost;30\nmy key;my; value\n", projects, votes))
    assert file.votes[0].rest == {"age": "40"}
    assert pabulib.write(file) == text(
        'max_sum_cost;30\nmy key;"my; value"\n',
        projects,
        "VOTES\nage;vote;voter_id\n40;1;x\n;2;y\n",
    )
    assert pabulib.read(pabulib.write(file)) == file


AWKWARD = st.text(st.sampled_from(';,"\r\n \ufeff\u2028aé'), max_size=6)


@given(
    st.sampled_from(sorted(pabulib.KIND_OF)), AWKWARD, AWKWARD, AWKWARD,
    st.permutations(["voter_id", "vote", "points", "note", "age"]),
)  # fmt: skip
def test_a_file_written_and_read_again_is_equal(kind, value, name, said, columns):
    points = (Fraction(1, 2), 3) if pabulib.KIND_OF[kind] in ("cumulative", "scored") else None
    extra = {"note": said, "age": ""} | ({} if points else {"points": said})
    file = PabulibFile(
        {"budget": "3", "vote_type": kind, "comment": value.strip()},
        (Project("a;b", 5, {"name": name}), Project('"c', Fraction(1, 8), {"name": ""})),
        (Vote("x", ("a;b", '"c'), points, extra), Vote("y\n;", (), points and (), extra)),
        project_columns=("name", "cost", "project_id"),
        vote_columns=tuple(columns),
    )
    again = pabulib.read(pabulib.write(file))
    assert again == file
    assert again.profile() == file.profile()


def test_a_file_made_by_hand_has_its_ids_first_and_then_every_column_met():
    rows = (Vote("x", ("a",), None, {"age": "40"}), Vote("y", (), None, {"sex": "F"}))
    file = PabulibFile({"budget": "3", "vote_type": "approval"}, (Project("a", 1, {}),), rows)
    assert pabulib.write(file).endswith("VOTES\nvoter_id;vote;age;sex\nx;a;40;\ny;;;F\n")


def test_a_file_without_ballots_keeps_its_columns():
    file = PabulibFile({"budget": "3", "vote_type": "scoring"}, (Project("a", 1, {}),), ())
    again = pabulib.read(pabulib.write(file))
    assert again.vote_columns == ("voter_id", "vote", "points")
    assert again.profile() == file.profile()


@pytest.mark.parametrize("voter", ["", " ", "votes", "Meta "])
def test_a_row_that_would_not_be_read_as_a_ballot_is_not_written(voter):
    file = PabulibFile({"budget": "3", "vote_type": "approval"}, (), (Vote(voter, (), None, {}),))
    with pytest.raises(ValueError, match="a row of VOTES says nothing"):
        pabulib.write(file)
