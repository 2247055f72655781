"""What pairwise rules share: who beats whom, how strongly, in which components, and the outcome.

A beats b if more ballots put a above b than b above a. All figures are of the candidates who stand,
in ascending order, unless it is said otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount
from tally.errors import BallotError
from tally.outcome import Parameter
from tally.ranked.ballots import Ints, over
from tally.ranked.contest import Contest
from tally.ranked.outcome import Count, Matrix, RankedOutcome, Ranking
from tally.ranked.pairwise import Pairwise, told
from tally.ranked.ties import Ties

Beats = NDArray[np.bool_]
STRENGTHS = ("winning", "margin", "ratio")
# Two different ratios of whole numbers below this one are different in float64 too: they lie
# further apart, relatively, than 2^-52.
_SAFE_RATIO = 2**26


@dataclass(frozen=True, eq=False)
class Strengths:
    """How strong each defeat is: s x s whole numbers, 0 where the row does not beat the column.

    Attributes
    ----------
    figures : int16, int32, or int64 as far as they reach; only their order counts
    values : what the figures stand for: the strength of figure f is ``values[f]``; None: the
        figures themselves, over `unit`
    """

    figures: NDArray[Any]
    values: tuple[Amount, ...] | None
    unit: int

    def told(self, figures: NDArray[Any]) -> Matrix:
        """Some of the figures as the strengths that they stand for, row by row."""
        if self.values is None:
            return told(figures, self.unit)
        return tuple(tuple(self.values[figure] for figure in row) for row in figures.tolist())


def strengths(pairwise: Pairwise, kind: str) -> Strengths:
    """How strong each defeat among those who stand is.

    Parameters
    ----------
    kind : "winning": the votes for the winner of the pair; "margin": those less the votes against;
        "ratio": votes for by votes against, told as the share of both, for / (for + against). A
        defeat that nobody votes against is stronger than all others, and the more so the more
        votes are for it (Schulze 2011, section 2.1).

    Raises
    ------
    BallotError : another word for `kind`.
    """
    if kind not in STRENGTHS:
        raise BallotError(f"strength is one of {', '.join(STRENGTHS)}, not {kind!r}")
    support = pairwise.among(pairwise.standing)
    beats = support > support.T
    if kind == "ratio":
        return _ratios(support, beats, pairwise.unit)
    figures = np.where(beats, support if kind == "winning" else support - support.T, 0)
    most = int(figures.max(initial=0))
    if most > np.iinfo(np.int32).max:
        found, places = np.unique(figures, return_inverse=True)
        values = tuple(over(figure, pairwise.unit) for figure in found.tolist())
        return Strengths(places.reshape(figures.shape).astype(np.int32), values, pairwise.unit)
    return Strengths(figures.astype(_smallest(most)), None, pairwise.unit)


def _smallest(most: int) -> type[np.signedinteger[Any]]:
    return np.int16 if most <= np.iinfo(np.int16).max else np.int32


def _ratios(support: NDArray[Any], beats: Beats, unit: int) -> Strengths:
    """The places of the ratios in their order, exactly."""
    votes, against = support[beats], support.T[beats]
    if int(support.max(initial=0)) < _SAFE_RATIO:
        # Without a vote against: above all others, which are below `_SAFE_RATIO`.
        keys = np.where(against > 0, votes / np.maximum(against, 1), votes + float(_SAFE_RATIO))
        _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    else:
        pairs = list(zip(votes.tolist(), against.tolist(), strict=True))
        ratios = [(not no, Fraction(yes, no or 1)) for yes, no in pairs]
        number = {ratio: at for at, ratio in enumerate(sorted(set(ratios)))}
        place = np.array([number[ratio] for ratio in ratios], dtype=np.int64)
        first = np.unique(place, return_index=True)[1]
    shares = [Fraction(int(votes[at]), int(votes[at] + against[at])) for at in first.tolist()]
    figures = np.zeros(support.shape, dtype=_smallest(len(shares)))
    figures[beats] = place + 1
    return Strengths(figures, (0, *(over(s.numerator, s.denominator) for s in shares)), unit)


def components(support: NDArray[Any]) -> list[Ints]:
    """The candidates' places in groups, each of which beats all later ones; as many as there are.

    The first one is the Smith set.

    Notes
    -----
    A group of k beats the other s - k just if its Copeland points (a win 1, a tie 1/2) are as many
    as they can be; and whoever is in such a group has more points than anyone who is not. So the
    groups are seen from the sums of the points, the greatest first: O(s^2) to count them.

    References
    ----------
    H. G. Landau, On Dominance Relations and the Structure of Animal Societies III (1953).
    """
    size = len(support)
    doubled = 2 * (support > support.T).sum(axis=1) + (support == support.T).sum(axis=1) - 1
    order = np.argsort(-doubled, kind="stable")
    count = np.arange(1, size + 1)
    most = count * (count - 1) + 2 * count * (size - count)
    ends = np.flatnonzero(np.cumsum(doubled[order]) == most) + 1
    return [np.sort(group) for group in np.split(order, ends[:-1])] if size else []


def layers(above: Beats) -> list[Ints]:
    """Everybody in layers: those below nobody, those below nobody but them, and so on.

    Parameters
    ----------
    above : s x s, whether the row is above the column; without circles
    """
    waiting, left = above.sum(axis=0), np.ones(len(above), dtype=bool)
    found = []
    while left.any():
        layer = np.flatnonzero(left & (waiting == 0))
        left[layer] = False
        waiting = waiting - above[layer].sum(axis=0)
        found.append(layer)
    return found


def by_figure(candidates: Sequence[int], figures: Sequence[Any]) -> Ranking:
    """The candidates by their figures, the greatest first, equals together."""
    tiers: dict[Any, list[int]] = {}
    for candidate, figure in zip(candidates, figures, strict=True):
        tiers.setdefault(figure, []).append(candidate)
    return tuple(tuple(tiers[figure]) for figure in sorted(tiers, reverse=True))


def named(candidates: Sequence[int], layers: Iterable[Ints]) -> Ranking:
    """Layers of places as a ranking of candidates."""
    return tuple(tuple(candidates[at] for at in layer.tolist()) for layer in layers)


def spread(figures: Matrix, candidates: Sequence[int], size: int) -> Matrix:
    """Figures of some candidates as rows and columns of all: 0 for the others."""
    if len(candidates) == size:
        return figures
    rows: list[list[Amount]] = [[0] * size for _ in range(size)]
    for one, figures_of_one in zip(candidates, figures, strict=True):
        for other, figure in zip(candidates, figures_of_one, strict=True):
            rows[one][other] = figure
    return tuple(map(tuple, rows))


def outcome(
    rule: str,
    contest: Contest,
    ballots: Amount,
    ranking: Ranking,
    ties: Ties,
    *,
    parameters: tuple[tuple[str, Parameter], ...] = (),
    matrices: tuple[tuple[str, Matrix], ...] = (),
    facts: tuple[tuple[str, Amount], ...] = (),
    rounds: tuple[Count, ...] = (),
    winners: tuple[int, ...] | None = None,
    asked: bool = False,
) -> RankedOutcome:
    """The outcome of a rule that fills one seat: the first of the ranking wins.

    Several at the top stand level: `ties` is asked for one of them. The ranking stays as it is.

    Parameters
    ----------
    winners : who can win, where that is not the first tier of `ranking`
    asked : `ties` was asked before, and could not choose among the winners if they are several
    """
    level = winners if winners is not None else (ranking[0] if ranking else ())
    chosen = ties.choose(level, best=True) if level and not asked else None
    return RankedOutcome(
        rule=rule,
        parameters=parameters,
        names=contest.names,
        ballots=ballots,
        seats=1,
        winners=tuple(level) if chosen is None else (chosen,),
        ranking=ranking,
        rounds=rounds,
        ties=tuple(ties.met),
        matrices=matrices,
        facts=facts,
    )
