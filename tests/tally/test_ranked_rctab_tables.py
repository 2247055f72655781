"""RCTab's ballots in tables: a rank for each candidate in CSV, a name for each rank in workbooks."""

import io
import json
import zipfile
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tally.errors import FormatError
from tally.formats.ranked import RankedFile, rctab
from tally.formats.ranked.rctab import generic_csv
from tally.formats.ranked.rctab.candidates import WRITE_INS
from tally.formats.ranked.rctab.workbook import rows
from tally.ranked import Contest, Rankings
from tests.tally.rctab_files import (
    CSV_SOURCE,
    ESS_SOURCE,
    ballots,
    configuration,
)


def test_csv_holds_a_rank_for_each_candidate(loaded, tmp_path):
    assert ballots(loaded(configuration())) == {
        ((0,), (1,)): 2, ((1, 2),): 1, ((), (2,)): 1, (): 1,
    }  # fmt: skip
    late = CSV_SOURCE | {"firstVoteRowIndex": 3}
    assert loaded(configuration(late)).file.rankings.ballots == 4
    write_in = CSV_SOURCE | {"undeclaredWriteInLabel": "Cai"}
    two = loaded(configuration(write_in, candidates=[{"name": "Ann"}, {"name": "Ben"}]))
    assert two.file.contest.names == ("Ann", "Ben", WRITE_INS)
    assert ballots(two)[((), (2,))] == 1


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("id,Ann\n1,one\n", "ranked_rank", 2, 2),
        ("id,Ann\n1,0\n", "ranked_rank", 2, 2),
        ("id,Ann\n1,1\n2,4\n", "ranked_rank", 3, 2),
        ("id,Ann,Dee\n1,1,\n2,,1\n", "ranked_candidate", 3, 3),
        ("id,Ann\n1,1,2\n", "ranked_candidate", 2, 3),
        ('id,Ann\n1,"1\n', "rctab_row", 2, None),
        ("", "rctab_text", 1, None),
    ],
)
def test_faults_of_a_csv_tell_the_place(loaded, tmp_path, text: str, code: str, line: int, column):
    (tmp_path / "other.csv").write_text(text, encoding="utf-8")
    source = CSV_SOURCE | {"filePath": "other.csv"}
    with pytest.raises(FormatError) as told:
        loaded(configuration(source, rules={"maxRankingsAllowed": 3}))
    assert (told.value.code, told.value.line) == (code, line)
    if text:
        assert told.value.field == "other.csv"
        assert told.value.column == column


