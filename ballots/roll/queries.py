"""What pages read of a listed roll. No page's cost grows with the roll, only with what it shows."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session

from ballots.eligibility import Electorate
from ballots.models import Contest, RollEntry
from ballots.roll.errors import RollKeyMissingError
from ballots.roll.keys import RollKeys
from ballots.roll.models import ListedVoter, RollDraft
from ballots.succession import queries as successions
from ballots.succession.queries import Loss

_VOTERS = ListedVoter.metadata.tables["listed_voters"]
# The table instead of the class, built once: this runs for every page of who votes by code.
_BY_CODE = select(_VOTERS.c.voter_id).where(
    _VOTERS.c.contest_id == bindparam("contest_id"), _VOTERS.c.code == bindparam("code")
)


@dataclass(frozen=True)
class Terms:
    """Which people a contest takes for its voters."""

    roll_kind: str
    electorate: Electorate
    is_fixed: bool  # voting has begun: this never changes again
    losses: tuple[Loss, ...] = ()  # of the logs that this contest's continues


@dataclass(frozen=True)
class Record:
    """What the roll says of one voter: whether and how often, never when or what."""

    status: str  # none, web or paper
    casts: int


@dataclass(frozen=True)
class Summary:
    """A listed roll in figures."""

    voters: int
    with_code: int
    last_batch: int


def terms(session: Session, contest_id: UUID) -> Terms | None:
    """The contest's terms; None if there is no such contest."""
    contest = session.get(Contest, contest_id)
    if contest is None:
        return None
    losses = tuple(successions.losses(session, contest_id))
    is_fixed = contest.opened_at is not None
    return Terms(contest.roll_kind, contest.electorate, is_fixed, losses)


def by_code(connection: Connection, contest_id: UUID, sealed: bytes) -> str | None:
    """The voter whose code has this keyed hash now; None if there is none."""
    found: str | None = connection.scalar(_BY_CODE, {"contest_id": contest_id, "code": sealed})
    return found


def record(session: Session, contest_id: UUID, voter_id: str) -> Record:
    """What the roll says of this voter; who is not on it has nothing recorded."""
    entry = session.get(RollEntry, (contest_id, voter_id))
    return Record(entry.status, entry.casts) if entry else Record("none", 0)


def summary(session: Session, contest_id: UUID) -> Summary:
    """The roll in figures, by one statement."""
    query = select(func.count(), func.count(ListedVoter.code), func.max(ListedVoter.batch)).where(
        ListedVoter.contest_id == contest_id
    )
    voters, with_code, last_batch = session.execute(query).one()
    return Summary(voters, with_code, last_batch or 0)


def draft(session: Session, contest_id: UUID) -> RollDraft | None:
    """The checked import that waits to be confirmed; None if there is none."""
    return session.get(RollDraft, contest_id)


def by_number(session: Session, contest_id: UUID, number: str) -> ListedVoter | None:
    """The voter with this number; None if there is none."""
    query = select(ListedVoter).where(
        ListedVoter.contest_id == contest_id, ListedVoter.number == number
    )
    return session.scalar(query)


def identified(
    session: Session, contest_id: UUID, name: str, born: date, number: str, *, keys: RollKeys
) -> list[ListedVoter]:
    """Voters with this name and birth date; of namesakes the one with `number`, if it is given.

    Two at most: more would not help to tell them apart.

    Raises
    ------
    RollKeyMissingError : nobody can be found by name.
    """
    try:
        person = keys.person(contest_id, name, born)
    except FileNotFoundError:
        raise RollKeyMissingError from None
    query = select(ListedVoter).where(
        ListedVoter.contest_id == contest_id, ListedVoter.person == person
    )
    if number:
        query = query.where(ListedVoter.number == number)
    return list(session.scalars(query.limit(2)))
