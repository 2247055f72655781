"""How many examples a law is tried on; the profile says how many in all (tests/conftest.py)."""

from hypothesis import settings


def fewer(by: int) -> settings:
    """The profile's examples divided by `by`, but 5 at least, for a law whose examples take long."""
    return settings(max_examples=max(5, settings.default.max_examples // by))
