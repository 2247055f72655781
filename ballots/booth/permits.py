"""Permits for the booth: given to a voter who was checked, good once and for a short while."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.orm import Session

from ballots import services
from ballots.booth.errors import WrongPermitError
from ballots.booth.models import BoothPermit
from ballots.errors import (
    ContestClosedError,
    NotOnRollError,
    PaperBallotError,
    WrongCredentialError,
)
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.models import Contest, RollEntry
from ballots.services import Paper
from core import codes

LENGTH = 8  # letters of a code: 40 bits
GOOD_FOR = timedelta(minutes=15)


def give(session: Session, contest: Contest, voter_id: str, *, now: datetime) -> str:
    """A code with which this voter, whose identity was checked, votes once at a booth.

    It takes the place of an earlier one that was not used.

    Raises
    ------
    ContestClosedError, NotOnRollError
    PaperBallotError : this voter has a paper ballot already.
    WrongCredentialError : ballots of this vote bear tokens, and no booth makes those.
    """
    if not contest.is_open(now):
        raise ContestClosedError
    if contest.credential != "linked":
        raise WrongCredentialError
    entry = session.get(RollEntry, (contest.id, voter_id))
    if entry is None:
        raise NotOnRollError(number=1)
    if entry.status == "paper":
        raise PaperBallotError
    code = codes.new(LENGTH)
    session.execute(delete(BoothPermit).where(BoothPermit.until <= now))
    session.merge(
        BoothPermit(
            contest_id=contest.id, voter_id=voter_id, code=_hash(code), until=now + GOOD_FOR
        )
    )
    session.flush()
    return code


def check(session: Session, contest_id: UUID, code: str, *, now: datetime) -> None:
    """Make sure that a code is good, without using it. Raises WrongPermitError."""
    live = exists().where(
        BoothPermit.contest_id == contest_id,
        BoothPermit.code == _hash(code),
        BoothPermit.until > now,
    )
    if not session.scalar(select(live)):
        raise WrongPermitError


def cast(
    connection: Connection, contest_id: UUID, code: str, choices: Choices, *,
    keys: Keys, now: datetime,
) -> str:  # fmt: skip
    """Use a permit and cast its voter's ballot, both or neither; gives the receipt code.

    Raises
    ------
    WrongPermitError
    RoomError : as `services.cast`; the permit stays good.
    """
    used = (
        delete(BoothPermit)
        .where(
            BoothPermit.contest_id == contest_id,
            BoothPermit.code == _hash(code),
            BoothPermit.until > now,
        )
        .returning(BoothPermit.voter_id)
    )
    voter_id = connection.scalar(used)
    if voter_id is None:
        raise WrongPermitError
    paper = Paper(voter_id, choices)
    (receipt,) = services.cast(connection, contest_id, [paper], keys=keys, now=now, channel="booth")
    return receipt


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
