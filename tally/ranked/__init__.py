"""Ballots that rank candidates: contests without money, from plurality to Schulze and STV.

>>> from tally.ranked import Contest, Rankings
>>> contest = Contest.of("Ada", "Bo", "Cy")
>>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2), (1, {0, 2})], weights=[3, 2, 1])
>>> rankings.ballots
6
"""

from tally.ranked.ballots import Rankings
from tally.ranked.contest import Contest
from tally.ranked.outcome import Count, RankedOutcome, RankedTie
from tally.ranked.registry import RANKED_RULES, RankedRule, count_ranked, every_outcome

__all__ = [
    "RANKED_RULES",
    "Contest",
    "Count",
    "RankedOutcome",
    "RankedRule",
    "RankedTie",
    "Rankings",
    "count_ranked",
    "every_outcome",
]
