"""Work beside the site: looked for again and again, until it is stopped."""

import os
import signal
import threading

import pytest

from app.beside import again_and_again, in_a_thread, until_a_signal


def test_turns_are_taken_until_nothing_is_left_and_a_fault_ends_a_look_alone():
    fault = RuntimeError("the database is away")
    stopped, told, left = threading.Event(), [], [2, 1, fault, 3, 0, 0]

    def turn() -> int:
        step = left.pop(0)
        if not left:
            stopped.set()
        if isinstance(step, Exception):
            raise step
        return step

    again_and_again(turn, stopped, pause=0, failed=told.append)
    assert told == [fault]
    assert left == []


def test_who_is_stopped_takes_no_further_turn():
    stopped = threading.Event()

    def turn() -> int:
        assert not stopped.is_set()
        stopped.set()
        return 1

    again_and_again(turn, stopped, pause=60, failed=pytest.fail)
    assert stopped.is_set()


def test_a_thread_ends_by_its_event():
    begun, ended = threading.Event(), threading.Event()

    def work(stopped: threading.Event) -> None:
        begun.set()
        stopped.wait()
        ended.set()

    stopped = in_a_thread(work)
    assert begun.wait(5)
    assert not ended.is_set()
    stopped.set()
    assert ended.wait(5)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_asked_to_end_says_so(ending):
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        stopped = until_a_signal()
        assert not stopped.is_set()
        os.kill(os.getpid(), ending)
        assert stopped.wait(5)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
