"""Circles of majorities: found, as short as can be, and measured exactly."""

from itertools import pairwise as neighbours

import pytest
from hypothesis import given

from tally.errors import BallotError
from tally.ranked import Contest, Rankings
from tally.ranked.circles import beats_all, circle, duel, weakest
from tally.ranked.pairwise import Pairwise, pairwise
from tally.ranked.smith import smith
from tests.tally.pairwise_profiles import Poll, open_ties, polls


def votes_of(*ballots: tuple[int, tuple[int, ...]], size: int = 3) -> Pairwise:
    contest = Contest.of(*map(str, range(size)))
    rows, weights = [ballot for _, ballot in ballots], [weight for weight, _ in ballots]
    return pairwise(contest, Rankings.of(size, rows, weights))


def test_votes_for_the_winner_lead_and_share_can_each_call_another_defeat_the_weakest():
    votes = votes_of((3, (0, 1)), (2, (2, 0)), (2, (1, 2)), (3, (2,)), (1, (1, 0)))
    found = {(one.winner, one.loser): (one.votes, one.against) for one in circle(votes)}
    assert found == {(2, 0): (7, 4), (0, 1): (5, 3), (1, 2): (6, 5)}
    assert circle(votes)[0] == duel(votes, 2, 0)
    assert weakest(circle(votes), "winning") == duel(votes, 0, 1)
    assert weakest(circle(votes), "margin") == duel(votes, 1, 2)
    assert weakest(circle(votes), "ratio") == duel(votes, 1, 2)


def test_where_two_are_as_weak_none_is_the_weakest():
    votes = votes_of((1, (0, 1, 2)), (1, (1, 2, 0)), (1, (2, 0, 1)))
    assert len(circle(votes)) == 3
    assert weakest(circle(votes), "ratio") is None
    with pytest.raises(BallotError, match="strength is one of"):
        weakest(circle(votes), "opposition")


def test_nobody_who_stands_is_in_no_circle():
    contest = Contest(("a", "b"), withdrawn=frozenset({0, 1}))
    votes = pairwise(contest, Rankings.of(2, [(0, 1)]))
    assert (beats_all(votes), circle(votes)) == (None, ())


def test_level_votes_are_no_circle():
    votes = votes_of((1, (0, 1)), (1, (1, 0)), size=2)
    assert (beats_all(votes), circle(votes)) == (None, ())


@given(poll=polls())
def test_a_circle_is_one_of_defeats_within_the_smith_set(poll: Poll):
    votes = pairwise(poll.contest, poll.rankings)
    top = smith(poll.contest, poll.rankings, open_ties()).winners
    assert beats_all(votes) == (top[0] if len(top) == 1 else None)
    found = circle(votes)
    for one, onward in neighbours([*found, *found[:1]]):
        assert one.votes > one.against
        assert one.loser == onward.winner
        assert one.winner in top
    assert len({one.winner for one in found}) == len(found)
    assert len(found) not in (1, 2)
