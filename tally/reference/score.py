"""Score voting: every ballot gives points to candidates; the greatest sum wins.

Smith, Range voting (2000). Whom a ballot gives no points has 0 from it.

>>> score("abc", [({"a": 5, "b": 3}, 2), ({"b": 4}, 1)])
{'a': 10, 'b': 10, 'c': 0}
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

Number = int | Fraction


def score(
    candidates: Collection[str], ballots: Sequence[tuple[Mapping[str, int], Number]]
) -> dict[str, Number]:
    """The points of each candidate; the most wins."""
    return {c: sum(ballot.get(c, 0) * weight for ballot, weight in ballots) for c in candidates}
