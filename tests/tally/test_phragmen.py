"""What sequential Phragmén promises for every election, and that it is what its page says."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import Decision, Instance, InstanceError, Option, Profile, Tie, by_id, tie_order
from tally.rules.phragmen import sequential

NAMES = ("a", "b", "c", "d", "e", "f", "g", "h")
Ballots = list[tuple[list[str], int | Fraction]]
Election = tuple[Instance, Ballots]


@st.composite
def elections(draw: st.DrawFn) -> Election:
    """Small costs and few voters make ties; some cost nothing, some are too dear, some unnamed."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    costs = draw(
        st.sampled_from(
            [st.integers(0, 3), st.integers(0, 12), st.fractions(0, 9, max_denominator=12)]
        )
    )
    options = tuple(Option(name, draw(costs)) for name in names)
    limit = draw(st.integers(0, 30))
    weights = draw(
        st.sampled_from(
            [st.just(1), st.integers(1, 3), st.fractions(Fraction(1, 3), 3, max_denominator=6)]
        )
    )
    ballot = st.lists(st.sampled_from(names[: draw(st.integers(1, len(names)))]), unique=True)
    return Instance(options, limit), draw(st.lists(st.tuples(ballot, weights), max_size=9))


def profile_of(instance: Instance, ballots: Ballots, kind: str = "approval") -> Profile:
    return Profile.of(kind, instance, [b for b, _ in ballots], weights=[w for _, w in ballots])


class Plain:
    """The rule as its page tells it: a load for each voter, in fractions."""

    def __init__(self, election: Election, order: Sequence[str]):
        self.instance, self.ballots = election
        self.order = order
        self.cost = {o.id: Fraction(o.cost) for o in self.instance.options}
        self.votes = {
            name: Fraction(sum(w for b, w in self.ballots if name in b)) for name in order
        }
        self.loads = [Fraction(0)] * len(self.ballots)
        self.funded: dict[str, Fraction | None] = {}
        self.ties: list[Tie] = []
        self.at_stop: list[str] | None = None

    def left(self) -> Fraction:
        return self.instance.limit - sum((self.cost[name] for name in self.funded), Fraction(0))

    def remaining(self, *, supported: bool) -> list[str]:
        return [
            name
            for name in self.order
            if name not in self.funded
            and self.cost[name] <= self.instance.limit
            and (self.votes[name] > 0) == supported
        ]

    def load(self, name: str) -> Fraction:
        borne = sum(
            load * w for load, (b, w) in zip(self.loads, self.ballots, strict=True) if name in b
        )
        return (borne + self.cost[name]) / self.votes[name]

    def take(self, name: str, load: Fraction) -> None:
        self.funded[name] = load
        for at, (ballot, _) in enumerate(self.ballots):
            if name in ballot:
                assert self.loads[at] <= load
                self.loads[at] = load

    def run(self, first: Sequence[str] = (), *, ties: bool = True) -> "Plain":
        told = None
        for round_ in range(len(self.order)):
            loads = {name: self.load(name) for name in self.remaining(supported=True)}
            if not loads:
                break
            least = min(loads.values())
            level = [name for name in loads if loads[name] == least]
            if any(self.cost[name] > self.left() for name in level):
                self.at_stop = level
                if len(level) > 1 and told != least:
                    self.ties.append(Tie(tuple(level), False))
                return self
            if ties and len(level) > 1 and told != least:
                told = least
                self.ties.append(Tie(tuple(level), self.matters(level)))
            self.take(first[round_] if round_ < len(first) else level[0], least)
        rest = self.remaining(supported=False)
        if len(rest) > 1:
            costs = [self.cost[name] for name in rest]
            self.ties.append(Tie(tuple(rest), max(costs) <= self.left() < sum(costs)))
        while rest and all(self.cost[name] <= self.left() for name in rest):
            self.funded[rest.pop(0)] = None
        return self

    def matters(self, level: list[str]) -> bool:
        """Whether another one first funds another set; twins only if one stays unfunded."""
        before, election = list(self.funded), (self.instance, self.ballots)
        first = Plain(election, self.order).run(before, ties=False)
        if not set(level) <= set(first.funded):
            return True
        twins, seen = [], []
        for name in level:
            twin = (self.cost[name], [name in b for b, _ in self.ballots])
            (twins if twin in seen else seen).append(name if twin in seen else twin)
        return any(
            set(Plain(election, self.order).run([*before, name], ties=False).funded)
            != set(first.funded)
            for name in level
            if name not in twins
        )


