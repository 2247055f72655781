"""Why somebody was not elected, by every rule: the figures are the count's, and they decide."""

from fractions import Fraction
from itertools import pairwise as neighbours
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tally.errors import BallotError
from tally.ranked import RANKED_RULES, Contest, RankedOutcome, Rankings, count_ranked
from tally.ranked.pairwise import pairwise
from tally.ranked.rctab import rctab
from tally.ranked.rctab_rules import MANY_A_ROUND, MULTI_PASS, Rules
from tally.ranked.ties import Ties
from tally.ranked.why_not import REASONS, Surplus, WhyNot, votes_of, why_not
from tests.tally import pairwise_profiles
from tests.tally.effort import fewer
from tests.tally.runoff_profiles import Poll, polls
from tests.tally.test_ranked_laws_runoff import Rule, any_polls, every_rule

THREE = Contest.of("a", "b", "c")
COMPARING = [rule for rule, row in RANKED_RULES.items() if row.policy == ("unsettled",)]


def ballots_of(rule: str, poll: pairwise_profiles.Poll) -> Rankings:
    """Points by place where the rule needs points."""
    if rule not in ("star", "score"):
        return poll.rankings
    rows = [
        ({one: poll.size - at for at, tier in enumerate(tiers) for one in tier}, int(weight) + 1)
        for tiers, weight in poll.ballots
    ]
    return pairwise_profiles.scored(poll.size, rows)


@pytest.mark.parametrize("rule", COMPARING)
@fewer(5)
@example(pairwise_profiles.Poll(5, []), "order")
@example(pairwise_profiles.Poll(4, [([{2}, {0}], 2)]), "unsettled")
@given(pairwise_profiles.polls(), st.sampled_from(["unsettled", "order"]))
def test_rules_that_compare_say_why_somebody_lost(rule: str, poll, policy: str):
    outcome = count_ranked(rule, poll.contest, ballots_of(rule, poll), policy=(policy,))
    for one in poll.candidates:
        why = why_not(outcome, one)
        assert why.code in REASONS
        assert (why.code in ("won", "undecided")) == (one in outcome.winners)
        assert (why.code == "undecided") == (one in outcome.winners and len(outcome.winners) > 1)
        assert why.to_json()
        if why.code == "tie_lost":
            assert any(one in tie.candidates and tie.chosen for tie in why.ties)
            assert why.gap in (None, 0)
        if why.gap is not None:
            below = why.rival_votes - why.votes
            assert why.gap == (-below if why.code == "worse_defeat" else below)
            assert (why.gap > 0) == (why.code != "tie_lost")
        if why.code in ("beatpath", "locked", "outside_set"):
            is_led_to(outcome, why)


def is_led_to(outcome: RankedOutcome, why: WhyNot) -> None:
    """From a winner or somebody in the set, defeat by defeat, to the candidate."""
    defeats = why.defeats or why.witness.defeats
    assert why.rival == defeats[0].winner
    assert defeats[-1].loser == why.candidate
    assert all(one.loser == two.winner for one, two in neighbours(defeats))
    votes = dict(outcome.matrices)["pairwise"]
    for defeat in defeats:
        assert (defeat.votes, defeat.against) == (
            votes[defeat.winner][defeat.loser],
            votes[defeat.loser][defeat.winner],
        )
        assert defeat.margin > 0
    if why.code != "beatpath":
        assert why.rival in outcome.ranking[0]


@given(pairwise_profiles.polls())
def test_the_best_order_with_somebody_first_is_counted_exactly(poll):
    outcome = count_ranked("kemeny", poll.contest, poll.rankings)
    votes = dict(outcome.matrices)["pairwise"]
    for one in poll.candidates:
        why = why_not(outcome, one)
        if why.code == "costlier_order":
            best = max(
                sum(votes[a][b] for at, a in enumerate(order) for b in order[at + 1 :])
                for order in permutations(poll.candidates)
                if order[0] == one
            )
            assert why.votes == best


