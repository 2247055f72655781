"""Cast vote records in NIST's Common Data Format, in JSON or XML: what voters marked, by contest.

A record's current snapshot counts. A mark counts unless it says that it is none (HasIndication no)
or is not to be counted (IsAllocable no); a selection that still awaits adjudication is passed over.

References
----------
NIST SP 1500-103, Cast Vote Records Common Data Format Specification, version 1.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from tally.errors import FormatError
from tally.formats.ranked.json_text import JsonText
from tally.formats.ranked.marks import MOST_RANKS, Groups, cast, mark
from tally.formats.ranked.xml_text import XmlText

Node = dict[str, Any]
# What a mark is for, where it is for no selection of the contest.
WRITE_IN, UNTOLD = "\0write-in", "\0overvote"
_MOST = 2**16 - 1  # selections that marks can be for


class Document(Protocol):
    """A report, member by member."""

    def fault(self, code: str, at: int, found: object, field: str = "") -> FormatError:
        """What is wrong at this place."""
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """What can be chosen in a contest.

    Attributes
    ----------
    names : of its candidates, usually one
    """

    id: str
    names: tuple[str, ...]
    is_write_in: bool


@dataclass(frozen=True)
class Contested:
    """One contest of a report.

    Attributes
    ----------
    groups : the ballots; a mark's number stands in `whom`
    whom : ids of selections, or `WRITE_IN`, `UNTOLD`
    """

    name: str
    seats: int
    selections: tuple[Selection, ...]
    groups: Groups
    whom: tuple[str, ...]


@dataclass
class _Ballots:
    """The ballots of one contest so far.

    Attributes
    ----------
    first : where each number of `numbers` first stood
    fault : the first mark without a rank that the contest allows; only ranked contests need any
    """

    groups: Groups = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    first: list[int] = field(default_factory=list)
    fault: FormatError | None = None


class _Report:
    """A report while it is read.

    The records may stand before the contests that they are about: so they are counted by ids.
    """

    def __init__(self, document: Document, most_ranks: int) -> None:
        self.document, self.most_ranks = document, most_ranks
        self.at = 0
        self.elections: list[tuple[Node, int]] = []
        self.ballots: dict[str, _Ballots] = {}

    def read(self, members: Iterator[tuple[str, Any, int]]) -> None:
        for name, value, at in members:
            self.at = at
            if name == "CVR":
                self._record(self._node(value, name))
            elif name == "Election":
                self.elections += [(one, self.at) for one in self.nodes({name: value}, name)]

    def _node(self, value: Any, name: str) -> Node:
        if not isinstance(value, dict):
            raise self.fault(name, value)
        return value

    def nodes(self, parent: Node, name: str) -> list[Node]:
        found = parent.get(name, [])
        found = found if isinstance(found, list) else [found]
        for one in found:
            if not isinstance(one, dict):
                raise self.fault(name, one)
        return found

    def fault(self, name: str, found: Any, code: str = "ranked_record") -> FormatError:
        return self.document.fault(code, self.at, found, name)

    def _record(self, record: Node) -> None:
        current = text(record, "CurrentSnapshotId")
        for snapshot in self.nodes(record, "CVRSnapshot"):
            if _id(snapshot) == current:
                break
        else:
            raise self.fault("CurrentSnapshotId", current)
        for contest in self.nodes(snapshot, "CVRContest"):
            ballots = self.ballots.setdefault(text(contest, "ContestId"), _Ballots())
            marks: list[int] = []
            for selection in self.nodes(contest, "CVRContestSelection"):
                self._selection(selection, ballots, marks)
            cast(ballots.groups, marks)

    def _selection(self, selection: Node, ballots: _Ballots, marks: list[int]) -> None:
        if "Status" in selection and "needs-adjudication" in _many(selection["Status"]):
            return
        whom = text(selection, "ContestSelectionId")
        if text(selection, "OtherStatus") == "overvote":
            whom = UNTOLD
        told = selection.get("Rank")
        for position in self.nodes(selection, "SelectionPosition"):
            if text(position, "HasIndication") == "no" or text(position, "IsAllocable") == "no":
                continue
            said = position.get("Rank") if told is None else told
            rank = _whole(said)
            if not 1 <= rank <= self.most_ranks:
                ballots.fault = ballots.fault or self.fault("Rank", said, "ranked_rank")
                return
            self._mark(ballots, marks, rank, WRITE_IN if "CVRWriteIn" in position else whom)
            if told is not None:  # the rank is the selection's, whatever its positions are
                break

    def _mark(self, ballots: _Ballots, marks: list[int], rank: int, whom: str) -> None:
        number = ballots.numbers.get(whom)
        if number is None:
            if not whom or len(ballots.numbers) == _MOST:
                raise self.fault("ContestSelectionId", whom)
            number = ballots.numbers[whom] = len(ballots.numbers)
            ballots.first.append(self.at)
        marks.append(mark(rank, number))


def records(said: str, contest: str = "", most_ranks: int = MOST_RANKS) -> Contested:
    """The ballots of one contest.

    Parameters
    ----------
    said : the report, JSON or XML
    contest : its name or id; may be empty where the report has one alone

    Raises
    ------
    FormatError : no report, no such contest, a mark for nobody.
    """
    if said.lstrip()[:1] == "<":
        xml = XmlText(said.encode(), "utf-8")
        report = _Report(xml, most_ranks)
        report.read(xml.walk({"CVR", "Election"}))
    else:
        json = JsonText(said)
        report = _Report(json, most_ranks)
        report.read(json.walk("CVR"))
    return _contested(report, contest)


def _contested(report: _Report, contest: str) -> Contested:
    known: list[tuple[Node, Node]] = []
    for election, at in report.elections:
        report.at = at
        known += [(election, one) for one in report.nodes(election, "Contest")]
    found = [
        (election, one)
        for election, one in known
        if contest in ("", text(one, "Name"), _id(one)) and one.get("@type") not in _NO_CANDIDATES
    ]
    if len(found) != 1:
        listed = ", ".join(repr(text(one, "Name")) for _, one in found or known)
        raise report.fault(listed or "Contest", contest, "ranked_contest")
    election, one = found[0]
    report.at = next(at for node, at in report.elections if node is election)
    names = {_id(who): text(who, "Name") for who in report.nodes(election, "Candidate")}
    selections = tuple(
        _selection(report, node, names) for node in report.nodes(one, "ContestSelection")
    )
    ballots = report.ballots.get(_id(one), _Ballots())
    if ballots.fault is not None:
        raise ballots.fault
    ids = {selection.id for selection in selections}
    for whom, at in zip(ballots.numbers, ballots.first, strict=True):
        report.at = at
        if whom not in (WRITE_IN, UNTOLD) and whom not in ids:
            raise report.fault("ContestSelectionId", whom, "ranked_candidate")
    seats = _whole(one.get("NumberElected", 1))
    if seats < 1:
        raise report.fault("NumberElected", text(one, "NumberElected"))
    return Contested(text(one, "Name"), seats, selections, ballots.groups, tuple(ballots.numbers))


# Contests in which nobody is ranked; "CVR." stands before the word in version 1.0.
_NO_CANDIDATES = tuple(
    f"{prefix}{kind}Contest"
    for prefix in ("", "CVR.")
    for kind in ("BallotMeasure", "Party", "Retention")
)


def _selection(report: _Report, node: Node, names: dict[str, str]) -> Selection:
    is_write_in = text(node, "IsWriteIn").lower() == "true"
    called = [names.get(str(one).strip(), "") for one in _many(node.get("CandidateIds", []))]
    if not is_write_in and not all(called or [""]):
        raise report.fault("CandidateIds", _id(node), "ranked_names")
    return Selection(_id(node), tuple(name for name in called if name), is_write_in)


def _id(node: Node) -> str:
    return str(node.get("@id") or node.get("@ObjectId") or "")


def _whole(said: Any) -> int:
    """A whole number; 0 if it is none."""
    if isinstance(said, list) and said:
        said = said[0]
    if isinstance(said, str) and said.strip().isascii() and said.strip().isdigit():
        return int(said.strip()[:9])
    return said if type(said) is int else 0


def text(node: Node, name: str) -> str:
    """The one value of this name as text; empty: there is none."""
    value = node.get(name, "")
    if isinstance(value, list):
        value = value[0] if value else ""
    return value.strip() if isinstance(value, str) else str(value)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
