"""Proposing amendments, and what the authors make of each part. The session is the caller's."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import journal
from core.journal import CITIZEN, Actor
from proposals import services as proposals
from proposals import workflow
from proposals.amendments import hunks, queries
from proposals.amendments.errors import (
    BrokenTextError,
    DecidedPartError,
    MovedPartError,
    NotAmendableError,
    NothingAmendedError,
    OwnAmendmentError,
    TooManyAmendmentsError,
)
from proposals.amendments.hunks import Hunk
from proposals.amendments.models import Amendment, AmendmentPart, State
from proposals.errors import FrozenProposalError, NotYourProposalError, ReasonNeededError
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.services import Text
from proposals.versions import keeping
from proposals.versions import queries as versions
from proposals.versions.errors import NoSuchVersionError
from proposals.versions.models import Kind
from proposals.writing import services as writing

MOST_OPEN = 3  # amendments of one person to one proposal that wait


def check_amendable(session: Session, proposal: Proposal) -> None:
    """Raise NotAmendableError unless amendments may be proposed now, and somebody can decide."""
    if proposal.status not in workflow.AMENDABLE or not people.writers(session, proposal):
        raise NotAmendableError


def propose(
    session: Session,
    proposal: Proposal,
    text: Text,
    *,
    base: int,
    reason: str,
    account_id: UUID,
    now: datetime,
) -> Amendment:
    """The changes that `text` makes to the version `base`, part by part.

    The same sent twice, as with a double click, is one amendment.

    Raises
    ------
    NotAmendableError, NoSuchVersionError, NothingAmendedError
    TooManyAmendmentsError : this person's others wait still.
    """
    writing.opened(session, proposal)  # the lock of all that is done to the text
    session.refresh(proposal)
    check_amendable(session, proposal)
    seen = versions.extent(session, proposal.id, belongs=False)
    version = versions.one(session, proposal.id, base) if base in seen else None
    if version is None:
        raise NoSuchVersionError
    was = asdict(versions.text_of(version))
    parts = hunks.hunks(hunks.spelled(was), hunks.spelled(asdict(text)))
    if not parts:
        raise NothingAmendedError
    digest = _digest(base, parts, reason)
    waiting = queries.open_of(session, proposal.id, account_id)
    for amendment in waiting:
        if amendment.digest == digest:
            return amendment
    if len(waiting) >= MOST_OPEN:
        raise TooManyAmendmentsError(open=len(waiting))
    made = _add(session, proposal.id, parts, base=base, reason=reason, digest=digest,
                account_id=account_id, made_at=now)  # fmt: skip
    _tell(session, "proposal.amendment_proposed", made, account_id, now=now, base=base)
    return made


def accept(
    session: Session, amendment: Amendment, number: int, *, account_id: UUID, now: datetime
) -> int:
    """Put one part into the text as it is now; gives the version that has it.

    The words are the amender's. Accepting twice is accepting once.

    Raises
    ------
    NotYourProposalError, OwnAmendmentError, FrozenProposalError : who, and when.
    DecidedPartError : it was declined, or taken back.
    MovedPartError : the text has moved on, and the part fits nowhere clearly.
    BrokenTextError : the proposal could not be handed in like that.
    """
    proposal = _decidable(session, amendment, account_id)
    part = _part(amendment, number)
    if part.state == State.ACCEPTED and part.version is not None:
        return part.version
    _check_open(part)
    before = proposals.current(session, proposal)
    version = versions.one(session, proposal.id, amendment.base)
    if version is None:
        raise NoSuchVersionError
    base = hunks.spelled(asdict(versions.text_of(version)))
    fit = hunks.fitted(part.hunk, base[part.field], hunks.spelled(asdict(before))[part.field])
    if fit is None:
        raise MovedPartError
    changes: dict[str, Any] = {part.field: hunks.valued(part.field, fit.value)}
    text = replace(before, **changes)
    if {*proposals.missing(text), *proposals.too_long(text)} & changes.keys():
        raise BrokenTextError
    older = keeping.set_aside(session, proposal, asdict(before), account_id=account_id, now=now)
    newer = older
    if text != before:
        proposals.amend(session, proposal, text, writer_id=amendment.account_id, now=now)
        newer = keeping.keep(
            session, proposal, asdict(text), Kind.AMENDED, account_id=account_id, now=now,
            source=amendment.number, credit_id=amendment.account_id,
        )  # fmt: skip
    _decide(part, State.ACCEPTED, account_id, now)
    part.version = newer
    session.flush()
    _tell(
        session, "proposal.amended", amendment, account_id, now=now, part=number, how=fit.how,
        before=older, after=newer,
    )  # fmt: skip
    return newer


def decline(
    session: Session,
    amendment: Amendment,
    number: int,
    *,
    why: str,
    account_id: UUID,
    now: datetime,
) -> None:
    """Leave one part out, for a reason that everyone can read.

    Raises
    ------
    NotYourProposalError, OwnAmendmentError, FrozenProposalError : who, and when.
    ReasonNeededError, DecidedPartError
    """
    _decidable(session, amendment, account_id)
    part = _part(amendment, number)
    _check_open(part)
    if not why:
        raise ReasonNeededError(to=State.DECLINED)
    _decide(part, State.DECLINED, account_id, now)
    part.why = why
    session.flush()
    _tell(
        session, "proposal.amendment_declined", amendment, account_id, now=now, part=number,
        why=why,
    )  # fmt: skip


def withdraw(session: Session, amendment: Amendment, *, account_id: UUID, now: datetime) -> None:
    """Take back what is not decided yet; what was accepted stays in the text.

    Raises
    ------
    NotYourProposalError : somebody else's.
    DecidedPartError : nothing of it waits.
    """
    if amendment.account_id != account_id:
        raise NotYourProposalError
    _locked(session, amendment)
    waiting = [part for part in amendment.parts if part.state == State.OPEN]
    if not waiting:
        raise DecidedPartError
    for part in waiting:
        _decide(part, State.WITHDRAWN, account_id, now)
    session.flush()
    _tell(session, "proposal.amendment_withdrawn", amendment, account_id, now=now)


def may_decide(
    session: Session, proposal: Proposal, amendment: Amendment, account_id: UUID | None
) -> bool:
    """Whether this person may accept and decline parts of it now."""
    writers = {writer.account_id for writer in people.writers(session, proposal)}
    is_judge = account_id in writers and (len(writers) == 1 or amendment.account_id != account_id)
    return is_judge and proposal.status in workflow.AMENDABLE


def _add(session: Session, proposal_id: UUID, parts: Sequence[Hunk], **columns: Any) -> Amendment:
    last = select(func.max(Amendment.number)).where(Amendment.proposal_id == proposal_id)
    number = (session.scalar(last) or 0) + 1
    made = Amendment(proposal_id=proposal_id, number=number, **columns)
    made.parts = [
        AmendmentPart(number=serial, **asdict(part)) for serial, part in enumerate(parts, start=1)
    ]
    session.add(made)
    session.flush()
    return made


def _locked(session: Session, amendment: Amendment) -> Proposal:
    """The amendment's proposal, with the lock of its text; both as they stand now."""
    proposal = session.get_one(Proposal, amendment.proposal_id)
    writing.opened(session, proposal)
    session.refresh(proposal)
    session.refresh(amendment, ["parts"])
    for part in amendment.parts:
        session.refresh(part)
    return proposal


