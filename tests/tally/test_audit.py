"""Audits by samples: the draw, what is asserted, and when to stop."""

import hashlib
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tally import Instance, Option, Profile, count
from tally.audit.greedy_assertions import assertions
from tally.audit.risk import Comparison
from tally.audit.sampling import sample, ticket
from tally.errors import BallotError, InstanceError, ShortSeedError, UnknownRuleError

SEED = "27182818284590452353"
SHEETS = [f"{batch}:{sheet}" for batch in range(1, 6) for sheet in range(1, 9)]
NAMES = "abcde"


def test_the_draw_is_that_of_the_consistent_sampler():
    # as consistent-sampler 1.0.10 draws them
    assert sample(SEED, SHEETS, 12) == (
        "3:2", "4:6", "4:8", "5:5", "5:8", "4:2", "1:4", "3:8", "4:5", "2:2", "1:2", "1:5",
    )  # fmt: skip
    hashed = hashlib.sha256(b"01382438112797316654").hexdigest()
    assert ticket(hashed, "AB-130") == (
        "26299714122838008416507544297546663599715395525154425586041245287750224561854"
    )


@given(st.sets(st.sampled_from(SHEETS), min_size=1), st.integers(0, 50), st.randoms())
def test_a_sample_only_grows_and_asks_not_what_else_there_is(sheets, size, chance):
    listed = sorted(sheets)
    chance.shuffle(listed)
    drawn = sample(SEED, listed, size)
    assert drawn == sample(SEED, listed, size + 1)[:size]
    order = sample(SEED, SHEETS, len(SHEETS))
    assert list(drawn) == [sheet for sheet in order if sheet in sheets][:size]


def test_a_poor_seed_or_a_sheet_twice_is_refused():
    for seed in ("", "2718", "2718281828459045235x"):
        with pytest.raises(ShortSeedError, match="20 digits"):
            sample(seed, SHEETS, 1)
    with pytest.raises(BallotError, match="twice"):
        sample(SEED, ["1:1", "1:1"], 1)


@st.composite
def polls(draw):
    names = NAMES[: draw(st.integers(1, 5))]
    options = tuple(Option(name, draw(st.integers(1, 9))) for name in names)
    ballots = draw(st.lists(st.lists(st.sampled_from(names), unique=True), min_size=1, max_size=9))
    return Instance(options, draw(st.integers(1, 20))), ballots


@given(polls(), st.sampled_from(["greedy_cost", "greedy_card"]), polls())
def test_ballots_that_keep_the_assertions_fund_the_same(poll, rule, other):
    instance, ballots = poll
    outcome = count(rule, instance, Profile.of("approval", instance, ballots))
    claimed = assertions(instance, outcome)
    assert all(claim.margin >= 0 for claim in claimed)
    names = {option.id for option in instance.options}
    changed = [[name for name in ballot if name in names] for ballot in other[1]]
    holds = all(mean_above_half(claim, changed) for claim in claimed)
    assume(holds)
    again = count(rule, instance, Profile.of("approval", instance, changed))
    named = {name for ballot in changed for name in ballot}
    assume(names <= named)  # without support a project comes last, whatever its cost
    assert {*again.funded} == {*outcome.funded}


def mean_above_half(claim, ballots):
    figures = [
        claim.assorted(claim.above in ballot, claim.below in ballot, 1) for ballot in ballots
    ]
    assert all(0 <= figure <= claim.upper(1) for figure in figures)
    assert (sum(figures) > Fraction(len(figures), 2)) == (
        claim.factor_above * sum(claim.above in ballot for ballot in ballots)
        > claim.factor_below * sum(claim.below in ballot for ballot in ballots)
    )
    return sum(figures) > Fraction(len(figures), 2)


@given(polls())
def test_every_other_project_is_kept_out_by_enough_of_those_above_it(poll):
    instance, ballots = poll
    outcome = count("greedy_cost", instance, Profile.of("approval", instance, ballots))
    costs = {option.id: option.cost for option in instance.options}
    for name in costs.keys() - {*outcome.funded}:
        above = [claim.above for claim in assertions(instance, outcome) if claim.below == name]
        assert {*above} <= {*outcome.funded}
        assert costs[name] + sum(costs[one] for one in above) > instance.limit


def test_what_has_no_assertions_is_refused():
    instance = Instance((Option("a", 1), Option("b", 2)), 2)
    profile = Profile.of("approval", instance, [["a"]])
    for rule, terms in (
        ("mes_cost", {}),
        ("greedy_cost", {"stop": True}),
        ("greedy_card", {"minimum_votes": 1}),
    ):
        with pytest.raises(UnknownRuleError, match="no assertions"):
            assertions(instance, count(rule, instance, profile, **terms))
    for other in (
        Instance(instance.options, 2, rivals=(("a", "b"),)),
        Instance((Option("a", 0), Option("b", 2)), 2),
    ):
        outcome = count("greedy_cost", other, Profile.of("approval", other, [["a"]]))
        with pytest.raises(InstanceError, match="no rivals"):
            assertions(other, outcome)


# The sizes that the voting protocol states for margins of 20 % to 0.5 %, which it rounds up from
# an approximation; exact, they are a little smaller.
@pytest.mark.parametrize(
    ("percent", "stated"),
    [(20, 32), (10, 63), (5, 125), (2, 312), (1, 623), (Fraction(1, 2), 1246)],
)
def test_the_sizes_are_those_of_the_protocol(percent, stated):
    test = Comparison(margin=percent * 1000, most=1, sheets=100_000)
    size = test.sample_size(Fraction(1, 20))
    assert stated - 2 <= size <= stated
    assert test.risk([0] * size) <= Fraction(1, 20) < test.risk([0] * (size - 1))


@example(margin=700, most=1, errors=[], limit=Fraction(0))  # safe without a look
@given(
    st.integers(1, 700), st.integers(1, 3),
    st.lists(st.integers(-2, 2), max_size=12), st.fractions(0, Fraction(39, 40), max_denominator=40),
)  # fmt: skip
def test_a_size_is_the_least_that_will_do(margin, most, errors, limit):
    test = Comparison(margin, most, 150)
    if test.is_safe:
        assert test.sample_size(limit, errors) == 0
        return
    size = test.sample_size(limit, errors)
    assert len(errors) <= size <= 150
    if size < 150:
        assert test.risk([*errors, *[0] * (size - len(errors))]) <= limit
    if size > len(errors):
        assert test.risk([*errors, *[0] * (size - len(errors) - 1)]) > limit


@given(st.integers(1, 99), st.lists(st.integers(-2, 2), min_size=1, max_size=12))
def test_a_sheet_typed_wrongly_for_the_claim_makes_the_risk_larger(margin, errors):
    test = Comparison(margin, 1, 100)
    risks = [test.risk(errors[:size]) for size in range(len(errors) + 1)]
    for (before, after), error in zip(pairwise(risks), errors, strict=True):
        assert 0 < after <= 1
        assert after <= before or error > 0
        if error == 2 and before < 1:
            assert after > before


def test_a_level_claim_and_an_impossible_error_are_refused():
    for margin, most, sheets in ((0, 1, 9), (-1, 1, 9), (1, 0, 9), (1, 1, 0)):
        with pytest.raises(BallotError, match="look at every sheet"):
            Comparison(margin, most, sheets)
    with pytest.raises(BallotError, match="wrong by 3"):
        Comparison(1, 1, 9).risk([3])
    assert Comparison(19, 1, 9).is_safe
    assert Comparison(19, 1, 9).risk([0]) == 0
