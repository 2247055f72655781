"""How many options a ballot may name, and how much of each field was approved."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import InstanceError, Profile
from tally.picks import approval, fields, picks
from tests.tally.city import FIELDS, NAMES, ballots_of, instances, votes_in


def test_gwangmyeongs_picks_of_2024_favour_small_fields():
    of = {
        f"{name}{at}": name
        for name, size in (("경제문화", 6), ("도시환경", 19), ("복지학습", 11), ("안전건설", 13))
        for at in range(size)
    }
    paper = fields(of)
    assert [field.picks for field in paper] == [2, 5, 3, 4]
    assert sum(field.picks for field in paper) == 14
    assert [round(100 * field.approval) for field in paper] == [33, 26, 27, 31]


@given(st.integers(0, 60), st.fractions(0, 1))
def test_picks_are_the_share_rounded_up(options, share):
    assert picks(options, share) - 1 < options * share <= picks(options, share)


@given(instances(), ballots_of)
def test_approval_of_a_field_is_the_mean_share_of_ballots_over_its_options(instance, ballots):
    of = dict(zip(NAMES, ("x", "x", "x", "y", "y", "z"), strict=True))
    said = approval(instance, Profile.of("approval", instance, ballots), of)
    votes = votes_in(ballots)
    for field in FIELDS:
        shares = [Fraction(votes[n], max(1, len(ballots))) for n in NAMES if of[n] == field]
        assert said[field] == sum(shares) / len(shares)
    with pytest.raises(InstanceError, match="one field"):
        approval(instance, Profile.of("approval", instance, ballots), {"a": "x"})
