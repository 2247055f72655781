"""The story adds up: every figure equals what looking at each voter gives."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import Instance, Option, Profile
from tally.axioms import purses
from tally.axioms.measure import Measure
from tally.axioms.purses import Price
from tally.explain import quantiles, story

NAMES = ("a", "b", "c", "d")


@st.composite
def elections(draw: st.DrawFn) -> tuple[Instance, Profile]:
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    money = st.integers(0, 9) | st.fractions(0, 9, max_denominator=4)
    instance = Instance(tuple(Option(name, draw(money)) for name in names), draw(money) * 2)
    ballots = draw(st.lists(st.lists(st.sampled_from(names), unique=True), max_size=9))
    weights = [draw(st.integers(1, 3) | st.just(Fraction(1, 2))) for _ in ballots]
    if draw(st.booleans()):
        return instance, Profile.of("approval", instance, ballots, weights=weights)
    points = [[draw(st.integers(0, 3)) for _ in ballot] for ballot in ballots]
    return instance, Profile.of("cumulative", instance, ballots, points, weights)


def voters(profile: Profile) -> Iterator[tuple[dict[int, Fraction], Fraction]]:
    for ballot, weight in profile.rows():
        yield {place: Fraction(points) for place, points in ballot}, Fraction(weight)


@st.composite
def bought(draw: st.DrawFn) -> tuple[Instance, Profile, list[Price], Fraction, Measure]:
    """Any prices at all: the story is that of payments, whether or not a rule would ask them."""
    instance, profile = draw(elections())
    names = draw(st.lists(st.sampled_from(sorted(instance.index)), unique=True))
    prices = [Price(name, draw(st.fractions(0, 4, max_denominator=6))) for name in names]
    endowment = draw(st.fractions(0, 6, max_denominator=2))
    return instance, profile, prices, endowment, draw(st.sampled_from(list(Measure)))


def utility(instance: Instance, place: int, points: Fraction, measure: Measure) -> Fraction:
    if measure is Measure.SCORE:
        return points
    return Fraction(instance.options[place].cost if measure is Measure.COST else 1)


def purses_by_round(
    instance: Instance, profile: Profile, prices: list[Price], start: Fraction, measure: Measure
) -> list[list[Fraction]]:
    """Every ballot's purse at the start and after each round."""
    found = [[start for _ in voters(profile)]]
    for row in prices:
        place, after = instance.index[row.option], []
        for (points, _), purse in zip(voters(profile), found[-1], strict=True):
            due = Fraction(0)
            if place in points:
                due = Fraction(row.price) * utility(instance, place, points[place], measure)
            after.append(purse - min(purse, due))
        found.append(after)
    return found


@given(bought())
def test_purses_and_the_money_behind_each_option_are_those_of_every_voter(case):
    instance, profile, prices, endowment, measure = case
    ledger = purses.equal_shares(instance, profile, prices, endowment, measure=measure)
    by_round = purses_by_round(instance, profile, prices, endowment, measure)
    supports = [
        [
            place in points and bool(points[place] or measure is not Measure.SCORE)
            for points, _ in voters(profile)
        ]
        for place in range(len(instance.options))
    ]
    weights = [weight for _, weight in voters(profile)]

    def behind(place: int, money: list[Fraction]) -> Fraction:
        return sum(
            (m * w for m, w, s in zip(money, weights, supports[place], strict=True) if s),
            Fraction(0),
        )

    for turn, purchase in enumerate(story.purchases(instance, ledger)):
        assert list(purchase.behind) == [
            behind(p, by_round[turn]) for p in range(len(instance.options))
        ]
    for loss in story.losses(instance, ledger):
        place = instance.index[loss.option]
        assert loss.start == behind(place, by_round[0])
        assert loss.left == behind(place, by_round[-1])
        assert loss.start == loss.left + sum(money for _, money in loss.paid_for)
        assert all(money > 0 for _, money in loss.paid_for)
    rows = quantiles.purse_quantiles(instance, profile, ledger)
    assert len(rows) == (len(prices) if weights else 0)
    for row, money in zip(rows, by_round[1:], strict=bool(weights)):
        assert list(row) == [quantile(money, weights, part) for part in quantiles.QUARTERS]


def quantile(money: list[Fraction], weights: list[Fraction], part: Fraction) -> Fraction:
    total = sum(weights)
    reached = Fraction(0)
    for purse, weight in sorted(zip(money, weights, strict=True)):
        reached += weight
        if reached >= part * total:
            return purse
    raise AssertionError


