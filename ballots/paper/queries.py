"""What pages and acts read of paper: how far a batch is, and whether stations add up.

Nothing here tells what one clerk typed to anybody but the act or the page that asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from ballots.models import RollEntry
from ballots.paper.models import (
    FIRST,
    SECOND,
    THIRD,
    Batch,
    KeyedSheet,
    Keying,
    LoggedSheet,
    PollStation,
    Reopening,
)

NO_STATION = ""  # marks that name no station


@dataclass(frozen=True)
class StationSum:
    """The sheets of one station beside the voters who took one; zero is said, not left out.

    Attributes
    ----------
    station : NO_STATION for marks of voters who took paper at no station
    declared : sheets of all batches, confirmed or not
    marks : voters of the roll who took a paper ballot here
    """

    station: str
    declared: int = 0
    typed: int = 0
    blank: int = 0
    spoiled: int = 0
    marks: int = 0

    @property
    def logged(self) -> int:
        """Sheets that are in the log, whatever is on them."""
        return self.typed + self.blank + self.spoiled

    @property
    def is_typed(self) -> bool:
        """Whether every sheet that was declared is in the log."""
        return self.logged == self.declared

    @property
    def missing(self) -> int:
        """Voters who took a sheet that did not come out of a box; below zero: sheets too many."""
        return self.marks - self.declared


@dataclass(frozen=True)
class BatchState:
    """How far a batch is.

    Attributes
    ----------
    name : "declared", "typing", "settling" or "closed"
    keyings : those that were begun, by place
    differing : sheets that the two read differently; empty until both are finished
    """

    name: str
    keyings: dict[int, Keying]
    differing: tuple[int, ...] = ()

    @property
    def next_place(self) -> int | None:
        """The place that is free for another account; None if there is none."""
        if self.name == "typing":
            return next((place for place in (FIRST, SECOND) if place not in self.keyings), None)
        return THIRD if self.name == "settling" and THIRD not in self.keyings else None

    @property
    def is_settled(self) -> bool:
        """Whether every sheet is typed twice and nothing differs any more."""
        return self.name == "settled"


def reconciliation(session: Session, contest_id: UUID) -> list[StationSum]:
    """For each station: sheets declared, typed, blank, spoiled, and voters marked `paper`.

    Every station of the contest is there, also one without any sheet; then one line without a
    name, if voters took paper at no station.
    """
    sheets = (
        select(Batch.station, LoggedSheet.state, func.count().label("sheets"))
        .join(LoggedSheet, LoggedSheet.batch_id == Batch.id)
        .where(Batch.contest_id == contest_id)
        .group_by(Batch.station, LoggedSheet.state)
    )
    by_state = {(row.station, row.state): row.sheets for row in session.execute(sheets)}
    declared = (
        select(Batch.station, func.sum(Batch.sheets))
        .where(Batch.contest_id == contest_id)
        .group_by(Batch.station)
    )
    of_station = {station: int(total) for station, total in session.execute(declared)}
    sums = [
        StationSum(
            name, of_station.get(name, 0), by_state.get((name, "typed"), 0),
            by_state.get((name, "blank"), 0), by_state.get((name, "spoiled"), 0), handed_out,
        )
        for name, handed_out in session.execute(
            select(PollStation.name, PollStation.handed_out)
            .where(PollStation.contest_id == contest_id)
            .order_by(PollStation.name)
        )
    ]  # fmt: skip
    marked = select(func.count()).where(
        RollEntry.contest_id == contest_id, RollEntry.status == "paper"
    )
    elsewhere = (session.scalar(marked) or 0) - sum(line.marks for line in sums)
    return sums + ([StationSum(NO_STATION, marks=elsewhere)] if elsewhere else [])


def open_stations(session: Session, contest_id: UUID) -> list[str]:
    """Stations with a batch that is not closed, or whose sheets do not add up."""
    not_closed = select(Batch.station).where(Batch.contest_id == contest_id, ~Batch.is_closed)
    uneven = {line.station for line in reconciliation(session, contest_id) if not line.is_typed}
    return sorted(uneven | set(session.scalars(not_closed)))


def ballots_and_voters(session: Session, contest_id: UUID) -> tuple[int, int]:
    """How many ballots have choices, on paper and by web; and how many voters the roll has."""
    on_paper = (
        select(func.count())
        .select_from(LoggedSheet)
        .join(Batch, Batch.id == LoggedSheet.batch_id)
        .where(Batch.contest_id == contest_id, LoggedSheet.state == "typed")
    )
    roll = select(func.count(), func.count().filter(RollEntry.status == "web")).where(
        RollEntry.contest_id == contest_id
    )
    voters, by_web = session.execute(roll).one()
    return (session.scalar(on_paper) or 0) + by_web, voters


def stations(session: Session, contest_id: UUID) -> list[str]:
    """The names of a contest's stations, in order."""
    query = select(PollStation.name).where(PollStation.contest_id == contest_id)
    return list(session.scalars(query.order_by(PollStation.name)))


