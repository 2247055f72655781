"""Slow down guessing: a view marked `@limited` answers only so often to one caller."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request
from limits import parse_many
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from core.errors import RoomError

P = ParamSpec("P")
R = TypeVar("R")
_MINUTE = timedelta(minutes=1)


class TooManyAttemptsError(RoomError):
    """This caller has tried too often; wait."""


def start(app: Flask, storage: str) -> None:
    """Keep the counts in `storage` (a URI of the `limits` package)."""
    app.extensions["limiter"] = MovingWindowRateLimiter(storage_from_string(storage))


def _address() -> str:
    return request.remote_addr or "unknown"


def limited(
    rates: str, *, by: Callable[[], str] = _address
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Refuse a caller's POSTs beyond `rates`, for example ``"10 per minute; 60 per hour"``.

    Callers are told apart `by` their address, or by what that function gives.
    """
    limits = parse_many(rates)

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method == "POST":
                limiter: MovingWindowRateLimiter = current_app.extensions["limiter"]
                caller = by()
                if not all(limiter.hit(limit, request.endpoint or "", caller) for limit in limits):
                    raise TooManyAttemptsError
            return view(*args, **kwargs)

        return guarded

    return mark


@dataclass
class Pace:
    """A limit within one connection, which needs no storage: `most` acts in a minute."""

    most: int
    began: datetime | None = None
    count: int = 0

    def step(self, now: datetime) -> None:
        """Count one act; TooManyAttemptsError if it is one too many."""
        if self.began is None or now - self.began >= _MINUTE:
            self.began, self.count = now, 0
        self.count += 1
        if self.count > self.most:
            raise TooManyAttemptsError
