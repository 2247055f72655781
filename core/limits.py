"""Slow down guessing: a view marked `@limited` answers only so often to one caller."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request
from limits import parse_many
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from core.errors import RoomError

P = ParamSpec("P")
R = TypeVar("R")


class TooManyAttemptsError(RoomError):
    """This caller has tried too often; wait."""


def start(app: Flask, storage: str) -> None:
    """Keep the counts in `storage` (a URI of the `limits` package)."""
    app.extensions["limiter"] = MovingWindowRateLimiter(storage_from_string(storage))


def limited(rates: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Refuse a caller's POSTs beyond `rates`, for example ``"10 per minute; 60 per hour"``."""
    limits = parse_many(rates)

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method == "POST":
                limiter: MovingWindowRateLimiter = current_app.extensions["limiter"]
                caller = request.remote_addr or "unknown"
                if not all(limiter.hit(limit, request.endpoint or "", caller) for limit in limits):
                    raise TooManyAttemptsError
            return view(*args, **kwargs)

        return guarded

    return mark
