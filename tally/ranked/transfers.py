"""Piles of ballots that are moved from candidate to candidate: what all rules by rounds share.

A ballot lies on one pile. A pile is known by its *path*, the elected candidates through whose hands
its ballots came, and by whom they count for now. All ballots of a pile are worth the same, so
rules look at piles, of which there are few, and never at ballots.

A `Part` holds some of the ballots and tells only how many voters lie on each pile. `Box` adds the
parts up; parts may live in other processes (anything with `first`, `hold` and `move` will do).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from tally.ranked.ballots import Ballots, Rankings, Small
from tally.ranked.contest import Contest
from tally.ranked.preferences import OVERVOTE, Preferences, Reading, read

# One candidate, or several who share a rank (ascending).
Holder = int | tuple[int, ...]
Path = tuple[Holder, ...]
# Its path and its holder; a holder below zero is no candidate: the ballots are exhausted, for
# reason ``-1 - holder`` of `preferences.REASONS`.
Pile = tuple[Path, Holder]
# Voters moved from pile to pile.
Flows = dict[tuple[Pile, Pile], int]
_OUT, _STANDS, _PASSES = 0, 1, 2
Held = TypeVar("Held")


class Moving(Protocol):
    """Some of the ballots, wherever they are."""

    def first(self) -> dict[Pile, int]:
        """How many voters lie on each pile."""
        ...

    def hold(self, candidates: Collection[int], *, passing: bool) -> None:
        """Let these stand no longer: later ballots skip them, or pass through their hands."""
        ...

    def move(self, candidates: Collection[int], *, marked: bool) -> Flows:
        """Move all ballots of these to their next choice; `marked` puts them on the path."""
        ...


class Piles(Generic[Held]):
    """What lies on each pile, and whose the piles are."""

    def __init__(self) -> None:
        self.held: dict[Pile, Held] = {}
        self._of: dict[int, dict[Pile, None]] = {}  # in the order in which they came

    def lay(self, pile: Pile, held: Held) -> None:
        """Let this lie there, in place of what did."""
        if pile not in self.held:
            for one in _holders(pile):
                self._of.setdefault(one, {})[pile] = None
        self.held[pile] = held

    def of(self, candidate: int) -> list[Pile]:
        """The piles that a candidate holds, alone or with others, or at a shared rank before."""
        return list(self._of.get(candidate, ()))

    def taken(self, candidates: Iterable[int]) -> Iterator[tuple[Pile, Held]]:
        """All piles of these, taken away one by one."""
        for pile in dict.fromkeys(pile for one in candidates for pile in self.of(one)):
            for one in _holders(pile):
                del self._of[one][pile]
            yield pile, self.held.pop(pile)


class Part:
    """Some groups of ballots, each with a pointer to the mark that it counts for.

    Parameters
    ----------
    preferences : the ballots
    standing : candidates that can receive votes
    overvote : what is done at a shared rank with two or more who stand, as in `Reading`

    Notes
    -----
    The ballots of a pile are found by one stable sort of what they move to; only ballots that
    move are touched. Memory: a byte or two a mark, four to eight bytes a ballot for its pointer
    and as many for its place on a pile.
    """

    def __init__(
        self, preferences: Preferences, standing: Collection[int], overvote: str = "skip"
    ) -> None:
        groups, marks = len(preferences.weights), len(preferences.places)
        self.size, self.overvote = preferences.size, overvote
        self.weights, self.ends = preferences.weights, preferences.ends
        # Behind the last mark of each ballot stands the number m: there it ends.
        closing = preferences.starts[1:] + np.arange(groups)
        width = np.int32 if marks + groups < 2**31 else np.int64
        self.at: NDArray[Any] = (preferences.starts[:-1] + np.arange(groups)).astype(width)
        inner = np.ones(marks + groups, dtype=bool)
        inner[closing] = False
        self.places = np.full(marks + groups, self.size, np.min_scalar_type(self.size))
        self.places[inner] = preferences.places
        self.tiers: NDArray[Any] | None = None
        if preferences.tiers is not None:
            self.tiers = np.zeros(marks + groups, dtype=np.uint16)
            self.tiers[inner] = preferences.tiers
        self.state = np.full(self.size + 1, _OUT, dtype=np.uint8)
        self.state[list(standing)] = _STANDS
        self.state[self.size] = _STANDS
        self.piles: Piles[list[NDArray[Any]]] = Piles()
        self._lay((), np.arange(groups, dtype=width))

    @classmethod
    def of(cls, rankings: Rankings, contest: Contest, reading: Reading) -> "Part":
        """These ballots, read so, for those who stand."""
        return cls(read(contest, rankings, reading), contest.standing, reading.overvote)

    def first(self) -> dict[Pile, int]:
        """How many voters lie on each pile."""
        return {pile: self._voters(parcels) for pile, parcels in self.piles.held.items()}

    def hold(self, candidates: Collection[int], *, passing: bool) -> None:
        """Let these stand no longer: later ballots skip them, or pass through their hands."""
        self.state[list(candidates)] = _PASSES if passing else _OUT

    def move(self, candidates: Collection[int], *, marked: bool) -> Flows:
        """Move all ballots of these to their next choice; `marked` puts them on the path.

        A pile that several hold stays where it is, under those of them who still count.
        """
        flows: Flows = {}
        for pile, parcels in self.piles.taken(candidates):
            path, holder = self._left(pile)
            if holder != () and self._stays(holder):
                self._put((path, holder), parcels)
                there = {(path, holder): self._voters(parcels)}
            else:
                ballots = parcels[0] if len(parcels) == 1 else np.concatenate(parcels)
                self.at[ballots] += 1
                there = self._lay((*path, holder) if marked and holder != () else path, ballots)
            for target, voters in there.items():
                flows[pile, target] = flows.get((pile, target), 0) + voters
        return flows

    def _members(self, path: Path, holder: tuple[int, ...]) -> tuple[int, ...]:
        """Who of a shared rank still counts and has not had the ballot before."""
        had = _had(path)
        return tuple(one for one in holder if self.state[one] != _OUT and one not in had)

    def _left(self, pile: Pile) -> Pile:
        """The pile without those of its shared ranks who are out."""
        path = tuple(
            tuple(one for one in step if self.state[one] != _OUT)
            if isinstance(step, tuple)
            else step
            for step in pile[0]
        )
        if isinstance(pile[1], int):
            return path, pile[1]
        left = self._members(path, pile[1])
        return path, left[0] if len(left) == 1 else left

    def _stays(self, holder: Holder) -> bool:
        """Whether ballots stay with whoever is left at the rank that they are at."""
        if isinstance(holder, int):
            return holder < 0 or bool(self.state[holder] == _STANDS)
        states = self.state[list(holder)]
        if self.overvote == "split":  # what the elected among them do not keep goes on
            return bool((states == _STANDS).all())
        return bool((states == _STANDS).any())

    def _lay(self, path: Path, ballots: NDArray[Any]) -> dict[Pile, int]:
        """Lay ballots, their pointers at the next mark to be looked at, on piles."""
        laid: dict[Pile, int] = {}
        waiting = [(path, ballots)]
        while waiting:
            path, ballots = waiting.pop()
            choice = self._advance(ballots)
            if self.tiers is not None:
                ballots, choice = self._lay_shared(path, ballots, choice, laid, waiting)
            order = np.argsort(choice, kind="stable")
            ballots = ballots.take(order)
            counts = np.bincount(choice, minlength=self.size + 1)
            last = np.cumsum(counts)
            had = _had(path)
            for holder in np.flatnonzero(counts).tolist():
                mine = ballots[last[holder] - counts[holder] : last[holder]]
                if holder == self.size:
                    self._end(path, mine, laid)
                elif self.state[holder] == _STANDS and holder not in had:
                    self._drop((path, holder), mine, laid)
                else:
                    self.at[mine] += 1
                    waiting.append((path if holder in had else (*path, holder), mine))
        return laid

    def _advance(self, ballots: NDArray[Any]) -> Small:
        """The next choice of each ballot that counts, its pointer set there; m where it ends."""
        at = self.at.take(ballots)
        choice: Small = self.places.take(at)
        todo = np.flatnonzero(self.state.take(choice) == _OUT)
        while len(todo):
            further = at.take(todo) + 1
            at[todo] = further
            found = self.places.take(further)
            choice[todo] = found
            todo = todo[self.state.take(found) == _OUT]
        self.at[ballots] = at
        return choice

    def _lay_shared(
        self,
        path: Path,
        ballots: NDArray[Any],
        choice: NDArray[Any],
        laid: dict[Pile, int],
        waiting: list[tuple[Path, NDArray[Any]]],
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Lay those that have come to a rank which two or more still share; give back the rest."""
        tiers = self.tiers
        assert tiers is not None  # noqa: S101 - asked by the caller
        at = self.at[ballots].astype(np.int64)
        after = np.minimum(at + 1, len(self.places) - 1)
        shared = (choice != self.size) & (self.places[after] != self.size)
        shared &= tiers[after] == tiers[at]
        rest = ~shared
        sets: dict[tuple[int, ...], list[int]] = {}
        for place in np.flatnonzero(shared).tolist():
            last = first = int(at[place])
            while self.places[last] != self.size and tiers[last] == tiers[first]:
                last += 1
            members = self._members(path, tuple(sorted(self.places[first:last].tolist())))
            if len(members) > 1:
                sets.setdefault(members, []).append(place)
            else:  # pointers stay; whoever it is comes by the plain way
                rest[place] = True
        for members, held in sets.items():
            mine = ballots[np.array(held)]
            if self.overvote == "exhaust":
                self._drop((path, -1 - OVERVOTE), mine, laid)
            elif self._stays(members):
                self._drop((path, members), mine, laid)
            else:
                self.at[mine] += 1
                waiting.append(((*path, members), mine))
        return ballots[rest], choice[rest]

    def _end(self, path: Path, ballots: NDArray[Any], laid: dict[Pile, int]) -> None:
        """Ballots without a further choice, by the reason for which they end."""
        if self.ends is None:
            self._drop((path, -1), ballots, laid)
            return
        for reason in np.unique(self.ends[ballots]).tolist():
            self._drop((path, -1 - reason), ballots[self.ends[ballots] == reason], laid)

    def _drop(self, pile: Pile, ballots: NDArray[Any], laid: dict[Pile, int]) -> None:
        laid[pile] = laid.get(pile, 0) + self._voters([ballots])
        self._put(pile, [ballots])

    def _put(self, pile: Pile, parcels: list[NDArray[Any]]) -> None:
        self.piles.lay(pile, [*self.piles.held.get(pile, ()), *parcels])

    def _voters(self, parcels: list[NDArray[Any]]) -> int:
        return sum(int(self.weights.take(ballots).sum()) for ballots in parcels)


