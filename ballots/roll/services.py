"""Every act on a listed roll. The session is the caller's; nothing here commits.

The journal says how many, never who: numbers, names and codes stay out of it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ballots import services as ballots
from ballots.errors import ContestClosedError
from ballots.keys import Keys
from ballots.models import Contest, RollEntry
from ballots.roll.checking import (
    Entry,
    Report,
    check_listed,
    check_open_to_change,
    packed,
    unpacked,
)
from ballots.roll.errors import RollDraftGoneError, RollKeyMissingError, RollStillNeededError
from ballots.roll.keys import RollKeys
from ballots.roll.models import ListedVoter, RollDraft
from ballots.succession import queries as successions
from ballots.tokens import services as tokens
from core import codes, journal
from core.db import after_commit
from core.journal import Actor

CHUNK = 5000  # voters written by one statement
LETTERS = 100  # printed at once
CODE_LENGTH = 16  # letters of a one-time code: 80 random bits
# The table instead of the class: a hundred thousand rows need no objects.
_LISTED = insert(ListedVoter.metadata.tables["listed_voters"])
AT_A_DESK = 0  # the batch of codes that were given out at a desk


@dataclass(frozen=True)
class Letter:
    """A code on its way to a voter: it is shown this once."""

    number: str
    neighbourhood: str
    code: str


def keep_draft(session: Session, contest: Contest, report: Report) -> RollDraft:
    """Keep a faultless check until somebody confirms it; it takes the place of an earlier one."""
    body, digest = packed(report.entries)
    draft = session.merge(
        RollDraft(
            contest_id=contest.id, digest=digest, body=body, voters=len(report.entries),
            rules=_rules(contest),
        )
    )  # fmt: skip
    session.flush()
    return draft


def confirm(session: Session, contest: Contest, digest: str, *, actor: Actor, now: datetime) -> int:
    """Put the voters of a checked file on the roll, all or none; gives their number.

    Raises
    ------
    RollDraftGoneError : another check came after, or the roll or its rules are others now.
    NoListError, RollFixedError
    """
    draft = session.get(RollDraft, contest.id)
    if draft is None or draft.digest != digest or draft.rules != _rules(contest):
        raise RollDraftGoneError
    entries = unpacked(draft.body)
    session.delete(draft)
    return put(session, contest, entries, actor=actor, now=now)


def put(
    session: Session, contest: Contest, entries: Sequence[Entry], *, actor: Actor, now: datetime
) -> int:
    """Put voters on the roll, by two statements for each chunk of them.

    Raises
    ------
    RollDraftGoneError : one of the numbers is on the roll by now; none was put.
    NoListError, RollFixedError
    """
    _lock(session, contest)
    check_open_to_change(contest)
    try:
        with session.begin_nested():
            for start in range(0, len(entries), CHUNK):
                rows = [_row(contest, entry) for entry in entries[start : start + CHUNK]]
                ballots.enrol(session, contest.id, [row["voter_id"] for row in rows])
                session.execute(_LISTED, rows)
    except IntegrityError as error:
        raise RollDraftGoneError from error
    _tell(session, actor, "roll.imported", contest, now=now, voters=len(entries))
    return len(entries)


def empty(session: Session, contest: Contest, *, actor: Actor, now: datetime) -> None:
    """Take everybody off the roll again, before voting begins. Raises RollFixedError."""
    _lock(session, contest)
    check_open_to_change(contest)
    _forget(session, contest)
    session.execute(delete(RollEntry).where(RollEntry.contest_id == contest.id))
    _tell(session, actor, "roll.emptied", contest, now=now)


def erase(
    session: Session, contest: Contest, *, keys: RollKeys, actor: Actor, now: datetime
) -> None:
    """Forget who stood on the roll; how many voted, and by which channel, stays.

    The key goes as well, so that backups of the database tell nothing either.

    Raises
    ------
    RollStillNeededError : the vote is not closed.
    """
    check_listed(contest)
    if contest.closed_at is None:
        raise RollStillNeededError
    _forget(session, contest)
    _tell(session, actor, "roll.erased", contest, now=now)
    for one in successions.line(session, contest.id):
        after_commit(session, partial(keys.destroy, one))


def print_letters(
    session: Session,
    contest: Contest,
    *,
    keys: RollKeys,
    actor: Actor,
    now: datetime,
    neighbourhood: str | None = None,
    limit: int = LETTERS,
) -> list[Letter]:
    """Codes for the next voters without one, by neighbourhood and number; none: all have one."""
    _lock(session, contest)
    check_listed(contest)
    waiting = _to_print(contest).where(ListedVoter.batch.is_(None))
    if neighbourhood:
        waiting = waiting.where(ListedVoter.neighbourhood == neighbourhood)
    voters = session.scalars(waiting.limit(limit)).all()
    last = select(func.max(ListedVoter.batch)).where(ListedVoter.contest_id == contest.id)
    batch = (session.scalar(last) or 0) + 1
    letters = _issue(session, contest, voters, keys, batch)
    if letters:
        _tell(session, actor, "roll.letters", contest, now=now, letters=len(letters), batch=batch)
    return letters


def print_again(
    session: Session, contest: Contest, batch: int, *, keys: RollKeys, actor: Actor, now: datetime
) -> list[Letter]:
    """New codes for everybody in a batch of letters; the old ones are void. None: no such batch."""
    _lock(session, contest)
    check_listed(contest)
    voters = session.scalars(_to_print(contest).where(ListedVoter.batch == batch)).all()
    letters = _issue(session, contest, voters, keys, batch)
    if letters:
        _tell(session, actor, "roll.letters", contest, now=now, letters=len(letters), batch=batch)
    return letters


def renew_code(
    session: Session,
    contest: Contest,
    voter: ListedVoter,
    *,
    keys: RollKeys,
    actor: Actor,
    now: datetime,
) -> Letter:
    """A new code for one voter, whose identity was checked; the old one is void."""
    (letter,) = _issue(session, contest, [voter], keys, voter.batch or AT_A_DESK)
    _tell(session, actor, "roll.code_renewed", contest, now=now)
    return letter


def hand_out_paper(
    session: Session,
    contest: Contest,
    voter: ListedVoter,
    *,
    keys: Keys,
    actor: Actor,
    now: datetime,
    station: str | None = None,
    recovery: str = "",
) -> None:
    """Mark the roll for a paper ballot, whose holder's identity was checked.

    Parameters
    ----------
    recovery : code of an unused token that the voter gives back for it

    Raises
    ------
    WrongRecoveryCodeError, TokenUsedError : the token is not given back.
    ContestClosedError : there is no voting now.
    NoSuchStationError : the vote has no such station.
    PaperBallotError : this voter has one already.
    """
    if recovery:
        tokens.surrender(session, contest, voter.voter_id, recovery)
        _tell(session, actor, "roll.token_back", contest, now=now)
    # Shared, as a cast's: clerks work side by side, a close waits for them.
    held = select(Contest.id).where(Contest.id == contest.id).with_for_update(read=True)
    session.execute(held)
    session.refresh(contest)
    if not contest.is_open(now):
        raise ContestClosedError
    ballots.mark_paper(session, contest.id, voter.voter_id, keys=keys, station=station)
    _tell(session, actor, "roll.paper", contest, now=now)


def _issue(
    session: Session,
    contest: Contest,
    voters: Sequence[ListedVoter],
    keys: RollKeys,
    batch: int,
) -> list[Letter]:
    """Codes for voters, by one statement; only their keyed hashes are kept."""
    letters = [
        Letter(voter.number, voter.neighbourhood, codes.new(CODE_LENGTH)) for voter in voters
    ]
    rows = [
        {
            "contest_id": contest.id, "voter_id": voter.voter_id, "batch": batch,
            "code": _sealed(keys, contest, letter.code),
        }
        for voter, letter in zip(voters, letters, strict=True)
    ]  # fmt: skip
    if rows:
        session.execute(update(ListedVoter), rows)
    return letters


def _sealed(keys: RollKeys, contest: Contest, code: str) -> bytes:
    try:
        return keys.code(contest.id, code)
    except FileNotFoundError:
        raise RollKeyMissingError from None


def _to_print(contest: Contest) -> Any:
    """Voters of a contest whom a letter serves: not those who have voted on paper."""
    return (
        select(ListedVoter)
        .join(
            RollEntry,
            (RollEntry.contest_id == ListedVoter.contest_id)
            & (RollEntry.voter_id == ListedVoter.voter_id),
        )
        .where(ListedVoter.contest_id == contest.id, RollEntry.status != "paper")
        .order_by(ListedVoter.neighbourhood, ListedVoter.number)
    )


def _row(contest: Contest, entry: Entry) -> dict[str, Any]:
    return {
        "contest_id": contest.id, "voter_id": uuid4().hex, "number": entry.number,
        "person": entry.person, "neighbourhood": entry.neighbourhood, "ground": entry.ground,
        "code": None, "batch": None,
    }  # fmt: skip


def _forget(session: Session, contest: Contest) -> None:
    session.execute(delete(RollDraft).where(RollDraft.contest_id == contest.id))
    session.execute(delete(ListedVoter).where(ListedVoter.contest_id == contest.id))


def _lock(session: Session, contest: Contest) -> None:
    """Nobody opens the vote, prints letters or changes the roll of this contest meanwhile."""
    session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update())
    session.refresh(contest)


def _rules(contest: Contest) -> str:
    electorate = contest.electorate
    facts = [
        str(electorate.age_on), sorted(electorate.grounds), sorted(electorate.neighbourhoods),
        electorate.least_age,
    ]  # fmt: skip
    return json.dumps(facts)


def _tell(
    session: Session, actor: Actor, act: str, contest: Contest, *, now: datetime, **values: Any
) -> None:
    journal.record(
        session, actor, act, about="contest", about_id=contest.id, now=now,
        title_ko=contest.title_ko, title_en=contest.title_en, **values,
    )  # fmt: skip
