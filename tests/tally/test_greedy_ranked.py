"""A ranking walked as far as the money goes."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import Decision, Instance, Option, Profile, UnknownRuleError, by_id, count
from tally.ranked import RANKED_RULES, Contest, count_ranked
from tally.rules.greedy_ranked import as_rankings

NAMES = "abcd"
BALLOTS = st.lists(
    st.lists(st.sampled_from(NAMES), unique=True, max_size=4), min_size=1, max_size=9
)
COSTS = st.lists(st.integers(0, 9), min_size=4, max_size=4)
RANKING = [
    name for name in RANKED_RULES if name not in ("star", "score", "approval", "rctab")
]  # fmt: skip


def election(costs, ballots):
    instance = Instance(tuple(map(Option, NAMES, costs)), limit=12)
    return instance, Profile.of("ordinal", instance, ballots)


@given(COSTS, BALLOTS, st.sampled_from(RANKING), st.permutations(NAMES))
def test_the_walk_goes_down_the_ranking(costs, ballots, by, ties):
    instance, profile = election([cost + 1 for cost in costs], ballots)
    outcome = count("greedy_ranked", instance, profile, tuple(ties), by=by)
    contest = Contest(tuple(NAMES), order=tuple(map(NAMES.index, ties)))
    ranking = count_ranked(by, contest, as_rankings(profile)).ranking
    tier = {NAMES[place]: at for at, tier in enumerate(ranking) for place in tier}
    named = {option for ballot in ballots for option in ballot}
    turns = [turn.option for turn in outcome.rounds]
    assert turns == sorted(
        NAMES, key=lambda name: (name not in named, name in named and tier[name], ties.index(name))
    )
    left = 12
    for turn in outcome.rounds:
        assert turn.left == left
        assert (turn.decision is Decision.FUNDED) == (turn.cost <= left)
        left -= turn.cost if turn.decision is Decision.FUNDED else 0


@given(COSTS, BALLOTS, st.randoms())
def test_whoever_beats_each_other_one_is_funded_if_the_limit_pays(costs, ballots, chance):
    instance, profile = election(costs, ballots)
    place = {
        name: [ballot.index(name) if name in ballot else 9 for ballot in ballots] for name in NAMES
    }

    def beats(one, other):
        pairs = list(zip(place[one], place[other], strict=True))
        return sum(a < b for a, b in pairs) > sum(a > b for a, b in pairs)

    for by in ("schulze_winning", "ranked_pairs_margin", "copeland", "kemeny"):
        funded = count("greedy_ranked", instance, profile, by=by).funded
        for name in NAMES:
            if all(beats(name, other) for other in NAMES if other != name):
                assert name in funded
    mixed = [list(ballot) for ballot in ballots]
    chance.shuffle(mixed)
    again = Profile.of("ordinal", instance, mixed)
    assert count("greedy_ranked", instance, again) == count("greedy_ranked", instance, profile)


def test_those_level_in_the_ranking_go_by_the_tie_order_and_it_is_told_whether_that_mattered():
    instance, profile = election([8, 8, 2, 9], [("a", "c"), ("b", "c")])
    for ties in permutations(NAMES):
        outcome = count("greedy_ranked", instance, profile, ties, by="plurality")
        assert outcome.funded[0] == min("ab", key=ties.index)
        assert outcome.ties[0].mattered


def test_a_rule_without_a_ranking_is_refused():
    instance, profile = election([1, 1, 1, 1], [("a", "b")])
    with pytest.raises(UnknownRuleError, match="rctab ranks not everybody"):
        count("greedy_ranked", instance, profile, by="rctab")
    with pytest.raises(UnknownRuleError, match="no rule 'nonsense'"):
        count("greedy_ranked", instance, profile, by="nonsense")
    assert count("greedy_ranked", instance, profile, by_id(instance)).funded == tuple("abcd")
