"""Dominion's folders of JSON: what was scanned, or how it was adjudicated; names are its ids."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tally.errors import FormatError
from tally.formats.ranked.file import fault
from tally.formats.ranked.json_text import JsonText
from tally.formats.ranked.marks import MOST_RANKS, Groups, cast, mark
from tally.formats.ranked.rctab.candidates import Slate
from tally.formats.ranked.rctab.rows import text_of
from tally.formats.ranked.rctab.sources import Source
from tally.ranked.rctab_rules import Rules

Node = dict[str, Any]
# A contest so marked does not count on this ballot.
_EXCLUDED = 7


def cast_all(path: Path, source: Source, standing: Slate, rules: Rules) -> Groups:
    """The ballots of ``CvrExport.json``, or of all ``CvrExport_1.json``, … in the folder."""
    most = min(rules.max_rankings or MOST_RANKS, _ranks(path / "ContestManifest.json", source))
    candidates = _candidates(path / "CandidateManifest.json", source)
    whole = path / "CvrExport.json"
    files = [whole] if whole.exists() else sorted(path.glob("CvrExport_*.json"))
    if not files:
        raise fault("rctab_text", 1, whole.name)
    groups: Groups = {}
    for file in files:
        _Export(file, source, standing, most, candidates).read(groups)
    return groups


def _listed(path: Path) -> Iterator[Node]:
    document = JsonText(text_of(path))
    for name, value, at in document.walk("List"):
        if name == "List":
            if not isinstance(value, dict):
                raise document.fault("ranked_record", at, value, path.name)
            yield value


def _ranks(path: Path, source: Source) -> int:
    """How many ranks the ballot has."""
    for contest in _listed(path):
        if str(contest.get("Id")) == source.contest:
            ranks = contest.get("NumOfRanks")
            if type(ranks) is not int:
                raise fault("ranked_record", 1, str(ranks), f"{path.name}, NumOfRanks")
            return ranks
    raise fault("ranked_contest", 1, source.contest, path.name)


def _candidates(path: Path, source: Source) -> frozenset[str]:
    return frozenset(
        str(one.get("Id")) for one in _listed(path) if str(one.get("ContestId")) == source.contest
    )


class _Export:
    """One export of sessions, a ballot each."""

    def __init__(
        self, path: Path, source: Source, standing: Slate, most: int, candidates: frozenset[str]
    ) -> None:
        self.document = JsonText(text_of(path))
        self.name, self.at = path.name, 0
        self.source, self.standing = source, standing
        self.most, self.candidates = most, candidates

    def read(self, groups: Groups) -> None:
        for name, session, at in self.document.walk("Sessions"):
            self.at = at
            if name == "Sessions":
                for contest in self._contests(session):
                    cast(groups, self._marks(contest))

    def fault(self, code: str, name: str, found: object) -> FormatError:
        return self.document.fault(code, self.at, found, f"{self.name}, {name}")

    def member(self, node: Any, name: str, kind: type) -> Any:
        """The member of this name, which must be of this kind."""
        found = node.get(name) if isinstance(node, dict) else None
        if type(found) is not kind:
            raise self.fault("ranked_record", name, found)
        return found

    def _contests(self, session: Any) -> Iterator[Node]:
        """The contest on the cards of a session; what was adjudicated replaces what was scanned."""
        told = self.member(session, "Original", dict)
        if not self.member(told, "IsCurrent", bool):
            if "Modified" not in session:
                return  # taken out, and nothing put in its place
            told = self.member(session, "Modified", dict)
        for card in self.member(told, "Cards", list) if "Cards" in told else [told]:
            for contest in self.member(card, "Contests", list):
                if str(self.member(contest, "Id", int)) != self.source.contest:
                    continue
                if _EXCLUDED not in self.member(contest, "OutstackConditionIds", list):
                    yield contest

    def _marks(self, contest: Node) -> list[int]:
        marks = []
        for said in self.member(contest, "Marks", list):
            if self.member(said, "IsAmbiguous", bool):
                continue
            whom = str(self.member(said, "CandidateId", int))
            rank = self.member(said, "Rank", int)
            place = self.standing.called(whom, self.source)
            is_write_in = place is not None and place == self.standing.write_in
            if place is None or not (is_write_in or whom in self.candidates):
                raise self.fault("ranked_candidate", "CandidateId", whom)
            if not 1 <= rank <= self.most:
                raise self.fault("ranked_rank", "Rank", rank)
            marks.append(mark(rank, place))
        return marks
