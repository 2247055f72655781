"""Cast vote records in NIST's Common Data Format, and the texts of JSON and XML below."""

import json
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import FormatError
from tally.formats import ranked
from tally.formats.ranked import RankedFile, cdf
from tally.formats.ranked.json_text import JsonText
from tally.formats.ranked.xml_text import XmlText
from tally.ranked import Contest, Rankings


def position(rank: int | None = None, **more: Any) -> dict[str, Any]:
    return {"HasIndication": "yes", "NumberVotes": 1, **({"Rank": rank} if rank else {}), **more}


def selection(whom: str | None, *positions: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = {"ContestSelectionId": whom} if whom else {}
    return {**named, "SelectionPosition": list(positions), **more}


def record(*selections: dict[str, Any], contest: str = "c1") -> dict[str, Any]:
    made = {"ContestId": contest, "CVRContestSelection": list(selections)}
    old = {"@id": "old", "Type": "original", "CVRContest": [{"ContestId": "c1"}]}
    return {
        "CurrentSnapshotId": "now",
        "CVRSnapshot": [old, {"@id": "now", "Type": "modified", "CVRContest": [made]}],
    }


def report(*records: dict[str, Any], **contest: Any) -> dict[str, Any]:
    people = {"a": "Ann", "b": "Ben", "c": "Cai"}
    return {
        "@type": "CVR.CastVoteRecordReport",
        "CVR": list(records),
        "Election": [
            {
                "@id": "e",
                "Candidate": [{"@id": key, "Name": name} for key, name in people.items()],
                "Contest": [
                    {
                        "@id": "c1",
                        "Name": "Mayor",
                        "NumberElected": 2,
                        "ContestSelection": [
                            {"@id": f"s{key}", "CandidateIds": [key]} for key in people
                        ],
                        **contest,
                    },
                    {"@id": "c2", "Name": "Question", "@type": "CVR.BallotMeasureContest"},
                ],
            }
        ],
    }


DOUBTFUL = (
    record(selection("sa", position(1), position(3)), selection("sb", position(3))),
    record(selection("sc", position(2), Rank=1)),
    record(
        selection("sa", position(1, HasIndication="no")),
        selection("sb", position(1, IsAllocable="no"), position(2, IsAllocable="unknown")),
        selection(None, position(4), Status=["needs-adjudication"]),
    ),
    record(selection(None, position(1, CVRWriteIn={"Text": "Dee"}))),
    record(selection(None, position(2), Status=["other"], OtherStatus="overvote")),
    record(selection("sa", position(1)), contest="c2"),
    record(),
)


def test_marks_stay_as_the_voters_made_them():
    file = cdf.read(json.dumps(report(*DOUBTFUL)))
    assert file.contest == Contest(("Ann", "Ben", "Cai", "Write-ins"), 2, title="Mayor")
    assert dict(file.rankings.rows()) == {
        ((0,), (), (0, 1)): 1,
        ((2,),): 1,
        ((), (1,)): 1,
        ((3,),): 1,
        ((), (file.rankings.untold,)): 1,
        (): 1,
    }
    assert file.rankings.ballots == 6


def test_reports_are_known_by_what_they_hold():
    data = b"\xef\xbb\xbf\n" + json.dumps(report(*DOUBTFUL)).encode()
    assert ranked.sniffed(data) == "cdf"
    assert ranked.load(data).rankings == ranked.load(ranked.dump(ranked.load(data))).rankings
    assert ranked.load(data, "Mayor").contest.seats == 2
    assert ranked.sniffed(b'[{"a": 1}]') is None


def as_xml(node: Any, name: str) -> str:
    """The same in XML, as the format's schema has it: ids are attributes, lists come apart."""
    if isinstance(node, list):
        return "".join(as_xml(one, name) for one in node)
    if not isinstance(node, dict):
        return f"<cdf:{name}>{str(node).lower() if isinstance(node, bool) else node}</cdf:{name}>"
    told = {"@id": "ObjectId", "@type": "xsi:type"}
    attributes = "".join(f' {told[key]}="{node[key]}"' for key in told if key in node)
    inner = "".join(as_xml(value, key) for key, value in node.items() if key not in told)
    return f"<cdf:{name}{attributes}>\n  {inner}\n</cdf:{name}>"


def test_xml_says_the_same_as_json():
    said = report(*DOUBTFUL)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- a comment -->\n'
    body = as_xml(said, "CastVoteRecordReport").replace(">Ann<", "> Ann <")
    file, other = ranked.load((head + body).encode()), cdf.read(json.dumps(said))
    assert (file.contest, file.rankings) == (other.contest, other.rankings)


def test_faults_of_xml_reports_tell_the_line_of_the_record():
    said = as_xml(report(record(selection("s?", position(1)))), "CastVoteRecordReport")
    with pytest.raises(FormatError) as told:
        cdf.read(said)
    assert (told.value.code, told.value.line) == ("ranked_candidate", 2)


def test_write_ins_and_running_mates_have_names():
    options = [
        {"@id": "sa", "CandidateIds": ["a", "b"]},
        {"@id": "sb", "IsWriteIn": True},
        {"@id": "sc", "IsWriteIn": True, "CandidateIds": ["unknown"]},
    ]
    told = report(record(selection("sc", position(1))), ContestSelection=options)
    file = cdf.read(json.dumps(told))
    assert file.contest.names == ("Ann / Ben", "Write-ins (1)", "Write-ins (2)")
    assert list(file.rankings.rows()) == [(((2,),), 1)]


def test_a_contest_is_chosen_by_name_or_id_and_never_guessed():
    said = report(record(selection("sa", position(1))))
    said["Election"][0]["Contest"][1].pop("@type")
    said["Election"][0]["Contest"][1]["ContestSelection"] = [{"@id": "x", "CandidateIds": ["c"]}]
    text = json.dumps(said)
    assert cdf.read(text, "Mayor").contest.names == cdf.read(text, "c1").contest.names
    assert cdf.read(text, "Question").rankings.ballots == 0
    for asked in ("", "Council"):
        with pytest.raises(FormatError) as told:
            cdf.read(text, asked)
        assert (told.value.code, told.value.field) == ("ranked_contest", "'Mayor', 'Question'")
        assert told.value.found == asked


def test_marks_without_ranks_are_refused_only_where_they_are_counted():
    said = report(record(selection("sa", position())), record(selection("sb", position(1))))
    said["Election"][0]["Contest"][1] |= {
        "@type": "CVR.CandidateContest", "ContestSelection": [{"@id": "x", "CandidateIds": ["c"]}],
    }  # fmt: skip
    assert cdf.read(json.dumps(said), "Question").contest.names == ("Cai",)
    with pytest.raises(FormatError) as told:
        cdf.read(json.dumps(said, indent=1), "Mayor")
    assert (told.value.code, told.value.line, told.value.column) == ("ranked_rank", 4, 3)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"CVR": [3]}, "ranked_record", "CVR"),
        ({"CVR": [{"CurrentSnapshotId": "x"}]}, "ranked_record", "CurrentSnapshotId"),
        ({"CVR": [{"CVRSnapshot": [1]}]}, "ranked_record", "CVRSnapshot"),
        ({"CVR": [record(selection("s?", position(1)))]}, "ranked_candidate", "ContestSelectionId"),
        ({"CVR": [record(selection(None, position(1)))]}, "ranked_record", "ContestSelectionId"),
        ({"CVR": [record(selection("sa", position(1001)))]}, "ranked_rank", "Rank"),
        ({"CVR": [record(selection("sa", {"Rank": []}))]}, "ranked_rank", "Rank"),
        ({"CVR": [record(selection("sa", {"Rank": True}))]}, "ranked_rank", "Rank"),
        ({"Election": []}, "ranked_contest", "Contest"),
        ({"Election": [{"Contest": [{"Name": "M", "NumberElected": "0"}]}]}, "ranked_record", "NumberElected"),
        ({"Election": [{"Contest": [{"Name": "M"}]}]}, "ranked_names", "ContestSelection"),
        ({"Election": [{"Contest": [{"ContestSelection": {"@id": "x"}}]}]}, "ranked_names", "CandidateIds"),
    ],
)  # fmt: skip
def test_faults_of_a_report_tell_what_is_wrong(change: dict[str, Any], code: str, field: str):
    with pytest.raises(FormatError) as told:
        cdf.read(json.dumps(report() | change))
    assert (told.value.code, told.value.field) == (code, field)


