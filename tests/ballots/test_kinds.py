"""What a ballot may say, and its canonical form."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots import kinds
from ballots.errors import (
    OverFundError,
    PointsError,
    RepeatedOptionError,
    TooManyInFieldError,
    TooManyPicksError,
    UnknownOptionError,
)
from ballots.kinds import BallotRule, Choices, SlateLine

SLATE = {number: SlateLine(number * 10, "odd" if number % 2 else None) for number in range(1, 8)}
picks = st.lists(st.sampled_from(sorted(SLATE)), unique=True).map(tuple)


def rule(kind: str = "approval", **changes) -> BallotRule:
    return BallotRule(kind, SLATE, **({"fund_minor": 100} | changes))


@given(picks)
def test_approval_is_ascending_and_reads_back(numbers):
    said = kinds.check(rule(), Choices(numbers))
    assert kinds.read(said) == Choices(tuple(sorted(numbers)))


@given(picks)
def test_a_ranking_keeps_its_order(numbers):
    assert kinds.read(kinds.check(rule("ordinal"), Choices(numbers))) == Choices(numbers)


@given(picks, st.data())
def test_points_read_back_exactly(numbers, data):
    points = tuple(data.draw(st.fractions(min_value=0, max_value=50)) for _ in numbers)
    said = kinds.read(kinds.check(rule("scored"), Choices(numbers, points)))
    assert dict(zip(said.numbers, said.points, strict=True)) == dict(
        zip(numbers, points, strict=True)
    )


@given(picks)
def test_knapsack_takes_what_the_fund_pays_and_nothing_more(numbers):
    cost = sum(number * 10 for number in numbers)
    if cost > 100:
        with pytest.raises(OverFundError) as caught:
            kinds.check(rule("knapsack"), Choices(numbers))
        assert caught.value.values == {"over": cost - 100}
    else:
        assert kinds.read(kinds.check(rule("knapsack"), Choices(numbers))).numbers == tuple(
            sorted(numbers)
        )


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_an_empty_ballot_is_a_ballot(kind: str):
    assert kinds.read(kinds.check(rule(kind), Choices((), ()))).numbers == ()


@pytest.mark.parametrize(
    ("given_rule", "choices", "error"),
    [
        (rule(), Choices((9,)), UnknownOptionError),
        (rule(), Choices((1, 1)), RepeatedOptionError),
        (rule(max_picks=2), Choices((1, 2, 3)), TooManyPicksError),
        (rule(field_limits={"odd": 1}), Choices((1, 3)), TooManyInFieldError),
        (rule("choose_one"), Choices((1, 2)), TooManyPicksError),
        (rule("cumulative"), Choices((1,)), PointsError),
        (rule("cumulative"), Choices((1,), (-1,)), PointsError),
        (rule("scored"), Choices((1, 2), (1,)), PointsError),
    ],
)
def test_what_is_beyond_the_rule_is_refused(given_rule, choices, error):
    with pytest.raises(error):
        kinds.check(given_rule, choices)


def test_canonical_form_is_the_protocols():
    assert kinds.check(rule(), Choices((3, 1))) == '{"a":[1,3]}'
    assert kinds.check(rule("ordinal"), Choices((3, 1))) == '{"r":[[3],[1]]}'
    assert (
        kinds.check(rule("scored"), Choices((3, 1), (2, Fraction(1, 2))))
        == '{"s":[[1,"1/2"],[3,2]]}'
    )
