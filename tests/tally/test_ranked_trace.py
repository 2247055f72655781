"""What a count did with one candidate and one ballot, held against the count itself."""

from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given, settings

from tally.errors import BallotError, UnknownRuleError
from tally.ranked import Contest, Count, RankedOutcome, Rankings, count_ranked
from tally.ranked.ballot_trace import ballot_pairs, ballot_trace
from tally.ranked.trace import candidate_story
from tests.tally.runoff_profiles import Poll
from tests.tally.test_ranked_laws_runoff import Rule, any_polls, every_rule

ANN_BEN_CAI = Contest.of("Ann", "Ben", "Cai", seats=2)
COUNCIL = Rankings.of(3, [(0, 1), (0, 2), (1, 2), (2,)], [8, 4, 3, 5])


def told(turn: Count) -> tuple[dict[int, Fraction], dict[str, Fraction]]:
    return {one: said for one, said in turn.votes if said}, dict(turn.exhausted)


@every_rule
@settings(max_examples=50)
@given(any_polls)
def test_the_parts_of_all_ballots_are_the_votes_of_every_round(rule: Rule, poll: Poll):
    outcome = rule(poll.contest, poll.rankings, poll.ties())
    votes = [defaultdict(Fraction) for _ in outcome.rounds]
    exhausted = [defaultdict(Fraction) for _ in outcome.rounds]
    for ballot, weight in poll.ballots:
        holds = ballot_trace(outcome, poll.contest, ballot)
        assert [hold.round for hold in holds] == list(range(1, len(outcome.rounds) + 1))
        for hold in holds:
            assert sum(part for _, part in hold.parts + hold.exhausted) == 1
            assert all(part > 0 for _, part in hold.parts + hold.exhausted)
            for one, part in hold.parts:
                votes[hold.round - 1][one] += part * weight
            for why, part in hold.exhausted:
                exhausted[hold.round - 1][why] += part * weight
    assert list(zip(votes, exhausted, strict=True)) == [told(turn) for turn in outcome.rounds]
