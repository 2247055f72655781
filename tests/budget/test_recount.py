"""A manifest and its ballots are counted as a cycle with the same slate is."""

from dataclasses import replace

import pytest

from ballots.board.reading import replay
from budget import recount
from budget.errors import SeedNeededError
from tally import RULES, Decision, UnknownRuleError
from tests.ballots.board import made

COUNTED = [
    ("approval", "greedy_cost"), ("knapsack", "mes_cost_add1u"), ("choose_one", "phragmen"),
    ("ordinal", "greedy_ranked"), ("cumulative", "mes_score"), ("scored", "greedy_score"),
]  # fmt: skip


def choices(vote):
    return [one.choices for one in replay(map(made.read_leaf, vote.log)).votes.values()]


@pytest.mark.parametrize(("kind", "rule"), COUNTED)
def test_every_kind_of_ballot_is_counted_whatever_the_order(kind, rule):
    vote = made.vote(replace(made.MANIFEST, kind=kind, rule=rule, parameters={}))
    ballots = choices(vote)
    outcome = recount.outcome_of(vote.manifest, ballots, made.SEED)
    assert (outcome.rule, outcome.ballots, outcome.limit) == (rule, len(ballots), 1000)
    assert 0 < outcome.spent <= 1000
    assert recount.outcome_of(vote.manifest, ballots[::-1], made.SEED) == outcome
    numbers = recount.funded_numbers(vote.manifest, outcome)
    named = {option.number: option.code for option in vote.manifest.options}
    assert [named[number] for number in numbers] == sorted(
        outcome.funded, key=[*named.values()].index
    )


def test_votes_and_points_are_those_of_the_leaves():
    manifest = replace(made.MANIFEST, kind="scored", rule="greedy_score", parameters={})
    instance = recount.instance_of(manifest)
    profile = recount.profile_of(
        manifest, [{"s": [[1, "1/2"], [3, 2]]}, {"s": [[1, 1]]}, {"s": []}], instance
    )
    assert (profile.ballots, profile.scores()[0], profile.scores()[2]) == (3, 3 / 2, 2)
    ranked = recount.profile_of(
        replace(made.MANIFEST, kind="ordinal"), [{"r": [[3], [1]]}], instance
    )
    assert [place for place, _ in next(iter(ranked.groups))] == [2, 0]


def test_the_way_to_settle_ties_is_the_manifests():
    level = [{"a": [2]}, {"a": [1]}]
    by_text = replace(made.MANIFEST, ties="id_text", fund=300)
    outcome = recount.outcome_of(by_text, level, "")
    assert outcome.funded == ("bench",)
    assert outcome.rounds[1].decision is Decision.DOES_NOT_FIT
    with pytest.raises(SeedNeededError):
        recount.outcome_of(replace(by_text, ties="lot"), level, "too short")
    with pytest.raises(UnknownRuleError):
        recount.outcome_of(replace(by_text, rule="nobody knows"), level, "")
    assert made.MANIFEST.rule in RULES