@given(elections(), st.data())
def test_purses_under_loads_are_those_of_every_voter(election, data):
    instance, profile = election
    names = data.draw(st.lists(st.sampled_from(sorted(instance.index)), unique=True))
    loads = sorted(data.draw(st.fractions(0, 5, max_denominator=4)) for _ in names)
    prices = [Price(name, load) for name, load in zip(names, loads, strict=True)]
    ledger = purses.loads(instance, profile, prices)
    load = [Fraction(0) for _ in voters(profile)]
    weights = [weight for _, weight in voters(profile)]
    rows = quantiles.purse_quantiles(instance, profile, ledger)
    assert len(rows) == (len(prices) if weights else 0)
    for row, price in zip(rows, prices, strict=bool(weights)):
        place = instance.index[price.option]
        load = [
            price.price if place in u else had
            for had, (u, _) in zip(load, voters(profile), strict=True)
        ]
        money = [loads[-1] - had for had in load]
        assert list(row) == [quantile(money, weights, part) for part in quantiles.QUARTERS]
    assert all(purchase.effective is None for purchase in story.purchases(instance, ledger))


@given(elections(), st.sets(st.sampled_from(NAMES)), st.data())
def test_shares_of_groups_are_those_of_their_voters(election, funded, data):
    instance, profile = election
    funded &= set(instance.index)
    place_of = [data.draw(st.integers(0, 1)) for _ in profile.weights]
    found = story.shares(instance, profile, funded, np.array(place_of, np.int64), ("east", "west"))
    costs = [Fraction(option.cost) for option in instance.options]
    paid = [place for place, option in enumerate(instance.options) if option.id in funded]
    votes = [
        sum(weight for ballot, weight in voters(profile) if place in ballot)
        for place in range(len(costs))
    ]
    for at, share in enumerate(found):
        own = [row for row, label in zip(voters(profile), place_of, strict=True) if label == at]
        assert share.voters == sum(weight for _, weight in own)
        assert share.blank == sum(weight for ballot, weight in own if not ballot)
        assert share.empty_handed == sum(
            w for ballot, w in own if ballot and not set(ballot) & set(paid)
        )
        assert share.named == sum(weight * len(ballot) for ballot, weight in own)
        assert share.options == sum(weight * len(set(ballot) & set(paid)) for ballot, weight in own)
        assert share.money == sum(
            w * costs[p] for ballot, w in own for p in set(ballot) & set(paid)
        )
        assert share.spent == sum(
            w * costs[p] / votes[p] for ballot, w in own for p in set(ballot) & set(paid)
        )
    [whole] = story.shares(instance, profile, funded)
    assert whole.voters == profile.ballots
    assert whole.spent == sum(costs[place] for place in paid if votes[place])


@pytest.mark.parametrize(
    ("measure", "price", "effective"),
    [
        (Measure.CARDINALITY, Fraction(4), Fraction(3, 2)),  # 6 / 4: one in full, one with half
        (Measure.COST, Fraction(2, 3), Fraction(3, 2)),  # 2/3 of 6 is 4
        (Measure.SCORE, Fraction(2), 3),  # 3 points at 2 each make 6
        (Measure.CARDINALITY, 0, None),
    ],
)
def test_effective_votes_are_the_votes_at_full_price_that_make_up_the_cost(
    measure, price, effective
):
    instance = Instance((Option("pool", 6), Option("bench", 2)), 8)
    profile = Profile.of("approval", instance, [["pool", "bench"], ["pool"]])
    ledger = purses.equal_shares(instance, profile, [Price("pool", price)], 4, measure=measure)
    [purchase] = story.purchases(instance, ledger)
    assert purchase.effective == effective
    assert purchase.behind == (8, 4)
    assert '"emptied":' in purchase.to_json()


def test_fields_stand_with_their_votes_and_their_money():
    instance = Instance((Option("pool", 6), Option("bench", 2), Option("trees", 3)), 8)
    profile = Profile.of("approval", instance, [["pool", "bench"], ["pool"], ["trees"]])
    field_of = {"pool": "sport", "bench": "parks", "trees": "parks"}
    assert story.fields(instance, profile, ["bench"], field_of) == (
        story.Field("sport", options=1, funded=0, votes=2, cost=6, spent=0),
        story.Field("parks", options=2, funded=1, votes=2, cost=5, spent=2),
    )