@given(elections(), st.binary(min_size=16, max_size=16))
def test_phragmen_is_what_its_page_says(election, seed):
    instance, ballots = election
    order = tie_order(seed, list(instance.index))
    plain = Plain(election, order).run()
    outcome = sequential(instance, profile_of(instance, ballots), order)
    assert list(outcome.funded) == list(plain.funded)
    assert list(outcome.ties) == plain.ties
    assert outcome.spent <= instance.limit
    assert sorted(turn.option for turn in outcome.rounds) == sorted(instance.index)
    stood = [turn for turn in outcome.rounds if turn.decision is not Decision.FUNDED]
    for turn in outcome.rounds:
        assert turn.support == plain.votes[turn.option]
        if turn.decision is Decision.FUNDED:
            assert turn.key == plain.funded[turn.option]
        elif turn.option in plain.remaining(supported=True):
            assert turn.key == plain.load(turn.option)
            unfit = turn.option in plain.at_stop and turn.cost > plain.left()
            assert (turn.decision is Decision.DOES_NOT_FIT) == unfit
            assert turn.left == plain.left()
        else:
            assert turn.key is None
    keys = [turn.key for turn in stood if turn.key is not None]
    assert keys == sorted(keys)


def test_options_dearer_than_the_limit_or_left_after_the_stop_are_told_apart():
    instance = Instance(tuple(map(Option, "abcdxy", (4, 5, 3, 90, 1, 99))), 8)
    ballots = [["a"], ["a"], ["b", "d"], ["c"], ["c"], ["c"]]
    outcome = sequential(instance, Profile.of("approval", instance, ballots), by_id(instance))
    assert [(t.option, t.key, str(t.decision)) for t in outcome.rounds] == [
        ("c", 1, "funded"),
        ("a", 2, "funded"),
        ("b", 5, "does_not_fit"),
        ("x", None, "after_the_stop"),
        ("d", None, "does_not_fit"),
        ("y", None, "does_not_fit"),
    ]


@given(elections(), st.randoms(use_true_random=False), st.fractions(Fraction(1, 7), 9))
def test_the_order_of_voters_and_options_and_the_unit_of_money_change_nothing(
    election, random, factor
):
    instance, ballots = election
    options = [Option(o.id, o.cost * factor) for o in instance.options]
    other = Instance(tuple(random.sample(options, len(options))), instance.limit * factor)
    mine = sequential(instance, profile_of(instance, ballots), by_id(instance))
    shuffled = random.sample(ballots, len(ballots))
    theirs = sequential(other, profile_of(other, shuffled), by_id(other))
    assert (mine.funded, mine.ties) == (theirs.funded, theirs.ties)
    for one, another in zip(mine.rounds, theirs.rounds, strict=True):
        assert (one.key and one.key * factor) == (another.key and another.key)


@given(elections(), st.integers(1, 4))
def test_a_ballot_of_weight_w_is_w_voters(election, times):
    instance, ballots = election
    ballots = [(ballot, at % times + 1) for at, (ballot, _) in enumerate(ballots)]
    one_by_one = [(ballot, 1) for ballot, weight in ballots for _ in range(weight)]
    mine = sequential(instance, profile_of(instance, ballots), by_id(instance))
    theirs = sequential(instance, profile_of(instance, one_by_one), by_id(instance))
    assert mine == theirs


@given(elections())
def test_loads_never_fall(election):
    instance, ballots = election
    outcome = sequential(instance, profile_of(instance, ballots), by_id(instance))
    loads = [turn.key for turn in outcome.rounds if turn.key is not None]
    assert loads == sorted(loads)


@pytest.mark.parametrize("scale", [2**30, 2**57, Fraction(1, 2**31)])
def test_weights_of_any_size_count_exactly(scale):
    ballots = [(["a", "b"], 1), (["b", "c"], 3), (["c"], 5), (["a", "d"], 7)]
    instance = Instance(tuple(map(Option, "abcd", (7, 9, 10, 12))), 30)
    scaled = [(ballot, weight * scale + (1 if weight == 5 else 0)) for ballot, weight in ballots]
    plain = Plain((instance, scaled), by_id(instance)).run()
    outcome = sequential(instance, profile_of(instance, scaled), by_id(instance))
    assert [(t.option, t.key) for t in outcome.rounds if t.decision is Decision.FUNDED] == list(
        plain.funded.items()
    )


