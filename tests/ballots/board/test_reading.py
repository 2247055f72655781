"""Reading a log leaf by leaf, where whole logs do not show enough."""

import pytest

from ballots.board.reading import LogError, Reading
from tests.ballots.board.made import MANIFEST, ROLL, ROLLHASHES, events, leaf, opening


def test_a_change_of_the_roll_is_followed():
    reading = Reading()
    for one in events():
        reading.take(one)
    assert reading.rollhash == ROLLHASHES[1]
    assert reading.voters == sum(ROLL.values())  # two came and two went


def test_a_leaf_that_may_not_stand_here_is_passed_over_and_counted():
    reading = Reading()
    reading.take(opening())
    ballot = leaf("ballot", MANIFEST.election)
    reading.pass_over(ballot)
    assert (reading.size, reading.kinds["ballot"], reading.votes) == (2, 1, {})
    close = leaf("close", MANIFEST.election, n=99)
    reading.pass_over(close)
    assert reading.closed == close  # a close that only miscounts closes
    with pytest.raises(LogError, match="after the close"):
        reading.take(ballot)


def test_a_close_of_another_election_closes_nothing():
    reading = Reading()
    reading.take(opening())
    reading.pass_over(leaf("close", "another"))
    assert not reading.closed