@given(
    st.lists(
        st.tuples(st.permutations(range(3)), st.integers(0, 3), st.integers(1, 3)),
        min_size=1, max_size=4,
    )
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_written_csv_reads_the_same(tmp_path, cast):
    rankings = Rankings.of(
        3, [[{}, *order[:many]] for order, many, _ in cast], [w for *_, w in cast]
    )
    file = RankedFile(Contest(("Ann", 'B,"en', "Cai")), rankings, "")
    (tmp_path / "votes.csv").write_text(generic_csv.write(file), encoding="utf-8")
    people = [{"name": name} for name in file.contest.names]
    path = tmp_path / "config.json"
    path.write_text(json.dumps(configuration(candidates=people)), encoding="utf-8")
    assert rctab.load(path).file.rankings == rankings


@pytest.mark.parametrize(
    ("names", "tiers", "weight"),
    [
        (("Ann", "Ann"), ((0,),), 1),
        (("Ann", "Ben"), ((0,), (0,)), 1),
        (("Ann", "Ben"), ((2,),), 1),
        (("Ann", "Ben"), ((0,),), Fraction(1, 2)),
    ],
)
def test_what_a_csv_cannot_hold_is_refused(names, tiers, weight):
    rankings = Rankings.of_groups(2, [(tiers, weight)])
    with pytest.raises(FormatError):
        generic_csv.write(RankedFile(Contest(names), rankings, ""))


def test_labels_of_version_1_stand_with_the_rules(loaded, tmp_path):
    rows = [["id", "1"], ["1", "none"], ["2", "over"], ["3", "other"], ["4", None]]
    (tmp_path / "votes.xlsx").write_bytes(workbook(rows))
    rules = {
        "overvoteLabel": "over", "undervoteLabel": "none", "undeclaredWriteInLabel": "other",
        "treatBlankAsUndeclaredWriteIn": True, "maxRankingsAllowed": 1,
    }  # fmt: skip
    source = {key: value for key, value in ESS_SOURCE.items() if key != "skippedRankLabel"}
    found = loaded(configuration(source, rules=rules))
    assert found.file.contest.names[3] == WRITE_INS
    assert ballots(found) == {(): 1, ((4,),): 1, ((3,),): 2}


def workbook(rows: list[list[str | None]], **parts: str) -> bytes:
    """An xlsx with these rows; texts are shared, in the cell, plain or numbers, turn by turn."""
    shared: list[str] = []

    def cell(place: str, at: int, text: str) -> str:
        if text.isdigit():
            return f'<c r="{place}"><v>{text}.0</v></c>'
        if at % 3 == 0:
            return f'<c r="{place}" t="inlineStr"><is><r><t>{text[:1]}</t></r><r><t>{text[1:]}</t></r></is></c>'
        if at % 3 == 1:
            return f'<c r="{place}" t="str"><v>{text}</v></c>'
        shared.append(text)
        return f'<c r="{place}" t="s"><v>{len(shared) - 1}</v></c>'

    made = "".join(
        f'<row r="{number}">'
        + "".join(
            cell(f"{chr(65 + at)}{number}", number + at, text)
            for at, text in enumerate(row)
            if text is not None
        )
        + '<c r="Z9"/></row>'
        for number, row in enumerate(rows, 1)
    )
    texts = "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in shared)
    files = {
        "xl/workbook.xml": '<workbook xmlns:r="x"><sheets><sheet sheetId="1" r:id="r7"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="no.xml"/>'
        '<Relationship Id="r7" Target="sheets/one.xml"/></Relationships>',
        "xl/sheets/one.xml": f"<worksheet><sheetData>{made}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst>{texts}</sst>",
    } | parts
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in files.items():
            if text:
                book.writestr(name, text)
    return out.getvalue()


ESS_ROWS = [
    ["id", "1", "2", "3", "no vote"],
    ["1", "Ann", "undervote", "Ben", "x"],
    ["2", "Ben", " Ann ", None, "x"],
    ["3", "over", None, "other", "x"],
    ["4", None, None, None, "x"],
    ["5", "77", "Ann", None, "x"],
]


def test_workbooks_hold_a_name_for_each_rank(loaded, tmp_path):
    (tmp_path / "votes.xlsx").write_bytes(workbook(ESS_ROWS))
    source = ESS_SOURCE | {"overvoteLabel": "over", "undeclaredWriteInLabel": "other"}
    people = [{"name": "Ann"}, {"name": "Ben", "aliases": ["77"]}]
    rules = {"maxRankingsAllowed": "3"}
    found = loaded(configuration(source, candidates=people, rules=rules))
    assert ballots(found) == {
        ((0,), (), (1,)): 1, ((1,), (0,)): 2, ((3,), (), (2,)): 1, (): 1,
    }  # fmt: skip
    blank = source | {"treatBlankAsUndeclaredWriteIn": True}
    found = loaded(configuration(blank, candidates=people, rules=rules))
    assert ballots(found)[((2,), (2,), (2,))] == 1
    assert ballots(found)[((1,), (0,), (2,))] == 2


def test_a_cell_may_name_several(loaded, tmp_path):
    table = [["id", "1", "2"], ["1", "Ann| Ben", "Cai"], ["2", None, "Cai"], ["3", None, "Cai"]]
    (tmp_path / "votes.xlsx").write_bytes(workbook(table))
    source = ESS_SOURCE | {"overvoteDelimiter": "|"}
    assert ballots(loaded(configuration(source))) == {((0, 1), (2,)): 1, ((), (2,)): 2}


@pytest.mark.parametrize(
    ("table", "source", "code", "line", "column"),
    [
        ([["id", "1"], ["1", "Dee"]], {}, "ranked_candidate", 2, 2),
        ([["id", "1"], [None, "Ann"]], {}, "rctab_row", 2, 1),
        ([["id", "1"], ["1", "Ann|"]], {"overvoteDelimiter": "|"}, "ranked_candidate", 2, 2),
    ],
)
def test_faults_of_a_workbook_tell_the_cell(loaded, tmp_path, table, source, code, line, column):
    (tmp_path / "votes.xlsx").write_bytes(workbook(table))
    with pytest.raises(FormatError) as told:
        loaded(configuration(ESS_SOURCE | source))
    assert (told.value.code, told.value.line, told.value.column) == (code, line, column)


def test_a_row_has_no_more_ranks_than_can_be_counted(loaded, tmp_path):
    wide = '<row><c r="A1"><v>1</v></c><c r="ZZZ1"><v>Ann</v></c></row>'
    sheet = f"<worksheet><sheetData><row/>{wide}</sheetData></worksheet>"
    (tmp_path / "votes.xlsx").write_bytes(workbook([], **{"xl/sheets/one.xml": sheet}))
    with pytest.raises(FormatError) as told:
        loaded(configuration(ESS_SOURCE))
    assert told.value.code == "ranked_rank"


def test_cells_are_read_as_a_spreadsheet_shows_them():
    sheet = (
        '<worksheet><sheetData><row r="2"><c><v>7.0</v></c><c t="b"><v>1</v></c><c r="?"><v>2.5</v></c>'
        '<c r="AB2" t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is>b</is></c></row>'
        "<row>text</row></sheetData></worksheet>"
    )
    parts = {"xl/sheets/one.xml": sheet, "xl/sharedStrings.xml": ""}
    assert list(rows(workbook([], **parts))) == [
        (2, {1: "7", 2: "1", 3: "2.5", 28: "a", 29: "b"}), (3, {}),
    ]  # fmt: skip
    moved = {
        "xl/_rels/workbook.xml.rels": '<a><Relationship Id="r7" Target="/xl/sheets/one.xml"/></a>'
    }
    assert len(list(rows(workbook([], **parts, **moved)))) == 2


def test_workbooks_that_are_none_or_burst_are_refused(monkeypatch: pytest.MonkeyPatch):
    broken = [
        b"", b"PK\3\4", workbook([])[:-30],
        workbook([], **{"xl/workbook.xml": ""}),
        workbook([], **{"xl/workbook.xml": "<workbook/>"}),
        workbook([], **{"xl/workbook.xml": "<!DOCTYPE x><workbook/>"}),
        workbook([["id"]], **{"xl/sheets/one.xml": '<a><row r="1"><c r="A1" t="s"><v>9</v></c></row></a>'}),
    ]  # fmt: skip
    for data in broken:
        with pytest.raises(FormatError):
            list(rows(data))
    monkeypatch.setattr("tally.formats.ranked.rctab.workbook._MOST_BYTES", 1_000)
    with pytest.raises(FormatError) as told:
        list(rows(workbook([["x" * 999]])))
    assert told.value.code == "rctab_zip"


@given(st.integers(0, 900), st.binary(min_size=1, max_size=4))
def test_spoilt_workbooks_are_read_or_refused(at: int, spoil: bytes):
    data = workbook(ESS_ROWS)
    with suppress(FormatError):
        assert list(rows(data[:at] + spoil + data[at + len(spoil) :])) is not None
