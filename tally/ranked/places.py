"""What ballots say when only some candidates stand: the figures of margins and audits of run-offs.

Each ballot tells how many marks stand before a candidate. Whom it counts for among any who stand
is then the smallest of a few numbers, for all ballots at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.errors import BallotError, InstanceError
from tally.ranked.ballots import Ints, Rankings
from tally.ranked.contest import Contest
from tally.ranked.preferences import Reading, read

MOST_CANDIDATES = 60  # a set of candidates is one number of 63 bits


@dataclass(frozen=True, eq=False)
class Places:
    """g groups of ballots over the n candidates who stand, here numbered from 0.

    Attributes
    ----------
    candidates : length n, their numbers in the contest
    places : g x n; how many marks are before the candidate's, `absent` where there is none
    weights : length g; how many voters cast the ballot
    """

    candidates: tuple[int, ...]
    places: NDArray[Any]
    weights: Ints
    absent: int

    @classmethod
    def of(cls, contest: Contest, rankings: Rankings, overvote: str = "skip") -> "Places":
        """The ballots of a run-off, group by group.

        Parameters
        ----------
        overvote : ``skip`` or ``end``, as `tally.ranked.preferences.Reading` has them

        Raises
        ------
        BallotError : weights that are not whole, or do not fit 63 bits; another word.
        InstanceError : fewer than two candidates stand, or more than `MOST_CANDIDATES`.
        """
        if rankings.weights_unit != 1 or rankings.weights.dtype == object:
            raise BallotError("parts of ballots cannot be changed or drawn, nor so many")
        if overvote not in ("skip", "end"):
            raise BallotError(f"a shared rank is read as skip or end here, not {overvote}")
        if not 1 < len(contest.standing) <= MOST_CANDIDATES:
            raise InstanceError(f"from 2 to {MOST_CANDIDATES} candidates must stand")
        marks = read(contest, rankings, Reading(overvote))
        groups = len(marks.weights)
        owners = np.repeat(np.arange(groups), np.diff(marks.starts))
        before = np.arange(len(owners)) - marks.starts[owners]
        absent = int(before.max(initial=0)) + 1
        places = np.full((groups, contest.size), absent, dtype=np.min_scalar_type(absent))
        # Somebody marked twice counts at the first mark.
        np.minimum.at(places, (owners, marks.places), before.astype(places.dtype))
        return cls(contest.standing, places[:, contest.standing], rankings.weights, absent)

    @property
    def size(self) -> int:
        """n, the number of candidates who stand."""
        return len(self.candidates)

    def holders(self, standing: Sequence[int]) -> Ints:
        """Length g: the place in `standing` of whom each ballot counts for; -1: nobody."""
        among = self.places[:, standing]
        return np.where(among.min(axis=1) < self.absent, among.argmin(axis=1), -1)

    def votes(self, standing: Sequence[int]) -> Ints:
        """Votes of each when just these stand."""
        return self._added(self.holders(standing) + 1, len(standing) + 1)[1:]

    def votes_beside(self, standing: Sequence[int], others: Sequence[int]) -> Ints:
        """Votes of each of `standing` (rows) when one of `others` (columns) stands as well."""
        held = self.holders(standing)
        first = self.places[:, standing].min(axis=1)
        still = (first[:, None] < self.places[:, others]) * self.weights[:, None]
        is_theirs = held[:, None] == np.arange(len(standing))
        votes: Ints = is_theirs.T.astype(np.int64) @ still
        return votes

    def above(self) -> Ints:
        """Voters who rank the row above the column, or the row alone; n x n."""
        rows = [self.weights @ (self.places[:, [at]] < self.places) for at in range(self.size)]
        return np.array(rows)

    def paths(self, order: Sequence[int]) -> tuple[NDArray[np.bool_], Ints]:
        """Through whose hands each ballot goes while those of `order` go out one after the other.

        Returns
        -------
        s x len(order), each different path once; length g, the path of each ballot.
        """
        among = self.places[:, order]
        # Whoever is ranked above all who go out later holds the ballot at some time.
        later = np.minimum.accumulate(among[:, :0:-1], axis=1)[:, ::-1]
        is_holder = among < np.column_stack((later, np.full(len(among), self.absent)))
        numbers = is_holder @ (1 << np.arange(len(order)))
        _, first, path = np.unique(numbers, return_index=True, return_inverse=True)
        return is_holder[first], path

    def ballot(self, group: int) -> tuple[int, ...]:
        """Whom a group of ballots ranks, best first, by their numbers in the contest."""
        row = self.places[group]
        ranked = [at for at in np.argsort(row, kind="stable").tolist() if row[at] < self.absent]
        return tuple(self.candidates[at] for at in ranked)

    def ahead_of(self, group: int, one: int) -> tuple[int, ...]:
        """Whom a group of ballots ranks above a candidate, best first, by their numbers here."""
        row = self.places[group]
        return tuple(np.argsort(row, kind="stable")[: np.count_nonzero(row < row[one])].tolist())

    def order_out(self, tie_order: Sequence[int]) -> tuple[int, ...]:
        """Who goes out, one after the other, and at last the winner.

        Of those level the last in `tie_order`, which holds numbers of the contest, goes first.
        """
        left, out = list(range(self.size)), []
        while left:
            votes = self.votes(left).tolist()
            least = [one for one, said in zip(left, votes, strict=True) if said == min(votes)]
            out.append(max(least, key=lambda one: tie_order.index(self.candidates[one])))
            left.remove(out[-1])
        return tuple(out)

    def _added(self, holders: Ints, size: int) -> Ints:
        votes = np.zeros(size, dtype=np.int64)
        np.add.at(votes, holders, self.weights)
        return votes
