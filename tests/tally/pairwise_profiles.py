"""Small profiles of ranked and scored ballots, for the tests of pairwise rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from tally.ranked import Contest, Rankings
from tally.ranked.ties import Ties

Ballots = list[tuple[list[set[int]], int | Fraction]]


@dataclass(frozen=True)
class Poll:
    """Ballots as the references take them: tiers of candidates, with their weights."""

    size: int
    ballots: Ballots

    @property
    def contest(self) -> Contest:
        return Contest(tuple("abcdefghij"[: self.size]))

    @property
    def rankings(self) -> Rankings:
        tiers = [ballot for ballot, _ in self.ballots]
        return Rankings.of(self.size, tiers, [weight for _, weight in self.ballots])

    @property
    def candidates(self) -> list[int]:
        return list(range(self.size))


def open_ties() -> Ties:
    return Ties(("unsettled",))


@st.composite
def polls(
    draw: st.DrawFn,
    *,
    most: int = 5,
    least: int = 1,
    voters: int = 7,
    shares: bool = True,
    fractions: bool = True,
) -> Poll:
    """Truncated ballots, with shared ranks and ranks left out if `shares`."""
    size = draw(st.integers(least, most))
    ballots: Ballots = []
    for _ in range(draw(st.integers(0, voters))):
        order = draw(st.permutations(range(size)))
        length = draw(st.integers(0, size))
        tiers: list[set[int]] = []
        for place in order[:length]:
            if shares and tiers and draw(st.booleans()):
                tiers[-1].add(place)
            else:
                tiers += [set()] if shares and draw(st.integers(0, 5)) == 0 else []
                tiers.append({place})
        whole = st.integers(1, 9)
        weight = draw(st.fractions(Fraction(1, 3), 3, max_denominator=4) if fractions else whole)
        ballots.append((tiers, weight))
    return Poll(size, ballots)


def scored(size: int, ballots: Sequence[tuple[dict[int, int], int]]) -> Rankings:
    """Scored ballots, which rank by their points."""
    rows = [sorted(points.items(), key=lambda mark: (-mark[1], mark[0])) for points, _ in ballots]
    ranks = []
    for row in rows:
        levels = sorted({points for _, points in row}, reverse=True)
        ranks += [levels.index(points) + 1 for _, points in row]
    return Rankings(
        size=size,
        starts=np.cumsum([0, *map(len, rows)], dtype=np.int64),
        places=np.array([place for row in rows for place, _ in row], dtype=np.uint8),
        ranks=np.array(ranks, dtype=np.uint8),
        weights=np.array([weight for _, weight in ballots], dtype=np.int64),
        scores=np.array([points for row in rows for _, points in row], dtype=np.int64),
    )
