"""Ballots as rules that count by rounds read them: the marks that can count, in order.

What a rule may say about a doubtful ballot is a `Reading`. Where a ballot ends by such a saying,
the votes that come to this place are exhausted for that reason, and not before: a ballot counts
for the choices above.

A candidate marked twice without `repeats_end` counts at the first mark; ranks left out are closed
up as far as `most_skipped` lets them; withdrawn candidates stay on the ballots and never stand.
A rank marked for several candidates that the file does not tell is an overvote whoever stands.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.errors import BallotError
from tally.ranked.ballots import Ints, Rankings, Small
from tally.ranked.contest import Contest

# Why a ballot counts for nobody any more; a ballot's `ends` is a place in this row.
REASONS = ("no further choice", "overvote", "skipped ranks", "duplicate", "no choice")
NO_CHOICE, OVERVOTE, SKIPPED, DUPLICATE, BLANK = range(5)
# What is done at a rank that several candidates share; `skip` and `end` ask not who still stands.
OVERVOTES = ("skip", "end", "exhaust", "wait", "split", "orders")


@dataclass(frozen=True)
class Reading:
    """How doubtful ballots are read.

    Attributes
    ----------
    overvote : at a rank that several candidates share: ``skip`` goes on to the next rank; ``end``
        ends the ballot; ``exhaust`` ends it if two or more of them still stand; ``wait`` lets it
        count for nobody until one or none of them still stands; ``split`` shares it equally, and
        what one of them does not keep goes on to the next rank; ``orders`` counts it as the mean
        over all orders of those at the rank
    most_skipped : the ballot ends at a mark with more ranks left out before it; None: never
    repeats_end : the ballot ends at a candidate marked a second time
    most_ranks : lower ranks are not read; None: all are
    """

    overvote: str = "skip"
    most_skipped: int | None = None
    repeats_end: bool = False
    most_ranks: int | None = None

    def __post_init__(self) -> None:
        """Refuse an unknown word (BallotError)."""
        if self.overvote not in OVERVOTES:
            raise BallotError(f"shared ranks can be read as one of {OVERVOTES}: {self.overvote}")


@dataclass(frozen=True, eq=False)
class Preferences:
    """g groups of ballots with the marks that can count.

    Attributes
    ----------
    size : m, the number of candidates
    starts : length g + 1; ballot i holds the marks ``starts[i]:starts[i + 1]``
    places : the candidate of each mark, never `untold`
    tiers : the rank of each mark, where some rank is still shared; None: none is
    weights, weights_unit : as in `Rankings`
    ends : length g, uint8: why the ballot ends where its marks end; None: no further choice
    """

    size: int
    starts: Ints
    places: Small
    tiers: Small | None
    weights: NDArray[Any]
    weights_unit: int
    ends: NDArray[np.uint8] | None = None

    def part(self, first: int, last: int) -> "Preferences":
        """The groups of ballots from `first` to before `last`."""
        marks = slice(int(self.starts[first]), int(self.starts[last]))
        return Preferences(
            size=self.size,
            starts=self.starts[first : last + 1] - self.starts[first],
            places=self.places[marks],
            tiers=None if self.tiers is None else self.tiers[marks],
            weights=self.weights[first:last],
            weights_unit=self.weights_unit,
            ends=None if self.ends is None else self.ends[first:last],
        )


def read(contest: Contest, rankings: Rankings, reading: Reading) -> Preferences:
    """The ballots under this reading; a plain profile's arrays are used as they are.

    Raises
    ------
    BallotError : the ballots are over another number of candidates than stand in the contest.
    """
    if contest.size != rankings.size:
        raise BallotError(f"ballots over {rankings.size} candidates for {contest.size}")
    untold = rankings.places == rankings.untold
    if (
        rankings.ranks is None
        and reading.most_ranks is None
        and not reading.repeats_end
        and not untold.any()
    ):
        # Neither shared nor blank: candidates marked twice are passed over when they are met.
        return Preferences(
            rankings.size,
            rankings.starts,
            rankings.places,
            None,
            rankings.weights,
            rankings.weights_unit,
            _blank(rankings.lengths),
        )
    return _Reader(rankings, reading, untold).read()


class _Reader:
    """The doubtful marks of a profile, found column by column."""

    def __init__(self, rankings: Rankings, reading: Reading, untold: NDArray[np.bool_]) -> None:
        self.rankings = rankings
        self.reading = reading
        self.untold = untold
        marks = len(rankings.places)
        self.owner = np.repeat(np.arange(len(rankings.weights)), rankings.lengths)
        self.ranks: NDArray[Any] = (
            np.arange(marks) - rankings.starts[self.owner] + 1
            if rankings.ranks is None
            else rankings.ranks.astype(np.int64)
        )
        opens = np.ones(marks, dtype=bool)  # the first mark of its rank
        opens[1:] = (self.ranks[1:] != self.ranks[:-1]) | (self.owner[1:] != self.owner[:-1])
        tier = np.cumsum(opens) - 1
        self.tier_first = np.flatnonzero(opens)
        sizes = np.diff(np.append(self.tier_first, marks))
        several = sizes > 1
        several |= np.logical_or.reduceat(untold, self.tier_first) if marks else several
        self.shared = several[tier]
        self.tier = tier

    def read(self) -> Preferences:
        keep, ends = self._kept()
        if self.reading.overvote == "skip":
            keep &= ~self.shared
        places, owner = self.rankings.places[keep], self.owner[keep]
        counts = np.bincount(owner, minlength=len(self.rankings.weights))
        tiers = None
        if self.reading.overvote not in ("skip", "end") and self.shared[keep].any():
            tiers = self.ranks[keep].astype(np.uint16)
        return Preferences(
            size=self.rankings.size,
            starts=np.concatenate(([0], np.cumsum(counts))),
            places=places,
            tiers=tiers,
            weights=self.rankings.weights,
            weights_unit=self.rankings.weights_unit,
            ends=ends if ends.any() else None,
        )

    def _kept(self) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
        """Which marks are read, and why each ballot ends.

        A rank with several faults ends the ballot for the first of them in the order: skipped
        ranks, duplicate, overvote; that is RCTab's order.
        """
        marks, groups = len(self.owner), len(self.rankings.weights)
        ends = np.zeros(groups, dtype=np.uint8)
        cut = np.full(groups, marks, dtype=np.int64)
        blank = _blank(self.rankings.lengths)
        ends = ends if blank is None else blank
        if self.reading.most_ranks is not None:
            _cut(cut, ends, self.owner, self.ranks > self.reading.most_ranks, NO_CHOICE)
            first = np.unique(self.owner, return_index=True)[1]
            ends[self.owner[first[cut[self.owner[first]] == first]]] = BLANK
        if self.reading.most_skipped is not None:
            first = self.tier_first
            before = np.concatenate(([0], self.ranks[first][:-1])) if marks else first
            before[np.isin(first, self.rankings.starts)] = 0
            gap = (self.ranks[first] - before - 1) > self.reading.most_skipped
            _cut(cut, ends, self.owner, gap[self.tier], SKIPPED)
        if self.reading.repeats_end:
            repeated = np.zeros(marks, dtype=bool)
            key = self.owner * (self.rankings.size + 1) + self.rankings.places
            repeated[np.setdiff1d(np.arange(marks), np.unique(key, return_index=True)[1])] = True
            repeated &= ~self.untold
            worst = np.zeros(len(self.tier_first), dtype=bool)
            worst[self.tier[repeated]] = True  # the whole rank with the repeated mark is out
            _cut(cut, ends, self.owner, worst[self.tier], DUPLICATE)
        if self.reading.overvote != "skip":
            doubtful = self.shared if self.reading.overvote == "end" else self._untold_tiers()
            _cut(cut, ends, self.owner, doubtful, OVERVOTE)
        return np.arange(marks) < cut[self.owner], ends

    def _untold_tiers(self) -> NDArray[np.bool_]:
        found = np.zeros(len(self.tier_first), dtype=bool)
        found[self.tier[self.untold]] = True
        told: NDArray[np.bool_] = found[self.tier]
        return told


def _blank(lengths: Ints) -> NDArray[np.uint8] | None:
    """Why ballots end where some have no mark at all."""
    empty = lengths == 0
    return np.where(empty, BLANK, NO_CHOICE).astype(np.uint8) if empty.any() else None


def _cut(
    cut: Ints, ends: NDArray[np.uint8], owner: Ints, faulty: NDArray[np.bool_], reason: int
) -> None:
    """Let each ballot end at its first faulty mark, unless it ends there or before already."""
    at = np.flatnonzero(faulty)
    ballots, first = np.unique(owner[at], return_index=True)
    earlier = at[first] < cut[ballots]
    cut[ballots[earlier]] = at[first][earlier]
    ends[ballots[earlier]] = reason
