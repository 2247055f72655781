"""Minimax: the least bad worst defeat wins.

Simpson (1969), Kramer (1977). How bad a defeat of a by b is: the votes for b, if they are more than
those for a ("winning"); the votes for b less those for a, also below 0 ("margin"); the votes for b,
defeat or not ("opposition"). `votes` as `pairwise` has them: (a, b) -> the votes for a above b.

>>> minimax("ab", {("a", "b"): 3, ("b", "a"): 2})
{'a': 0, 'b': 3}
"""

from collections.abc import Collection, Mapping
from fractions import Fraction

Number = int | Fraction


def minimax(
    candidates: Collection[str],
    votes: Mapping[tuple[str, str], Number],
    strength: str = "winning",
) -> dict[str, Number]:
    """The worst defeat of each candidate; the least wins."""

    def badness(a: str, b: str) -> Number:
        if strength == "margin":
            return votes[b, a] - votes[a, b]
        if strength == "opposition" or votes[b, a] > votes[a, b]:
            return votes[b, a]
        return 0

    return {a: max((badness(a, b) for b in candidates if b != a), default=0) for a in candidates}
