"""RCTab's ballots as voting machines write them, made by hand."""

import json
from typing import Any

import pytest

from tally.errors import FormatError
from tally.formats.ranked import rctab
from tally.formats.ranked.rctab.candidates import WRITE_INS
from tests.tally.rctab_files import CDF_SOURCE, ballots, configuration
from tests.tally.test_ranked_cdf import as_xml, position, record, report, selection


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
