"""What pages and counts read of contests. Nothing here tells what one person chose."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from ballots import kinds, log
from ballots.board.reading import replay
from ballots.board.recount import Marks
from ballots.entries import DISTRICT
from ballots.models import Contest, RollEntry


@dataclass(frozen=True)
class Turnout:
    """How many have voted; of how many, where the roll is a list."""

    voted: int
    roll_size: int | None


def contest_with_slate(session: Session, contest_id: UUID) -> Contest | None:
    """The contest and its options, in two statements; None if there is none."""
    query = select(Contest).options(selectinload(Contest.options)).where(Contest.id == contest_id)
    return session.scalar(query)


def contest(session: Session, contest_id: UUID) -> Contest | None:
    """The contest alone; None if there is none."""
    return session.get(Contest, contest_id)


def has_voted(session: Session, contest_id: UUID, voter_id: str) -> bool:
    """Whether the roll has a mark for this voter."""
    entry = session.get(RollEntry, (contest_id, voter_id))
    return entry is not None and entry.status != "none"


def shows_leaves(session: Session, contest_id: UUID) -> bool:
    """Whether everyone may read the leaves themselves: a choice made before the vote opened."""
    query = select(Contest.publication).where(Contest.id == contest_id)
    return session.scalar(query) == "open"


def turnout(session: Session, contest: Contest) -> Turnout:
    """How many voters have a mark; the size of a roll that fills itself says nothing."""
    marks = select(func.count()).where(
        RollEntry.contest_id == contest.id, RollEntry.status != "none"
    )
    size = select(func.count()).where(RollEntry.contest_id == contest.id)
    listed = contest.roll_kind == "listed"
    return Turnout(session.scalar(marks) or 0, (session.scalar(size) or 0) if listed else None)


def marks(session: Session, contest_id: UUID) -> dict[str, Marks]:
    """District -> how many voters it has, and how many are marked for either channel."""
    query = select(RollEntry.status, func.count()).where(RollEntry.contest_id == contest_id)
    found = dict(session.execute(query.group_by(RollEntry.status)).all())
    voters = sum(found.values())
    return {DISTRICT: Marks(voters, web=found.get("web", 0), paper=found.get("paper", 0))}


def choices_in_box(session: Session, contest_id: UUID) -> Iterator[str]:
    """The choices of every ballot that counts, canonical and sorted: nothing tells their casting.

    Raises
    ------
    LogError : the log does not say what a log may say.
    """
    reading = replay(map(json.loads, log.leaves(session.connection(), contest_id)))
    yield from sorted(kinds.canonical(vote.choices) for vote in reading.votes.values())
