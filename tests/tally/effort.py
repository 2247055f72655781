"""How much is tried in the gate: examples of a law by the profile, and which real elections."""

from typing import Any

import pytest
from hypothesis import settings


def fewer(by: int) -> settings:
    """The profile's examples divided by `by`, but 5 at least, for a law whose examples take long."""
    return settings(max_examples=max(5, settings.default.max_examples // by))


def slowly(case: str, is_slow: bool) -> Any:
    """The case of a test, left to `make agreement` if it is slow."""
    return pytest.param(case, marks=[pytest.mark.slow] if is_slow else [])
