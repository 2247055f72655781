"""Calls that come at the same time share one act: a statement, a transaction, an fsync.

Whoever comes when nobody acts does so at once, for itself. Whoever comes meanwhile waits, and is
acted for together with all others that wait. So nobody waits for others to come, and the busier it
is, the more share an act. No thread is needed, so processes may fork.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

Given = TypeVar("Given")
Answer = TypeVar("Answer")
MOST = 64  # calls in one act


class _Call(Generic[Given, Answer]):
    """One call, and who waits for its answer."""

    __slots__ = ("answer", "error", "given", "is_done", "turn")

    def __init__(self, given: Given) -> None:
        self.given = given
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self.is_done = False
        self.turn = threading.Event()  # answered, or the first of those that wait


class Together(Generic[Given, Answer]):
    """An act for one or many at once.

    Parameters
    ----------
    act : from what was given by each to the answer of each, in the same order; what it raises is
        raised to all of them. An exception as an answer is raised to that one alone.
    pause : seconds that each act waits for others to come. Where an act never yields, as on SQLite
        under gevent, nobody can come meanwhile, and without a pause each would act alone.
    """

    def __init__(
        self,
        act: Callable[[Sequence[Given]], Sequence[Answer | Exception]],
        *,
        pause: float = 0,
    ) -> None:
        self._act, self._pause = act, pause
        self._waiting: list[_Call[Given, Answer]] = []
        self._lock = threading.Lock()
        self._is_acting = False

    def __call__(self, given: Given) -> Answer:
        """The answer to this one, as soon as an act was done that it is part of."""
        own: _Call[Given, Answer] = _Call(given)
        with self._lock:
            self._waiting.append(own)
            has_to_wait = self._is_acting
            self._is_acting = True
        if has_to_wait:
            own.turn.wait()
        if not own.is_done:
            self._lead()
        if own.error is not None:
            raise own.error
        return cast("Answer", own.answer)

    def _lead(self) -> None:
        """Act for those that wait; the first of those who came meanwhile leads the next act."""
        if self._pause:
            time.sleep(self._pause)
        with self._lock:
            calls, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            self._answer(calls)
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._is_acting = following is not None
            if following is not None:
                following.turn.set()

    def _answer(self, calls: Sequence[_Call[Given, Answer]]) -> None:
        try:
            answers = self._act([call.given for call in calls])
            for call, answer in zip(calls, answers, strict=True):
                if isinstance(answer, Exception):
                    call.error = answer
                else:
                    call.answer = answer
        except BaseException as error:  # whoever waits must not wait for ever
            for call in calls:
                call.error = error
            if not isinstance(error, Exception):
                raise
        finally:
            for call in calls:
                call.is_done = True
                call.turn.set()
