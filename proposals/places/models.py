"""Where proposals are, and the outlines of the city's neighbourhoods."""

from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class District(Base):
    """The outline of a neighbourhood, as proposals/places/geometry.py keeps it."""

    __tablename__ = "districts"

    slug: Mapped[str] = mapped_column(ForeignKey("neighbourhoods.slug"), primary_key=True)
    outline: Mapped[list[list[list[list[int]]]]] = mapped_column(JSON)


class ProposalPoint(Base):
    """The point of a proposal, in millionths of a degree."""

    __tablename__ = "proposal_points"
    __table_args__ = (
        CheckConstraint(
            "latitude BETWEEN -90000000 AND 90000000 "
            "AND longitude BETWEEN -180000000 AND 180000000",
            name="on_earth",
        ),
        Index("ix_proposal_points_latitude_longitude", "latitude", "longitude"),
    )

    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    latitude: Mapped[int]
    longitude: Mapped[int]