class Box:
    """All ballots: the parts' piles added up, and whose they are."""

    def __init__(self, parts: Sequence[Moving]) -> None:
        self.parts = parts
        self._piles: Piles[int] = Piles()
        for part in parts:
            for pile, voters in part.first().items():
                self._add(pile, voters)

    @classmethod
    def of(cls, rankings: Ballots, contest: Contest, reading: Reading) -> "Box":
        """All ballots, read so, for those who stand."""
        return cls(rankings.piles(Part.of, contest, reading))

    @property
    def voters(self) -> dict[Pile, int]:
        """How many voters lie on each pile."""
        return self._piles.held

    def piles(self, candidate: int) -> list[Pile]:
        """The piles that a candidate holds, alone or with others, or at a shared rank before."""
        return self._piles.of(candidate)

    def hold(self, candidates: Collection[int], *, passing: bool = False) -> None:
        """Let these stand no longer: later ballots skip them, or pass through their hands."""
        for part in self.parts:
            part.hold(candidates, passing=passing)

    def move(self, candidates: Collection[int], *, marked: bool = False) -> Flows:
        """Move all ballots of these candidates to their next choices."""
        for _ in self._piles.taken(candidates):
            pass  # the parts tell where they come to lie
        flows: Flows = {}
        for part in self.parts:
            for way, voters in part.move(candidates, marked=marked).items():
                flows[way] = flows.get(way, 0) + voters
                self._add(way[1], voters)
        return flows

    def _add(self, pile: Pile, voters: int) -> None:
        self._piles.lay(pile, self.voters.get(pile, 0) + voters)


def _holders(pile: Pile) -> set[int]:
    """Whose end or election may change the pile: who holds it, and who shares a rank on its way."""
    found = {one for step in pile[0] if isinstance(step, tuple) for one in step}
    return found.union(pile[1] if isinstance(pile[1], tuple) else (pile[1],))


def _had(path: Path) -> set[int]:
    """Everybody on a path."""
    return {one for holder in path for one in (holder if isinstance(holder, tuple) else (holder,))}
