"""What exact equal shares promise for every election, and that they are what their page says."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tally import Instance, InstanceError, Option, Profile, Tie
from tally.reference.exact_equal_shares import exact_equal_shares
from tally.rules import exact_equal_shares as rule
from tally.rules.equal_payers import Market, Run
from tests.tally.polls import Poll, first_tie_matters_as_told, polls, scaled, shuffled, told_soundly

ONCE = {"cardinality": rule.by_card, "cost": rule.by_cost}
COMPLETED = {"cardinality": rule.by_card_addopt, "cost": rule.by_cost_addopt}
utilities = st.sampled_from(sorted(ONCE))
flags = st.fixed_dictionaries({"skip": st.booleans(), "to_the_end": st.booleans()})
elections = polls("approval")


@given(elections, utilities)
def test_exact_equal_shares_are_what_their_page_says(poll, utility):
    outcome = poll.run(ONCE[utility])
    told_soundly(poll, outcome)
    expected = exact_equal_shares(
        poll.costs, poll.instance.limit, poll.voters(), list(poll.ties), utility
    )
    assert list(outcome.funded) == expected


@given(polls("approval", options=5, ballots=5), utilities, flags)
def test_add_opt_is_what_its_page_says(poll, utility, terms):
    outcome = poll.run(COMPLETED[utility], **terms)
    told_soundly(poll, outcome)
    assert list(outcome.funded) == exact_equal_shares(
        poll.costs,
        poll.instance.limit,
        poll.voters(),
        list(poll.ties),
        utility,
        completion="add_opt_skip" if terms["skip"] else "add_opt",
        to_the_end=terms["to_the_end"],
    )


def every_purse(poll: Poll, backers: dict[str, set[int]], least: Fraction) -> list[Fraction]:
    """All purses from `least` on at which any run may differ from that with a purse just below.

    A voter can pay cost / k beside what she has paid for others: some of them, in groups of any
    size.
    """
    prices = {
        name: [Fraction(poll.costs[name], k) for k in range(1, len(own) + 1)]
        for name, own in backers.items()
    }
    found = {least}
    for name, own_prices in prices.items():
        others = [[Fraction(0), *own] for other, own in prices.items() if other != name]
        for price, *paid in product(own_prices, *others):
            found.add(price + sum(paid))
    return sorted(purse for purse in found if purse >= least)


def plain_run(poll: Poll, backers: dict[str, set[int]], purse: Fraction, utility: str) -> list[str]:
    """The rule in plain fractions."""
    purses, funded = [purse] * len(poll.voters()), list[str]()
    while True:
        best = None
        for place, name in enumerate(poll.ties):
            for k in range(len(backers[name]), 0, -1):
                price = Fraction(poll.costs[name], k)
                able = {at for at in backers[name] if purses[at] >= price}
                if name not in funded and len(able) >= k:
                    worth = poll.costs[name] if utility == "cost" else 1
                    best = min(best or (price / worth, place, name), (price / worth, place, name))
                    break
        if best is None:
            return funded
        funded.append(best[2])
        for k in range(len(backers[best[2]]), 0, -1):
            price = Fraction(poll.costs[best[2]], k)
            able = {at for at in backers[best[2]] if purses[at] >= price}
            if len(able) >= k:
                for at in able:
                    purses[at] -= price
                break


@given(polls("approval", options=3, ballots=3, most=2), utilities, st.booleans())
def test_add_opt_comes_to_what_trying_every_purse_comes_to(poll, utility, to_the_end):
    free = [name for name in poll.ties if not poll.costs[name]]
    priced = tuple(name for name in poll.ties if name not in free)
    options = tuple(option for option in poll.instance.options if option.cost)
    whole = Poll(
        Instance(options, poll.instance.limit), "approval",
        tuple(tuple(name for name in row if name in priced) for row in poll.ballots),
        tuple((Fraction(1),) * sum(name in priced for name in row) for row in poll.ballots),
        poll.times, Fraction(1), priced,
    )  # fmt: skip
    voters = whole.voters()
    backers = {name: {at for at, b in enumerate(voters) if name in b} for name in priced}
    best: list[str] = []
    spent = -1
    if voters:
        for purse in every_purse(whole, backers, Fraction(whole.instance.limit, len(voters))):
            bought = plain_run(whole, backers, purse, utility)
            cost = sum(whole.costs[name] for name in bought)
            if cost > whole.instance.limit and not to_the_end:
                break
            if cost <= whole.instance.limit and (cost > spent or not to_the_end):
                best, spent = bought, cost
    assert list(whole.run(COMPLETED[utility], to_the_end=to_the_end).funded) == best


def states(runs: Iterator[Run], limit: int) -> list[tuple[Fraction, list[tuple]]]:
    """Purses, and who buys what, for as many runs."""
    found = []
    for run, _ in zip(runs, range(limit), strict=False):
        buys = [(buy.option, buy.size, buy.payers.tolist()) for buy in run.buys]
        found.append((run.purse, buys))
    return found


def afresh(market: Market, purse: Fraction | None) -> Iterator[Run]:
    """Each run anew, with the nearest purse of the one before."""
    while purse is not None:
        run = Run.begin(market, purse)
        run.finish()
        yield run
        purse = run.nearest(market.options)


@example(Poll.of("approval", {"a": 0, "b": 0, "c": 6, "d": 5}, 0, "", "", "abcd"), "cost", 0.25)
@given(
    polls("approval", options=6, ballots=30, most=9), utilities, st.sampled_from([0.001, 0.25, 8.0])
)
def test_going_on_from_a_gap_comes_to_what_counting_afresh_comes_to(poll, utility, ahead):
    measure = rule.CARD if utility == "cardinality" else rule.COST
    setting = rule._Setting(measure, poll.instance, poll.profile, poll.ties)
    market = setting.market()
    going_on = states(rule._steps(market, setting.purse, ahead), 80)
    assert going_on == states(afresh(market, setting.purse), 80)
    assert all(mine[0] < theirs[0] for mine, theirs in pairwise(going_on))
    assert all(mine[1] != theirs[1] for mine, theirs in pairwise(going_on))


@given(elections, utilities, st.lists(st.integers(), min_size=6, max_size=6))
def test_the_order_of_voters_and_options_changes_nothing(poll, utility, order):
    for count in (ONCE[utility], COMPLETED[utility]):
        assert shuffled(poll, order).run(count) == poll.run(count)


@given(elections, utilities, st.fractions(min_value=Fraction(1, 7), max_value=9))
def test_scaling_all_money_changes_nothing(poll, utility, factor):
    for count in (ONCE[utility], COMPLETED[utility]):
        assert scaled(poll, factor).run(count).funded == poll.run(count).funded


@given(elections, utilities)
def test_a_tie_matters_where_another_first_funds_another_set(poll, utility):
    first_tie_matters_as_told(poll, ONCE[utility])


@given(elections, utilities)
def test_keys_never_fall_and_purses_pay_for_all_in_equal_parts(poll, utility):
    outcome = poll.run(COMPLETED[utility])
    keys = [turn.key for turn in outcome.rounds if turn.key is not None]
    assert keys == sorted(keys)
    voters = poll.voters()
    purses = [Fraction(dict(outcome.facts).get("purse", 0))] * len(voters)
    for turn in outcome.rounds:
        if turn.key is None:
            continue
        share = turn.key * (turn.cost if utility == "cost" else 1)
        payers = [at for at, b in enumerate(voters) if turn.option in b and purses[at] >= share]
        assert len(payers) * share * poll.scale == turn.cost
        for at in payers:
            purses[at] -= share


def votes(instance: Instance, *ballots: str, times: tuple[int, ...] = ()) -> Profile:
    weights = times or [1] * len(ballots)
    return Profile.of("approval", instance, [list(ballot) for ballot in ballots], weights=weights)


def test_add_opt_names_its_purse_and_steps():
    instance = Instance((Option("hall", 80), Option("trees", 40), Option("bench", 30)), 120)
    names = {"h": "hall", "t": "trees", "b": "bench"}
    ballots = Profile.of(
        "approval", instance, [[names[x] for x in b if x in names] for b in ("h", "h", "ht", "t", "tb", "b")]
    )  # fmt: skip
    ties = ("hall", "trees", "bench")
    assert rule.by_card(instance, ballots, ties).funded == ("trees",)
    outcome = rule.by_card_addopt(instance, ballots, ties)
    assert outcome.funded == ("trees", "bench")
    assert outcome.facts == (("purse", Fraction(85, 3)), ("steps", 1))


def test_to_the_end_stops_where_all_that_is_surely_bought_is_too_dear():
    # With 4/5 a and b are bought, too dear together. c would need 49/5: by then both are for sure.
    instance = Instance((Option("a", 4), Option("b", 4), Option("c", 9)), 6)
    ballots = votes(instance, "abc", "ab", times=(1, 9))
    outcome = rule.by_card_addopt(instance, ballots, ("a", "b", "c"), to_the_end=True)
    assert outcome.funded == ("a",)
    assert outcome.facts == (("purse", Fraction(3, 5)), ("steps", 0))


def test_ties_are_told_and_judged_with_the_last_purse():
    instance = Instance((Option("a", 4), Option("b", 4), Option("c", 4)), 8)
    outcome = rule.by_cost(instance, votes(instance, "ab", "ab"), ("b", "a", "c"))
    assert outcome.funded == ("b", "a")
    assert outcome.ties == (Tie(("b", "a"), mattered=False),)
    tight = Instance(instance.options, 6)
    outcome = rule.by_card(tight, votes(tight, "ab", "ab"), ("a", "b", "c"))
    assert outcome.funded == ("a",)
    assert outcome.ties == (Tie(("a", "b"), mattered=True),)


def test_numbers_that_floats_cannot_tell_apart_are_told_apart():
    far = 10**17
    instance = Instance((Option("a", far + 1), Option("b", far)), 2 * far + 1)
    outcome = rule.by_card(instance, votes(instance, "a", "b"), ("a", "b"))
    assert outcome.funded == ("b",)  # the purse is far + 1/2
    assert rule.by_card_addopt(instance, votes(instance, "a", "b"), ("a", "b")).facts == (
        ("purse", far + 1),
        ("steps", 1),
    )
    heavy = Instance((Option("a", 3), Option("b", 2)), 4)
    for count in (rule.by_card, rule.by_cost_addopt):
        many = count(heavy, votes(heavy, "a", "ab", "b", times=(2**60,) * 3), ("a", "b"))
        assert many.funded == count(heavy, votes(heavy, "a", "ab", "b"), ("a", "b")).funded


def test_without_voters_or_money_nothing_is_bought():
    instance = Instance((Option("a", 0), Option("b", 1)), 0)
    for count in (rule.by_card, rule.by_card_addopt):
        assert count(instance, votes(instance, "ab"), ("a", "b")).funded == ("a",)
        assert count(instance, votes(instance), ("a", "b")).funded == ()


def test_rivals_and_needs_are_refused():
    instance = Instance((Option("a", 3), Option("b", 2)), 4, needs=(("a", "b"),))
    for count in (rule.by_card, rule.by_card_addopt):
        with pytest.raises(InstanceError, match="needs"):
            count(instance, votes(instance, "a"), ("a", "b"))
