"""RCTab's configurations, with the files that hold their ballots, made by hand."""

import io
import json
import zipfile
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tally.errors import FormatError
from tally.formats.ranked import RankedFile, rctab
from tally.formats.ranked.rctab import generic_csv
from tally.formats.ranked.rctab.candidates import WRITE_INS
from tally.formats.ranked.rctab.workbook import rows
from tally.ranked import Contest, Rankings
from tally.ranked.rctab import rctab as count
from tally.ranked.rctab_rules import Rules
from tests.tally.test_ranked_cdf import as_xml, position, record, report, selection

CSV = "id,Ann,Ben,Cai\n1,1,2,\n2,,1,1\n\n3,,,2\n4,1,2,\n5\n"
RULES = {
    "tiebreakMode": "useCandidateOrder",
    "overvoteRule": "exhaustImmediately",
    "winnerElectionMode": "singleWinnerMajority",
    "numberOfWinners": "1",
    "decimalPlacesForVoteArithmetic": "4",
    "maxSkippedRanksAllowed": "unlimited",
    "maxRankingsAllowed": "max",
}
CSV_SOURCE = {
    "filePath": "votes.csv",
    "provider": "genericCsv",
    "firstVoteColumnIndex": 2,
    "firstVoteRowIndex": 2,
}
ESS_SOURCE = {
    "filePath": "votes.xlsx",
    "provider": "ess",
    "firstVoteColumnIndex": "2",
    "firstVoteRowIndex": "2",
    "idColumnIndex": "1",
    "skippedRankLabel": "undervote",
}


def configuration(
    *sources: dict[str, Any],
    rules: dict[str, Any] | None = None,
    candidates: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    return {
        "tabulatorVersion": "2.0.1",
        "outputSettings": {"contestName": "Mayor"},
        "cvrFileSources": list(sources or [CSV_SOURCE]),
        "candidates": candidates or [{"name": "Ann"}, {"name": "Ben"}, {"name": "Cai"}],
        "rules": RULES | (rules or {}),
        **more,
    }


@pytest.fixture
def loaded(tmp_path):
    (tmp_path / "votes.csv").write_text(CSV, encoding="utf-8")

    def load(said: dict[str, Any], *, indent: int | None = None) -> rctab.Configured:
        path = tmp_path / "config.json"
        path.write_text(json.dumps(said, indent=indent), encoding="utf-8")
        return rctab.load(path)

    return load


def ballots(found: rctab.Configured) -> dict[tuple[tuple[int, ...], ...], int]:
    return dict(found.file.rankings.rows())


def test_a_configuration_is_known_by_its_sources():
    assert rctab.is_configuration(b'\xef\xbb\xbf\n{"cvrFileSources": []}')
    assert not rctab.is_configuration(b'["cvrFileSources"]')
    assert not rctab.is_configuration(b"{}")


def test_settings_become_rules(loaded):
    said = RULES | {
        "tiebreakMode": "random", "randomSeed": "-7", "numberOfWinners": 2,
        "winnerElectionMode": "multiWinnerAllowOnlyOneWinnerPerRound", "hareQuota": "true",
        "maxSkippedRanksAllowed": 0, "maxRankingsAllowed": "15", "minimumVoteThreshold": "3",
        "cutoffElimination": True, "exhaustOnDuplicateCandidate": True, "batchElimination": "",
        "stopTabulationEarlyAfterRound": "4", "decimalPlacesForVoteArithmetic": 6,
        "overvoteRule": "exhaustIfMultipleContinuing", "rulesDescription": "all of them",
    }  # fmt: skip
    found = loaded(configuration(rules=said))
    assert found.file.contest == Contest(("Ann", "Ben", "Cai"), 2, title="Mayor")
    assert found.rules == Rules(
        overvote_rule="exhaustIfMultipleContinuing",
        winner_election_mode="multiWinnerAllowOnlyOneWinnerPerRound",
        tiebreak_mode="random", random_seed=-7, max_skipped_ranks=0, max_rankings=15,
        exhaust_on_duplicate=True, decimal_places=6, hare_quota=True, minimum_votes=3,
        cutoff_elimination=True, stop_after_round=4,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "seats", "mode"),
    [
        ("standard", 1, "singleWinnerMajority"),
        ("standard", 2, "multiWinnerAllowMultipleWinnersPerRound"),
        ("singleSeatContinueUntilTwoCandidatesRemain", 1, "singleWinnerMajority"),
        ("multiSeatBottomsUp", 2, "bottomsUp"),
        ("multiSeatBottomsUp", 0, "bottomsUpUsingPercentageThreshold"),
        ("multiSeatSequentialWinnerTakesAll", 2, "multiPassIrv"),
    ],
)
def test_words_of_version_1_mean_what_they_meant(loaded, old: str, seats: int, mode: str):
    rules = {
        "winnerElectionMode": old, "numberOfWinners": seats, "tiebreakMode": "interactive",
        "multiSeatBottomsUpPercentageThreshold": "" if seats else 15.5,
    }  # fmt: skip
    found = loaded(configuration(rules=rules, tabulatorVersion="1.2.0")).rules
    assert (found.winner_election_mode, found.tiebreak_mode) == (mode, "stopCountingAndAsk")
    assert found.continue_until_two == ("Two" in old)
    assert found.bottoms_up_share == (0 if seats else Fraction(31, 200))


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