def batches(session: Session, contest_id: UUID) -> Sequence[Batch]:
    """All batches of a contest: those without a number first, then by number."""
    query = select(Batch).where(Batch.contest_id == contest_id)
    return session.scalars(query.order_by(func.coalesce(Batch.number, 0), Batch.station)).all()


def batch(session: Session, contest_id: UUID, batch_id: UUID) -> Batch | None:
    """One batch of a contest; None if it has no such one."""
    query = select(Batch).where(Batch.id == batch_id, Batch.contest_id == contest_id)
    return session.scalar(query)


def reopening(session: Session, batch_id: UUID) -> Reopening | None:
    """The proposal to open a batch again; None if there is none."""
    return session.get(Reopening, batch_id)


def state(session: Session, batch: Batch) -> BatchState:
    """How far a batch is; "settled" is seen only by the act that closes it then and there."""
    if batch.number is None:
        return BatchState("declared", {})
    if batch.is_closed:
        return BatchState("closed", {})
    query = select(Keying).where(Keying.batch_id == batch.id)
    keyings = {keying.place: keying for keying in session.scalars(query)}
    if not all(place in keyings and keyings[place].is_done for place in (FIRST, SECOND)):
        return BatchState("typing", keyings)
    differing = _differing(session, batch.id)
    is_settled = not differing or (THIRD in keyings and keyings[THIRD].is_done)
    return BatchState("settled" if is_settled else "settling", keyings, differing)


def keying_of(session: Session, batch_id: UUID, clerk_id: UUID) -> Keying | None:
    """The place that an account has at a batch; None if it has none."""
    query = select(Keying).where(Keying.batch_id == batch_id, Keying.clerk_id == clerk_id)
    return session.scalar(query)


def sheets_due(session: Session, keying: Keying) -> Sequence[int]:
    """What a keying has to type: every sheet that is not in the log; of the third, what differs."""
    if keying.place == THIRD:
        return _differing(session, keying.batch_id)
    declared = session.scalar(select(Batch.sheets).where(Batch.id == keying.batch_id)) or 0
    logged = select(LoggedSheet.sheet).where(LoggedSheet.batch_id == keying.batch_id)
    return sorted(set(range(1, declared + 1)) - set(session.scalars(logged)))


def readings(session: Session, batch_id: UUID, place: int) -> dict[int, str]:
    """Sheet -> reading, as typed by the clerk of a place."""
    query = select(KeyedSheet.sheet, KeyedSheet.reading).where(
        KeyedSheet.batch_id == batch_id, KeyedSheet.place == place
    )
    return {row.sheet: row.reading for row in session.execute(query)}


def clerks(session: Session, batch_id: UUID) -> list[str]:
    """Who typed, by place."""
    query = select(Keying.clerk_id).where(Keying.batch_id == batch_id).order_by(Keying.place)
    return list(map(str, session.scalars(query)))


def positions(session: Session, batch_id: UUID, sheets: Sequence[int]) -> list[int]:
    """Where these sheets stand in the log, in their order."""
    query = select(LoggedSheet.position).where(
        LoggedSheet.batch_id == batch_id, LoggedSheet.sheet.in_(sheets)
    )
    return list(session.scalars(query.order_by(LoggedSheet.sheet)))


def _differing(session: Session, batch_id: UUID) -> tuple[int, ...]:
    one, other = aliased(KeyedSheet), aliased(KeyedSheet)
    query = (
        select(one.sheet)
        .join(other, (other.batch_id == one.batch_id) & (other.sheet == one.sheet))
        .where(one.batch_id == batch_id, one.place == FIRST, other.place == SECOND)
        .where(one.reading != other.reading)
        .order_by(one.sheet)
    )
    return tuple(session.scalars(query))
