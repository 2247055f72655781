"""A short kill loop (`make kill-loop` is the long one): each step of the box, about twice."""

from tests.ballots import kill_loop


def test_killed_at_every_step_the_box_keeps_its_word(database, tmp_path):
    found = kill_loop.kill(kill_loop.opened(database, tmp_path), 25)
    assert (found.lost, found.doubled, found.forks) == (0, 0, 0)
    assert found.acknowledged