@pytest.mark.parametrize(
    ("rules", "name", "code"),
    [
        ({"tiebreakMode": "coin"}, "tiebreakMode", "rctab_word"),
        ({"tiebreakMode": None}, "tiebreakMode", "rctab_word"),
        ({"overvoteRule": ""}, "overvoteRule", "rctab_word"),
        ({"overvoteRule": 1.5}, "overvoteRule", "rctab_text"),
        ({"winnerElectionMode": "x"}, "winnerElectionMode", "rctab_word"),
        ({"tiebreakMode": "generatePermutation"}, "randomSeed", "rctab_whole"),
        ({"randomSeed": 2**47}, "randomSeed", "rctab_whole"),
        ({"randomSeed": "1.0"}, "randomSeed", "rctab_whole"),
        ({"numberOfWinners": ""}, "numberOfWinners", "rctab_whole"),
        ({"numberOfWinners": -1}, "numberOfWinners", "rctab_whole"),
        ({"numberOfWinners": 0}, "numberOfWinners", "rctab_clash"),
        ({"numberOfWinners": 2}, "winnerElectionMode", "rctab_clash"),
        ({"winnerElectionMode": "bottomsUp"}, "winnerElectionMode", "rctab_clash"),
        ({"decimalPlacesForVoteArithmetic": "21"}, "decimalPlacesForVoteArithmetic", "rctab_whole"),
        ({"maxSkippedRanksAllowed": -3}, "maxSkippedRanksAllowed", "rctab_whole"),
        ({"maxRankingsAllowed": "0"}, "maxRankingsAllowed", "rctab_whole"),
        ({"stopTabulationEarlyAfterRound": 0}, "stopTabulationEarlyAfterRound", "rctab_whole"),
        ({"batchElimination": "yes"}, "batchElimination", "rctab_flag"),
        ({"batchElimination": 1}, "batchElimination", "rctab_flag"),
        ({"hareQuota": True}, "hareQuota", "rctab_clash"),
        ({"nonIntegerWinningThreshold": True}, "nonIntegerWinningThreshold", "rctab_clash"),
        ({"useTheFutureRule": True}, "useTheFutureRule", "rctab_known"),
    ],
)
def test_what_the_rules_cannot_be_is_refused(loaded, rules: dict[str, Any], name: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(configuration(rules=rules), indent=1)
    assert (told.value.code, told.value.field) == (code, f"rules.{name}")
    assert told.value.line > 20


SEVERAL = {"numberOfWinners": 2, "winnerElectionMode": "multiWinnerAllowMultipleWinnersPerRound"}
SHARE = {
    "numberOfWinners": 0, "winnerElectionMode": "bottomsUpUsingPercentageThreshold",
    "multiSeatBottomsUpPercentageThreshold": "15",
}  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "name", "code"),
    [
        (SEVERAL | {"continueUntilTwoCandidatesRemain": True}, "continueUntilTwoCandidatesRemain", "rctab_clash"),
        (SEVERAL | {"batchElimination": True}, "batchElimination", "rctab_clash"),
        (SEVERAL | {"doesFirstRoundDetermineThreshold": True}, "doesFirstRoundDetermineThreshold", "rctab_clash"),
        (SEVERAL | {"hareQuota": True, "nonIntegerWinningThreshold": True}, "hareQuota", "rctab_clash"),
        (SHARE | {"numberOfWinners": 1}, "numberOfWinners", "rctab_clash"),
        (SHARE | {"batchElimination": True}, "batchElimination", "rctab_clash"),
        (SHARE | {"multiSeatBottomsUpPercentageThreshold": "101"}, "multiSeatBottomsUpPercentageThreshold", "rctab_whole"),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_refused(loaded, rules, name: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(configuration(rules=rules))
    assert (told.value.code, told.value.field) == (code, f"rules.{name}")


CDF_SOURCE = {"filePath": "votes.json", "provider": "cdf", "contestId": "Mayor"}


@pytest.mark.parametrize(
    ("source", "rules", "name", "code"),
    [
        (CSV_SOURCE | {"filePath": ""}, {}, "filePath", "rctab_text"),
        (CSV_SOURCE | {"provider": "abacus"}, {}, "provider", "rctab_word"),
        (CSV_SOURCE | {"contestId": "Mayor"}, {}, "contestId", "rctab_text"),
        (CSV_SOURCE | {"firstVoteRowIndex": ""}, {}, "firstVoteRowIndex", "rctab_text"),
        (CSV_SOURCE | {"firstVoteColumnIndex": 1001}, {}, "firstVoteColumnIndex", "rctab_whole"),
        (CSV_SOURCE | {"batchColumnIndex": "b"}, {}, "batchColumnIndex", "rctab_whole"),
        (CSV_SOURCE | {"overvoteDelimiter": ";"}, {}, "overvoteDelimiter", "rctab_text"),
        (CSV_SOURCE | {"treatBlankAsUndeclaredWriteIn": True}, {}, "treatBlankAsUndeclaredWriteIn", "rctab_clash"),
        (CSV_SOURCE | {"shuffle": True}, {}, "shuffle", "rctab_known"),
        (CDF_SOURCE | {"contestId": ""}, {}, "contestId", "rctab_text"),
        (CDF_SOURCE | {"firstVoteRowIndex": "2"}, {}, "firstVoteRowIndex", "rctab_text"),
        (CDF_SOURCE | {"skippedRankLabel": "x"}, {}, "skippedRankLabel", "rctab_text"),
        (ESS_SOURCE | {"overvoteDelimiter": " and "}, {}, "overvoteDelimiter", "rctab_clash"),
        (ESS_SOURCE | {"overvoteDelimiter": "\\"}, {}, "overvoteDelimiter", "rctab_clash"),
        (ESS_SOURCE | {"overvoteDelimiter": "|", "overvoteLabel": "over"}, {}, "overvoteDelimiter", "rctab_clash"),
        (ESS_SOURCE, {"overvoteRule": "exhaustIfMultipleContinuing"}, "overvoteDelimiter", "rctab_clash"),
        (CDF_SOURCE | {"overvoteLabel": "over"}, {"overvoteRule": "exhaustIfMultipleContinuing"}, "overvoteLabel", "rctab_clash"),
        (ESS_SOURCE | {"undeclaredWriteInLabel": "Undervote"}, {}, "undeclaredWriteInLabel", "rctab_clash"),
        (ESS_SOURCE | {"undeclaredWriteInLabel": "exhausted"}, {}, "undeclaredWriteInLabel", "rctab_clash"),
    ],
)  # fmt: skip
def test_what_a_source_cannot_be_is_refused(loaded, source, rules, name: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(configuration(source, rules=rules))
    assert (told.value.code, told.value.field) == (code, f"cvrFileSources.0.{name}")


@pytest.mark.parametrize(
    ("candidates", "name", "code"),
    [
        ([{"name": ""}], "0.name", "rctab_clash"),
        ([{"name": "Ann"}, {"name": "Ann"}], "1.name", "rctab_clash"),
        ([{"name": "Ann", "aliases": ["A"]}, {"name": "Ben", "code": "A"}], "1.aliases", "rctab_clash"),
        ([{"name": "Exhausted"}], "0.name", "rctab_clash"),
        ([{"name": "Ann", "aliases": "A"}], "0.aliases", "rctab_text"),
        ([{"name": "Ann", "party": "x"}], "0.party", "rctab_known"),
        ([{"name": "Ann", "excluded": True}], "0.excluded", "rctab_clash"),
    ],
)  # fmt: skip
def test_who_cannot_stand_is_refused(loaded, candidates, name: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(configuration(candidates=candidates))
    assert (told.value.code, told.value.field) == (code, f"candidates.{name}")


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        (configuration(tabulatorVersion="3.0"), "tabulatorVersion", "rctab_word"),
        (configuration(plugins=[]), "plugins", "rctab_known"),
        (configuration(candidates=[1]), "candidates", "rctab_text"),
        (configuration(rules={}) | {"rules": []}, "rules", "rctab_text"),
        (configuration(CSV_SOURCE, CSV_SOURCE), "cvrFileSources.1.filePath", "rctab_clash"),
    ],
)
def test_faults_of_the_whole_are_told(loaded, said: dict[str, Any], field: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(said)
    assert (told.value.code, told.value.field) == (code, field)


def test_sections_and_settings_come_once(tmp_path):
    path = tmp_path / "config.json"
    for text in ('{"rules": {}, "rules": {}}', '{"rules": {"a": 1, "a": 2}}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FormatError):
            rctab.load(path)
    path.write_bytes(b'{\n"rules": \xff}')
    with pytest.raises(FormatError) as told:
        rctab.load(path)
    assert (told.value.code, told.value.line) == ("ranked_utf8", 2)


def test_a_contest_that_is_asked_for_must_be_this_one(loaded, tmp_path):
    loaded(configuration())
    assert rctab.load(tmp_path / "config.json", "Mayor").file.contest.title == "Mayor"
    with pytest.raises(FormatError) as told:
        rctab.load(tmp_path / "config.json", "Council")
    assert told.value.code == "ranked_contest"


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


def test_common_data_format_goes_by_names_and_aliases(loaded, tmp_path):
    said = report(
        record(selection("sa", position(1)), selection("sb", position(2))),
        record(selection("sb", position(1)), selection("sc", position(1))),
        record(selection(None, position(1, CVRWriteIn={}))),
        ContestSelection=[
            {"@id": "sa", "CandidateIds": ["a", "c"]},
            {"@id": "sb", "IsWriteIn": "true"},
            {"@id": "sc", "CandidateIds": ["c"]},
        ],
    )
    (tmp_path / "votes.json").write_text(json.dumps(said), encoding="utf-8")
    (tmp_path / "votes.xml").write_text(as_xml(said, "CastVoteRecordReport"), encoding="utf-8")
    source = CDF_SOURCE | {"undeclaredWriteInLabel": "UWI", "overvoteLabel": "Cai"}
    sources = [source, source | {"filePath": "votes.xml"}]
    found = loaded(configuration(*sources, candidates=[{"name": "A", "aliases": ["Ann"]}]))
    assert found.file.contest.names == ("A", WRITE_INS)
    assert ballots(found) == {((0,), (1,)): 2, ((1, 2),): 2, ((1,),): 2}
    for other in (CDF_SOURCE, source | {"overvoteLabel": ""}):
        with pytest.raises(FormatError) as told:
            loaded(configuration(other, candidates=[{"name": "A", "aliases": ["Ann"]}]))
        assert told.value.code == "ranked_candidate"


def clear_ballot(*cells: str, names: tuple[str, ...] = ("Ann:NON", "UWI:NON")) -> str:
    heads = [f'"Choice_1:Mayor, the:{rank}:1 of 2:{name}"' for name in names for rank in (1, 2, 3)]
    other = '"Choice_9:Council:1:1 of 2:Zoe:NON"'
    lines = [f"{number}{',b' * 9},{row},1" for number, row in enumerate(cells, 1)]
    return "\n".join([",".join(["id"] + ["x"] * 9 + heads + [other]), *lines]) + "\n"


def test_clear_ballots_columns_are_marks(loaded, tmp_path):
    source = {
        "filePath": "votes.txt", "provider": "clearBallot", "contestId": "Mayor, the",
        "undeclaredWriteInLabel": "UWI",
    }  # fmt: skip
    path, rules = tmp_path / "votes.txt", {"maxRankingsAllowed": 2}
    path.write_text(clear_ballot("1,0,0,0,1,0", "0,0,1,0,0,0", "1,0,0,1,0,0"), encoding="utf-8")
    people = [{"name": "Ann"}]
    found = loaded(configuration(source, rules=rules, candidates=people))
    assert ballots(found) == {((0,), (1,)): 1, (): 1, ((0, 1),): 1}
    for text, code in (
        (clear_ballot("2,0,0,0,1,0"), "rctab_row"),
        (clear_ballot("1,0"), "rctab_row"),
        (clear_ballot("1,0,0,0,0,0", names=("Dee:NON", "UWI:NON")), "ranked_candidate"),
        (clear_ballot(names=("Ann",)), "rctab_row"),
        (clear_ballot("1").replace("Mayor", "Judge"), "ranked_contest"),
        (clear_ballot("1").replace(":2:", ":0:"), "ranked_rank"),
        ("", "ranked_contest"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FormatError) as told:
            loaded(configuration(source, rules=rules, candidates=people))
        assert told.value.code == code


def hart(*options: tuple[str, str], contest: str = "m1") -> str:
    made = "".join(
        f"<Option><Id>{whom}</Id><Value>{ranks}</Value></Option>" for whom, ranks in options
    )
    return (
        '<Cvr xmlns="http://example.org/x"><Contests><Contest><Id>other</Id></Contest><Contest>'
        f"<Name>Mayor</Name><Id>{contest}</Id><Options>{made}</Options></Contest></Contests></Cvr>"
    )


def test_harts_folder_holds_a_file_for_each_ballot(loaded, tmp_path):
    folder = tmp_path / "hart"
    folder.mkdir()
    source = {
        "filePath": "hart",
        "provider": "hart",
        "contestId": "m1",
        "undeclaredWriteInLabel": "w",
    }
    people = [{"name": "Ann", "aliases": ["a"]}, {"name": "Ben", "aliases": ["b"]}]
    files = [hart(("a", "1010"), ("b", "0010")), hart(("w", "10")), hart(), hart(("q", "000"))]
    for number, text in enumerate([*files, hart(contest="x")]):
        (folder / f"{number}.XML").write_text(text, encoding="utf-8-sig")
    (folder / "0.xml.sig.xml").write_text("no signature is read", encoding="utf-8")
    (folder / "notes.txt").write_text("nor this", encoding="utf-8")
    found = loaded(configuration(source, candidates=people))
    assert ballots(found) == {((0,), (), (0, 1)): 1, ((2,),): 1, (): 2}
    for text, code in (
        (hart(("q", "1")), "ranked_candidate"),
        (hart(("a", "2")), "ranked_rank"),
        (hart(("a", "0001")), "ranked_rank"),
        (
            hart(("a", "1")).replace("<Option>", "<Option>x").replace("<Value>1</Value>", ""),
            "ranked_rank",
        ),
        ("<Cvr>", "ranked_xml"),
    ):
        (folder / "9.xml").write_text(text, encoding="utf-8")
        with pytest.raises(FormatError) as told:
            loaded(configuration(source, candidates=people, rules={"maxRankingsAllowed": 3}))
        assert told.value.code == code
        assert told.value.field.startswith("hart, 9.xml")


def scanned(*marks: tuple[int, int], contest: int = 1, **more: Any) -> dict[str, Any]:
    made = [{"CandidateId": whom, "Rank": rank, "IsAmbiguous": False} for whom, rank in marks]
    return {"Id": contest, "OutstackConditionIds": [], "Marks": made, **more}


def session(*contests: dict[str, Any], current: bool = True, **more: Any) -> dict[str, Any]:
    return {"Original": {"IsCurrent": current, "Cards": [{"Contests": list(contests)}]}, **more}


@pytest.fixture
def dominion(loaded, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    lists = {
        "ContestManifest.json": [{"Id": 2, "NumOfRanks": 1}, {"Id": 1, "NumOfRanks": 3}],
        "CandidateManifest.json": [{"Id": 1, "ContestId": 1}, {"Id": 2, "ContestId": 1}, {"Id": 3, "ContestId": 2}],
    }  # fmt: skip
    for name, listed in lists.items():
        (folder / name).write_text(json.dumps({"Version": "5", "List": listed}), encoding="utf-8")

    def load(*sessions: Any, name: str = "CvrExport.json", **source: str) -> rctab.Configured:
        if name:
            said = {"Version": "5", "Sessions": list(sessions)}
            (folder / name).write_text(json.dumps(said), encoding="utf-8")
        told = {
            "filePath": "export",
            "provider": "dominion",
            "contestId": "1",
            "undeclaredWriteInLabel": "9",
        }
        people = [{"name": f"C{n}", "aliases": [str(n)]} for n in (1, 2, 3)]
        return loaded(configuration(told | source, candidates=people))

    return load


def test_dominions_records_are_as_adjudicated(dominion):
    ambiguous = scanned((1, 1))
    ambiguous["Marks"][0]["IsAmbiguous"] = True
    modified = {"IsCurrent": True, "Contests": [scanned((2, 1), (1, 3))]}
    found = dominion(
        session(scanned((1, 1), (9, 2)), scanned((3, 1), contest=2)),
        session(scanned((1, 1)), current=False, Modified=modified),
        session(scanned((1, 1)), current=False),
        session(scanned((1, 1), OutstackConditionIds=[7])),
        session(ambiguous),
    )
    assert ballots(found) == {((0,), (3,)): 1, ((1,), (), (0,)): 1, (): 1}


def test_dominions_records_may_lie_in_several_files(dominion, tmp_path):
    with pytest.raises(FormatError) as told:
        dominion(name="")
    assert told.value.code == "rctab_text"
    dominion(session(scanned((1, 1))), name="CvrExport_1.json")
    found = dominion(session(scanned((2, 1))), name="CvrExport_2.json")
    assert ballots(found) == {((0,),): 1, ((1,),): 1}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (session(scanned((3, 1))), "ranked_candidate"),
        (session(scanned((7, 1))), "ranked_candidate"),
        (session(scanned((1, 4))), "ranked_rank"),
        (session(scanned((1, 0))), "ranked_rank"),
        (session(scanned((1, "1"))), "ranked_record"),
        (session(scanned(Marks=3)), "ranked_record"),
        ({"Original": None}, "ranked_record"),
        (7, "ranked_record"),
    ],
)
def test_faults_of_dominions_records_are_told(dominion, said, code: str):
    with pytest.raises(FormatError) as told:
        dominion(said)
    assert told.value.code == code
    assert told.value.field.startswith("export, CvrExport.json, ")


def test_dominions_manifests_must_name_the_contest(dominion, tmp_path):
    with pytest.raises(FormatError) as told:
        dominion(session(scanned((1, 1))), contestId="5")
    assert told.value.code == "ranked_contest"
    for manifest in ([{"Id": 1, "NumOfRanks": "3"}], [4]):
        path = tmp_path / "export" / "ContestManifest.json"
        path.write_text(json.dumps({"List": manifest}), encoding="utf-8")
        with pytest.raises(FormatError) as told:
            dominion(session(scanned((1, 1))))
        assert told.value.code == "ranked_record"


def test_write_ins_stay_in_a_tie_of_nobody_and_each_pass_draws_anew():
    names = ("Ann", "Ben", WRITE_INS)
    contest, rankings = Contest(names), Rankings.of(3, [(0,)], [2])
    for mode in ("useCandidateOrder", "generatePermutation"):
        rules = Rules(tiebreak_mode=mode, random_seed=5, continue_until_two=True)
        turns = count(contest, rankings, rules.ties(contest), rules=rules).rounds
        assert [one for turn in turns for one in turn.eliminated] == [1]
    names = ("Ann", "Ben", "Cai", "Dee", "Eve", "Fay")
    contest, rankings = Contest(names, 3), Rankings.of(6, [(one,) for one in range(6)])
    rules = Rules(winner_election_mode="multiPassIrv", tiebreak_mode="random", random_seed=3)
    passes = count(contest, rankings, rules.ties(contest), rules=rules)
    first = count(
        Contest(names), rankings, Rules(tiebreak_mode="random", random_seed=3).ties(contest)
    )
    without = Contest(names, 1, frozenset(passes.winners[:1]))
    single = Rules(tiebreak_mode="random", random_seed=3)
    second = count(without, rankings, single.ties(without), rules=single)
    assert passes.winners[:2] == first.winners + second.winners


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spoilt_configurations_are_read_or_refused(tmp_path, data):
    (tmp_path / "votes.csv").write_text(CSV, encoding="utf-8")
    text = json.dumps(configuration())
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, min(len(text), first + 20)))
    spoil = data.draw(st.sampled_from(["", "[", "}", "7", '"x"', "null", "{}", "1.5"]))
    path: Path = tmp_path / "config.json"
    path.write_text(text[:first] + spoil + text[last:], encoding="utf-8")
    with suppress(FormatError, FileNotFoundError, IsADirectoryError):
        assert rctab.load(path).file.rankings.ballots