def _decidable(session: Session, amendment: Amendment, account_id: UUID) -> Proposal:
    """The same, if this person decides: a writer, and of several not the one who proposed it."""
    proposal = _locked(session, amendment)
    writers = {writer.account_id for writer in people.writers(session, proposal)}
    if account_id not in writers:
        raise NotYourProposalError
    if amendment.account_id == account_id and len(writers) > 1:
        raise OwnAmendmentError
    if proposal.status not in workflow.AMENDABLE:
        raise FrozenProposalError(status=proposal.status)
    return proposal


def _part(amendment: Amendment, number: int) -> AmendmentPart:
    for part in amendment.parts:
        if part.number == number:
            return part
    raise DecidedPartError


def _check_open(part: AmendmentPart) -> None:
    if part.state != State.OPEN:
        raise DecidedPartError


def _decide(part: AmendmentPart, state: State, account_id: UUID, now: datetime) -> None:
    part.state, part.decided_by, part.decided_at = state, account_id, now


def _digest(base: int, parts: Sequence[Hunk], reason: str) -> str:
    said = json.dumps([base, [astuple(part) for part in parts], reason], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _tell(
    session: Session, act: str, amendment: Amendment, account_id: UUID, *, now: datetime,
    **values: Any,
) -> None:  # fmt: skip
    journal.record(
        session, Actor(CITIZEN, account_id), act, about="proposal",
        about_id=amendment.proposal_id, now=now, number=amendment.number, **values,
    )  # fmt: skip