def test_more_selections_than_can_be_counted_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tally.formats.ranked.cdf_records._MOST", 1)
    said = report(record(selection("sa", position(1)), selection("sb", position(2))))
    with pytest.raises(FormatError) as told:
        cdf.read(json.dumps(said))
    assert told.value.field == "ContestSelectionId"


@given(
    st.lists(
        st.tuples(st.lists(st.sets(st.integers(0, 4), max_size=3), max_size=4), st.integers(1, 3)),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_what_is_written_reads_the_same(ballots):
    rankings = Rankings.of(4, [tiers for tiers, _ in ballots], [many for _, many in ballots])
    file = RankedFile(Contest(("Ann", 'B"en', "Cai", "Dee"), 3, title="Mayor"), rankings, "")
    again = ranked.load(ranked.dump(file, "cdf"))
    assert (again.contest, again.rankings) == (file.contest, file.rankings)


def test_what_records_cannot_hold_is_refused():
    half = Rankings.of_groups(1, [(((0,),), Fraction(3, 2))])
    for rankings in (half, Rankings.of(1, [])):
        with pytest.raises(FormatError):
            cdf.write(RankedFile(Contest.of("Ann"), rankings, ""))
    out = RankedFile(Contest(("Ann",), 1, frozenset({0})), Rankings.of(1, [(0,)]), "")
    with pytest.raises(FormatError) as told:
        ranked.dump(out, "cdf")
    assert told.value.code == "ranked_lost"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8), st.sampled_from([None, 1]))  # fmt: skip
