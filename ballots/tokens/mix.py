"""How long ballots by token wait for each other before they go into the log, mixed."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Mix:
    """They wait for the end of a window of time, and for so many ballots; the close lets all in."""

    window: timedelta = timedelta(minutes=10)
    ballots: int = 32

    def ends(self, begun: datetime) -> datetime:
        """Before which moment no ballot of a window that began then goes into the log."""
        return begun + self.window