def test_an_order_of_very_many_is_not_counted_again(monkeypatch):
    outcome = count_ranked("kemeny", THREE, Rankings.of(3, [(0, 1, 2)]))
    monkeypatch.setattr("tally.ranked.kemeny.MOST_SETS", 2)
    why = why_not(outcome, 1)
    assert (why.code, why.votes, why.rival_votes, why.gap) == ("costlier_order", None, 3, None)


@given(pairwise_profiles.polls())
def test_the_votes_of_pairs_come_back_from_the_outcome(poll):
    outcome = count_ranked("smith", poll.contest, poll.rankings)
    votes, found = pairwise(poll.contest, poll.rankings), votes_of(outcome)
    assert (found.ballots, found.matrix()) == (votes.ballots, votes.matrix())
    assert found.standing == votes.standing


def test_a_tie_of_bucklin_without_any_ballot_is_told():
    why = why_not(count_ranked("bucklin", THREE, Rankings.of(3, []), policy=("order",)), 1)
    assert (why.code, why.round, why.votes, why.rival, why.gap) == ("tie_lost", 0, 0, 0, 0)


def test_votes_past_63_bits_come_back_as_well():
    outcome = count_ranked("minimax_winning", THREE, Rankings.of(3, [(0, 1), (1,)], [2**64, 2**63]))
    why = why_not(outcome, 1)
    assert (why.code, why.votes, why.rival_votes, why.gap) == ("worse_defeat", 2**64, 0, 2**64)
    assert [(defeat.winner, defeat.margin) for defeat in why.defeats] == [(0, 2**63)]


def test_a_runoff_of_star_is_told_by_the_round_that_decided():
    points = pairwise_profiles.scored(
        3, [({0: 5, 1: 1}, 2), ({1: 4, 0: 3}, 3), ({2: 5}, 1), ({0: 1}, 1)]
    )
    outcome = count_ranked("star", THREE, points)
    assert [turn.votes for turn in outcome.rounds] == [
        ((0, 20), (1, 14), (2, 5)), ((0, 3), (1, 3)),
    ]  # fmt: skip
    level = why_not(outcome, 1)  # level in the runoff: the points decide
    assert (level.code, level.round, level.votes, level.rival_votes) == ("fewer", 1, 14, 20)
    last = why_not(outcome, 2)
    assert (last.code, last.round, last.rival, last.gap) == ("fewer", 1, 1, 9)
    clear = count_ranked("star", THREE, pairwise_profiles.scored(3, [({0: 5}, 1), ({1: 3}, 2)]))
    lost = why_not(clear, 1 - clear.winners[0])
    assert (lost.code, lost.round, lost.votes, lost.rival_votes) == ("fewer", 2, 1, 2)


@every_rule
@fewer(5)
@given(any_polls, st.sampled_from(["order", "unsettled"]))
def test_rules_by_rounds_say_why_somebody_was_not_elected(rule: Rule, poll: Poll, policy: str):
    outcome = rule(poll.contest, poll.rankings, poll.ties(policy))
    for one in range(poll.size):
        why = why_not(outcome, one)
        elected = any(one in turn.elected for turn in outcome.rounds)
        assert (why.code == "won") == elected
        if elected:
            continue
        turn = outcome.rounds[why.round - 1]
        votes = dict(turn.votes)
        assert why.votes == votes[one]
        assert (why.code == "undecided") == (
            why.round == len(outcome.rounds)
            and one not in turn.eliminated
            and any(not tie.chosen for tie in outcome.ties)
        )
        if why.code == "eliminated":
            assert one in turn.eliminated
            assert why.together_votes == sum(votes[other] for other in turn.eliminated)
        if why.code == "seats_filled":
            assert why.rival in turn.elected
        if why.rival is not None:
            assert why.gap == votes[why.rival] - votes[one]