def test_members_are_those_of_the_whole(value, indent):
    whole = {"a": value, "b": [value, 1], "c": {"d": [value]}}
    text = json.dumps(whole, indent=indent)
    found = list(JsonText(text).walk("b"))
    assert [(name, said) for name, said, _ in found] == [
        ("a", value), ("b", value), ("b", 1), ("c", {"d": [value]}),
    ]  # fmt: skip
    for _, said, at in found:
        assert text[at:].startswith(json.dumps(said)[0])
    place = JsonText(text).place(("c", "d", 0))
    assert text[place:].startswith(json.dumps(value)[0])
    assert JsonText(text).place(("c", "x", 0)) == JsonText(text).place(("c",))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1), ("[]", 1, 1), ("{\n 1: 2}", 2, 2), ('{"a" 1}', 1, 6), ('{"a": 1,}', 1, 9),
        ('{"a": 1 "b": 2}', 1, 9), ('{"a": [1 2]}', 1, 10), ('{"a": 1} x', 1, 10), ('{"a": ', 1, 7),
        ('{"a": ' + "[" * 100_000, 1, 8), ('{"a": ' + "9" * 5_000 + "}", 1, 7), ('{"a": [1,', 1, 10),
    ],
)  # fmt: skip
def test_faults_of_json_tell_the_place(text: str, line: int, column: int):
    with pytest.raises(FormatError) as told:
        list(JsonText(text).walk("a"))
    assert (told.value.code, told.value.line, told.value.column) == ("ranked_json", line, column)


def test_a_name_twice_is_refused_where_it_is_asked():
    text = '{"a": {"b": 1, "b": 2}}'
    assert list(JsonText(text).walk()) == [("a", {"b": 2}, 6)]
    with pytest.raises(FormatError):
        list(JsonText(text, strict=True).walk())


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"<a>\n<b></a>", "ranked_xml", 2),
        (b"", "ranked_xml", 1),
        (b"<a>\n&x;</a>", "ranked_xml", 2),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "ranked_xml", 1),
        (b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "ranked_doctype", 2),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "ranked_doctype", 1),
    ],
)
def test_faults_of_xml_tell_the_line(data: bytes, code: str, line: int):
    with pytest.raises(FormatError) as told:
        list(XmlText(data).walk({"a"}))
    assert (told.value.code, told.value.line) == (code, line)


def test_elements_have_attributes_text_and_children():
    data = b'<x:a n="1">\n <b>one</b>\n <b z="2"> two </b> <c/>\n</x:a>'
    found = list(XmlText(data).walk({"a"}))
    assert found == [("a", {"@n": "1", "b": ["one", {"@z": "2", "#text": " two "}], "c": [""]}, 1)]


@given(st.data())
def test_spoilt_reports_are_read_or_refused(data):
    said = report(*DOUBTFUL)
    text = data.draw(st.sampled_from([json.dumps(said), as_xml(said, "CastVoteRecordReport")]))
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, min(len(text), first + 30)))
    spoilt = (
        text[:first]
        + data.draw(st.sampled_from(["", "[", "}", "7", '"x"', "<", "\0"]))
        + text[last:]
    )
    with suppress(FormatError):
        assert cdf.read(spoilt).contest.size
