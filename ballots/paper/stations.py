"""Stations, and how many voters took a paper ballot at each."""

from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ballots.paper.errors import NoSuchStationError, StationInUseError
from ballots.paper.models import PollStation


def add(session: Session, contest_id: UUID, name: str) -> None:
    """A new station. Raises StationInUseError if there is one of this name."""
    try:
        with session.begin_nested():
            session.add(PollStation(contest_id=contest_id, name=name))
    except IntegrityError as error:
        raise StationInUseError(station=name) from error


def remove(session: Session, contest_id: UUID, name: str) -> None:
    """Forget a station that was never used. Raises StationInUseError, NoSuchStationError."""
    unused = delete(PollStation).where(
        PollStation.contest_id == contest_id, PollStation.name == name, PollStation.handed_out == 0
    )
    try:
        with session.begin_nested():
            removed = session.connection().execute(unused).rowcount
    except IntegrityError as error:
        raise StationInUseError(station=name) from error
    if not removed:
        known = session.get(PollStation, (contest_id, name))
        raise NoSuchStationError(station=name) if known is None else StationInUseError(station=name)


def count_paper(session: Session, contest_id: UUID, name: str) -> None:
    """One more voter took a paper ballot here. Raises NoSuchStationError."""
    one_more = (
        update(PollStation)
        .where(PollStation.contest_id == contest_id, PollStation.name == name)
        .values(handed_out=PollStation.handed_out + 1)
    )
    if not session.connection().execute(one_more).rowcount:
        raise NoSuchStationError(station=name)