@pytest.mark.parametrize("huge", [10**30, 10**400])
def test_costs_that_no_float_tells_apart_or_holds_are_compared_exactly(huge):
    instance = Instance((Option("a", huge + 1), Option("b", huge), Option("c", 1)), 2 * huge)
    profile = Profile.of("approval", instance, [["a"], ["b"], ["c"]])
    outcome = sequential(instance, profile, by_id(instance))
    assert outcome.funded == ("c", "b")
    assert outcome.ties == ()


def test_near_ties_of_long_fractions_are_compared_exactly():
    """In the third round two loads differ by less than a thousandth of a float's precision."""
    costs = {"a": 10**9 + 9, "b": 10**9 + 7, "c": 3 * 10**20, "d": 3 * 10**20, "e": 1}
    instance = Instance(tuple(Option(name, cost) for name, cost in costs.items()), 10**21)
    ballots = [(["a", "c"], 3), (["b", "d"], 3), (["c", "e"], 10**6), (["d"], 10**6)]
    plain = Plain((instance, ballots), by_id(instance)).run()
    outcome = sequential(instance, profile_of(instance, ballots), by_id(instance))
    assert list(outcome.funded) == list(plain.funded) == ["e", "b", "a", "d", "c"]


def test_a_tie_may_matter_though_all_of_it_is_funded():
    """With c before b, b's load rises to a's: then a is funded, and b no longer fits."""
    instance = Instance((Option("a", 3), Option("b", 4), Option("c", 2)), 7)
    profile = Profile.of("approval", instance, [["b", "c"], ["a", "b"]])
    outcome = sequential(instance, profile, by_id(instance))
    assert outcome.funded == ("b", "c")
    assert outcome.ties == (Tie(("b", "c"), True),)
    assert set(sequential(instance, profile, ("c", "a", "b")).funded) == {"a", "c"}


def test_a_tie_of_options_with_a_common_voter_need_not_matter():
    instance = Instance((Option("b", 2), Option("c", 2), Option("d", 9)), 12)
    profile = Profile.of("approval", instance, [["b", "c"], ["b"], ["c"], ["d"]])
    outcome = sequential(instance, profile, by_id(instance))
    assert outcome.funded == ("b", "c")
    assert outcome.ties == (Tie(("b", "c"), False),)


def test_ties_of_options_apart_or_at_the_stop_do_not_matter():
    instance = Instance((Option("a", 4), Option("b", 4), Option("c", 1), Option("d", 1)), 5)
    ballots = [["a"], ["b"], ["c"], ["d"]]
    outcome = sequential(instance, Profile.of("approval", instance, ballots), by_id(instance))
    assert outcome.funded == ("c", "d")
    assert outcome.ties == (Tie(("c", "d"), False), Tie(("a", "b"), False))


def test_rivals_and_needs_are_refused_not_ignored():
    for more in ({"rivals": (("a", "b"),)}, {"needs": (("a", "b"),)}):
        instance = Instance((Option("a", 1), Option("b", 1)), 2, **more)
        with pytest.raises(InstanceError, match="rivals"):
            sequential(instance, Profile.of("approval", instance, [["a"]]), by_id(instance))


def test_points_are_not_read():
    instance = Instance((Option("a", 5), Option("b", 4)), 5)
    profile = Profile.of("cumulative", instance, [["a", "b"]], [[9, 1]])
    assert sequential(instance, profile, by_id(instance)).funded == ("b",)


def test_nobody_and_nothing():
    assert sequential(Instance((), 5), Profile.of("approval", Instance((), 5), []), ()).rounds == ()
    instance = Instance((Option("a", 5), Option("b", 4)), 9)
    outcome = sequential(instance, Profile.of("approval", instance, []), by_id(instance))
    assert outcome.funded == ("a", "b")
    assert outcome.ties == (Tie(("a", "b"), False),)


def test_many_voters_count_like_few():
    rng = np.random.default_rng(5)
    costs = rng.integers(9, 99, 12).tolist()
    instance = Instance(tuple(Option(f"p{at:02}", cost) for at, cost in enumerate(costs)), 300)
    named = rng.random((2000, 12)) < 0.3
    ballots = [([f"p{at:02}" for at in np.flatnonzero(row)], 1) for row in named]
    groups: dict[tuple[str, ...], int] = {}
    for ballot, _ in ballots:
        groups[tuple(ballot)] = groups.get(tuple(ballot), 0) + 1
    plain = Plain((instance, [(list(b), w) for b, w in groups.items()]), by_id(instance)).run()
    outcome = sequential(instance, profile_of(instance, ballots), by_id(instance))
    assert list(outcome.funded) == list(plain.funded)
