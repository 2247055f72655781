"""What comparing two outcomes promises for every election."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import Instance, InstanceError, Option, Outcome, Profile, count
from tally.formats import pabulib
from tally.rules.comparison import keep_if_preferred, preferences
from tests.tally.city import NAMES, ballots_of, instances, variants

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pabulib"


@given(
    instances(),
    ballots_of,
    st.sets(st.sampled_from(NAMES)),
    st.sets(st.sampled_from(NAMES)),
    st.booleans(),
    st.sampled_from([1, Fraction(1, 3), 2**70]),
)
def test_preferences_are_those_of_each_voter_asked_alone(
    instance, ballots, first, second, by_cost, unit
):
    options = tuple(Option(option.id, option.cost * unit) for option in instance.options)
    scaled = Instance(options, instance.limit)
    profile = Profile.of("approval", scaled, ballots)

    def worth(ballot: list[str], funded: set[str]) -> Fraction:
        liked = [option for option in options if option.id in set(ballot) & funded]
        return Fraction(sum(option.cost for option in liked) if by_cost else len(liked))

    said = preferences(scaled, profile, first, second, by_cost=by_cost)
    gains = [worth(ballot, first) - worth(ballot, second) for ballot in ballots]
    assert said.first == sum(gain > 0 for gain in gains)
    assert said.second == sum(gain < 0 for gain in gains)
    assert said.indifferent == sum(gain == 0 for gain in gains)
    swapped = preferences(scaled, profile, second, first, by_cost=by_cost)
    assert (said.first, said.second) == (swapped.second, swapped.first)


@given(instances(), ballots_of, st.booleans())
def test_the_first_outcome_is_kept_unless_more_voters_prefer_the_second(instance, ballots, by_cost):
    profile = Profile.of("approval", instance, ballots)
    first = count("greedy_card", instance, profile)
    second = count("greedy_cost", instance, profile)
    kept = keep_if_preferred(instance, profile, first, second, by_cost=by_cost)
    said = preferences(instance, profile, first.funded, second.funded, by_cost=by_cost)
    assert kept.funded == (second if said.second > said.first else first).funded
    assert Outcome.from_json(kept.to_json()) == kept
    itself = keep_if_preferred(instance, profile, second, second)
    assert dict(itself.facts)["prefer_neither"] == len(ballots)
    assert dict(itself.parameters)["kept"] == "first"


def test_weighted_ballots_prefer_by_their_weight_and_unknown_options_are_refused():
    pool = Instance((Option("pool", 1), Option("tree", 1)), 1)
    profile = Profile.of("approval", pool, [["pool"], ["tree"]], weights=[Fraction(5, 2), 1])
    said = preferences(pool, profile, ["pool"], ["tree"])
    assert (said.first, said.second, said.indifferent) == (Fraction(5, 2), 1, 0)
    with pytest.raises(InstanceError, match="unknown options: lake"):
        preferences(pool, profile, ["lake"], ["tree"])


@pytest.mark.parametrize(("file", "expected"), variants("comparison_by_hand", "comparison"))
def test_comparison_counted_by_hand(file, expected):
    instance, profile = file.instance(), file.profile()
    first, second = (count(expected[which], instance, profile) for which in ("first", "second"))
    kept = keep_if_preferred(instance, profile, first, second, by_cost=expected["by_cost"])
    figures = [dict(kept.facts)[f"prefer_{name}"] for name in ("first", "second", "neither")]
    assert (figures, kept.rule) == (expected["figures"], expected["kept"])


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared elections are not at hand; extra test")
def test_wieliczka_kept_equal_shares_in_2023_by_the_figures_it_published():
    file = pabulib.read_bytes((SHARED / "Poland_Wieliczka_2023_Green_Budget.pb").read_bytes())
    instance, profile = file.instance(), file.profile()
    chosen = {row.id for row in file.projects if row.rest["selected"] == "1"}
    greedy = set(count("greedy_cost", instance, profile).funded)
    votes = dict(zip(instance.index, profile.votes(), strict=True))
    assert (len(greedy - chosen), sum(votes[name] for name in greedy - chosen)) == (4, 1453)
    assert (len(chosen - greedy), sum(votes[name] for name in chosen - greedy)) == (11, 2414)
    shares = count("mes_cost_add1", instance, profile, exhaustive=False)
    assert set(shares.funded) == chosen
    kept = keep_if_preferred(instance, profile, shares, count("greedy_cost", instance, profile))
    assert kept.funded == shares.funded
    assert sum(dict(kept.facts)[f"prefer_{who}"] for who in ("first", "second", "neither")) == 6586
