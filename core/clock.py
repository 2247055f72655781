"""The only reader of the time. Everything else is handed `now`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
