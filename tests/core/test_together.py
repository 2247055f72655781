"""Calls that come at the same time share one act."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.together import MOST, Together


class Act:
    """Doubles numbers, refuses odd ones; the first act waits until it is let go."""

    def __init__(self) -> None:
        self.acts: list[list[int]] = []
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self, given):
        self.acts.append(list(given))
        self.has_begun.set()
        self.may_end.wait(20)
        if 0 in given:
            raise ZeroDivisionError
        return [ValueError(number) if number % 2 else number * 2 for number in given]


def waiting_behind(together, act, numbers):
    """The futures of all `numbers`: the first acts, until the others wait behind it."""
    pool = ThreadPoolExecutor(len(numbers))
    futures = [pool.submit(together, numbers[0])]
    act.has_begun.wait(20)
    futures += [pool.submit(together, number) for number in numbers[1:]]
    while len(together._waiting) < len(numbers) - 1:
        pass
    act.may_end.set()
    return futures


def test_who_comes_alone_is_acted_for_alone():
    act = Act()
    act.may_end.set()
    together = Together(act)
    assert [together(number) for number in (2, 4)] == [4, 8]
    assert act.acts == [[2], [4]]


def test_who_comes_meanwhile_shares_the_next_act():
    act = Act()
    numbers = list(range(2, 2 * MOST + 20, 2))
    futures = waiting_behind(Together(act), act, numbers)
    assert [future.result(20) for future in futures] == [number * 2 for number in numbers]
    assert [len(done) for done in act.acts] == [1, MOST, len(numbers) - MOST - 1]


def test_an_error_as_an_answer_is_of_one_alone():
    act = Act()
    futures = waiting_behind(Together(act), act, [2, 3, 4])
    assert futures[2].result(20) == 8
    with pytest.raises(ValueError, match="3"):
        futures[1].result(20)


def test_what_the_act_raises_is_raised_to_all_and_work_goes_on():
    act = Act()
    together = Together(act)
    futures = waiting_behind(together, act, [2, 0, 4])
    for future in futures[1:]:
        with pytest.raises(ZeroDivisionError):
            future.result(20)
    assert together(6) == 12


def test_no_thread_waits_for_ever_when_one_is_stopped():
    def stop(_given):
        raise KeyboardInterrupt

    together = Together(stop)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            together(1)


def test_a_pause_lets_others_come_to_the_first_act():
    act, barrier = Act(), threading.Barrier(5)
    act.may_end.set()
    together = Together(act, pause=0.5)

    def call(number):
        barrier.wait()
        return together(number)

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(call, (2, 4, 6, 8, 10))) == [4, 8, 12, 16, 20]
    assert [sorted(done) for done in act.acts] == [[2, 4, 6, 8, 10]]
