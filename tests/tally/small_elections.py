"""Elections of a few options and voters, as the reference implementations take them."""

from hypothesis import strategies as st

Election = tuple[dict[str, int], int, list[dict[str, int]], list[str]]


def approve(*ballots: str) -> list[dict[str, int]]:
    """One voter a word, one option a letter."""
    return [dict.fromkeys(ballot, 1) for ballot in ballots]


@st.composite
def elections(
    draw: st.DrawFn, options: int = 5, voters: int = 6, dearest: int = 9, most: int = 1
) -> Election:
    ties = draw(st.permutations("abcdefgh"[: draw(st.integers(1, options))]))
    costs = {p: draw(st.integers(0, dearest)) for p in sorted(ties)}
    points = st.integers(0, most) if most > 1 else st.just(1)
    ballot = st.dictionaries(st.sampled_from(ties), points)
    ballots = draw(st.lists(ballot, max_size=voters))
    return costs, draw(st.integers(0, options * dearest)), ballots, list(ties)


def spent(costs: dict[str, int], funded: list[str]) -> int:
    return sum(costs[p] for p in funded)
