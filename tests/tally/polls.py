"""Small elections for the rules of the field: costs of nothing, equal costs, weights, any tie order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from hypothesis import strategies as st

from tally import Instance, Option, Outcome, Profile

NAMES = "abcdef"
Count = Callable[..., Outcome]


@dataclass(frozen=True)
class Poll:
    """Ballots of one kind; `times` says how many voters cast each, for a unit of `scale` voters."""

    instance: Instance
    kind: str
    ballots: tuple[tuple[str, ...], ...]
    points: tuple[tuple[Fraction, ...], ...]
    times: tuple[int, ...]
    scale: Fraction
    ties: tuple[str, ...]

    @classmethod
    def of(
        cls, kind: str, costs: dict[str, int], limit: int, *ballots: str | dict, ties: str = ""
    ) -> "Poll":
        """One voter a ballot: points by option, or a word with an option a letter."""
        said = [dict.fromkeys(one, 1) if isinstance(one, str) else one for one in ballots]
        return cls(
            Instance(tuple(Option(name, cost) for name, cost in costs.items()), limit),
            kind,
            tuple(tuple(one) for one in said),
            tuple(tuple(one.values()) for one in said),
            (1,) * len(said),
            Fraction(1),
            tuple(ties or costs),
        )

    @property
    def profile(self) -> Profile:
        points = self.points if self.kind in ("cumulative", "scored") else None
        weights = [many * self.scale for many in self.times]
        return Profile.of(self.kind, self.instance, self.ballots, points, weights)

    @property
    def costs(self) -> dict[str, int | Fraction]:
        return {option.id: option.cost for option in self.instance.options}

    def voters(self) -> list[dict[str, Fraction]]:
        """One voter after another: id -> points."""
        rows = zip(self.ballots, self.points, self.times, strict=True)
        return [dict(zip(ids, said, strict=True)) for ids, said, many in rows for _ in range(many)]

    def run(self, count: Count, **parameters: bool) -> Outcome:
        return count(self.instance, self.profile, self.ties, **parameters)


@st.composite
def polls(
    draw: st.DrawFn, kind: str = "approval", options: int = 6, ballots: int = 6, most: int = 3
) -> Poll:
    names = NAMES[: draw(st.integers(1, options))]
    costs = draw(
        st.sampled_from(
            [
                st.integers(0, 6),
                st.just(2),
                st.fractions(0, 30, max_denominator=3),
                st.integers(0, 40),
            ]
        )
    )
    instance = Instance(
        tuple(Option(name, draw(costs)) for name in names), draw(st.integers(0, 40))
    )
    one = st.lists(st.sampled_from(names), unique=True).map(tuple)
    rows = draw(st.lists(one, max_size=ballots).map(tuple))
    said = (
        st.sampled_from([0, 1, 1, 2, 3, 7, Fraction(1, 2)]) if kind == "cumulative" else st.just(1)
    )
    return Poll(
        instance,
        kind,
        rows,
        tuple(tuple(draw(said) for _ in row) for row in rows),
        tuple(draw(st.integers(1, most)) for _ in rows),
        draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(1, 6), Fraction(2)])),
        draw(st.permutations(names).map(tuple)),
    )


def shuffled(poll: Poll, order: Sequence[int]) -> Poll:
    """The same voters and options in another order."""
    rows = sorted(range(len(poll.ballots)), key=lambda at: order[at])
    options = tuple(reversed(poll.instance.options))
    return replace(
        poll,
        instance=Instance(options, poll.instance.limit),
        ballots=tuple(poll.ballots[at] for at in rows),
        points=tuple(poll.points[at] for at in rows),
        times=tuple(poll.times[at] for at in rows),
    )


def scaled(poll: Poll, factor: Fraction) -> Poll:
    """The same with all money in another unit."""
    options = tuple(Option(o.id, o.cost * factor) for o in poll.instance.options)
    return replace(poll, instance=Instance(options, poll.instance.limit * factor))


def told_soundly(poll: Poll, outcome: Outcome) -> None:
    """What every outcome must be."""
    assert sorted(turn.option for turn in outcome.rounds) == sorted(poll.ties)
    assert outcome.spent <= poll.instance.limit
    assert Outcome.from_json(outcome.to_json()) == outcome
    funded = [turn.option in outcome.funded for turn in outcome.rounds]
    assert funded == sorted(funded, reverse=True)
    left = outcome.limit
    for turn in islice(outcome.rounds, sum(funded)):
        assert turn.left == left
        left -= turn.cost


def first_tie_matters_as_told(poll: Poll, count: Count, **parameters: bool) -> None:
    """Another one of the first tie, put before all others, is just what the round then takes."""
    outcome = poll.run(count, **parameters)
    if outcome.ties:
        tie = outcome.ties[0]
        ways = set()
        for name in tie.options[1:]:
            rest = tuple(other for other in poll.ties if other != name)
            ways.add(frozenset(replace(poll, ties=(name, *rest)).run(count, **parameters).funded))
        assert tie.mattered == (ways != {frozenset(outcome.funded)})
