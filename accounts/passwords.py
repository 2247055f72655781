"""Passwords: hashed by argon2id, away from the server's loop, so that other requests go on."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import gevent
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gevent import monkey

SHORTEST = 10
# Length is what helps; these are the ones that everybody tries first.
COMMON = frozenset(
    {"1234567890", "0123456789", "1q2w3e4r5t", "qwertyuiop", "password123", "gwangmyeong"}
)

T = TypeVar("T")

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """The password's hash, with its own salt and parameters in it."""
    return _away(lambda: _hasher.hash(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether `password` belongs to `kept`; as slow for nobody (None) as for somebody.

    An erased account's hash is empty, and no password belongs to it.
    """
    return _away(lambda: _verify(password, kept or _nobody())) and bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether `kept` was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def _verify(password: str, kept: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def _away(work: Callable[[], T]) -> T:
    """Do `work` in a real thread under gevent: three hashes would stop every request for 0.5 s."""
    if monkey.is_module_patched("threading"):
        done: T = gevent.get_hub().threadpool.apply(work)
        return done
    return work()
