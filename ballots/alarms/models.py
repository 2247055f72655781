"""Two totals an hour of each open vote: all that alarms need to know of time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class HourlyCount(Base):
    """How many had voted, and how often in all, when an hour of the clock began.

    Nobody's own time can be read off it but by whoever sees that just one person voted within an
    hour, which the public size of the log tells too. It is deleted when the vote is closed.
    """

    __tablename__ = "hourly_counts"

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    voters: Mapped[int]
    casts: Mapped[int]