@given(polls(most=5))
def test_who_goes_out_of_a_run_off_has_no_more_votes_than_any_who_stays(poll: Poll):
    outcome = count_ranked("irv", poll.contest, poll.rankings)
    for one in range(poll.size):
        why = why_not(outcome, one)
        if why.code == "eliminated":
            assert why.gap >= 0
            assert why.gap > 0 or why.ties


def test_the_last_surplus_is_told_with_what_came_of_it():
    """As docs/explanations.md tells it."""
    contest = Contest.of("Ann", "Ben", "Cai", "Dan", seats=2)
    rankings = Rankings.of(4, [(0, 1), (0, 2), (1,), (2,)], [10, 2, 3, 3])
    outcome = count_ranked("scottish", contest, rankings)
    assert outcome.winners == (0, 1)
    why = why_not(outcome, 2)
    value = Fraction(41666, 10**5)  # 5 of Ann's 12 are above the quota of 7
    assert (why.code, why.round, why.votes) == ("seats_filled", 2, 3 + 2 * value)
    assert (why.rival, why.rival_votes, why.threshold) == (1, 3 + 10 * value, 7)
    assert why.surplus == Surplus(round=2, sources=(0,), moved=12 * value, gained=2 * value)
    assert why.gap == 8 * value
    last = why_not(outcome, 3)
    assert (last.code, last.votes, last.surplus.gained) == ("seats_filled", 0, 0)
    first = count_ranked("irv", THREE, Rankings.of(3, [(0,), (1,)], [2, 1]))
    assert why_not(first, 1).surplus is None


def test_who_was_not_in_the_count_is_told_so():
    contest = Contest(("a", "b"), withdrawn=frozenset({1}))
    rankings = Rankings.of(2, [(0, 1), (1,)])
    for rule in ("irv", "scottish", "schulze_winning", "plurality"):
        assert why_not(count_ranked(rule, contest, rankings), 1).code == "withdrawn"
    with pytest.raises(BallotError, match="none of the 2"):
        why_not(count_ranked("irv", contest, rankings), 2)


def test_a_count_that_is_stopped_or_goes_on_for_show_is_told_so():
    rankings = Rankings.of(4, [(0,), (1,), (2,), (3,)], [9, 4, 2, 1])
    contest = Contest.of("a", "b", "c", "d")
    stopped = rctab(
        THREE, Rankings.of(3, [(0,), (1,), (2,)], [3, 2, 1]), Ties(order=(0, 1, 2)),
        rules=Rules(stop_after_round=1),
    )  # fmt: skip
    assert [why_not(stopped, one).code for one in range(3)] == ["stopped", "stopped", "eliminated"]
    shown = rctab(contest, rankings, Ties(order=(0, 1, 2, 3)), rules=Rules(continue_until_two=True))
    assert shown.rounds[0].elected == (0,)
    assert shown.rounds[-1].transferred == (2,)
    why = why_not(shown, 2)  # went out in a round that could change nothing
    assert (why.code, why.round, why.rival, why.gap) == ("seats_filled", 1, 0, 7)


def test_passes_and_several_surpluses_in_a_round_are_told():
    contest = Contest.of("a", "b", "c", "d", seats=3)
    rankings = Rankings.of(4, [(0, 2), (1, 2), (2,), (3,)], [9, 8, 2, 3])
    terms = {"ties": Ties(order=(0, 1, 2, 3))}
    many = rctab(contest, rankings, rules=Rules(winner_election_mode=MANY_A_ROUND), **terms)
    assert many.rounds[0].elected == (0, 1)
    why = why_not(many, 3)
    assert (why.code, why.surplus.sources, why.surplus.gained) == ("seats_filled", (0, 1), 0)
    passes = rctab(contest, rankings, rules=Rules(winner_election_mode=MULTI_PASS), **terms)
    assert why_not(passes, 3).round == len(passes.rounds)
