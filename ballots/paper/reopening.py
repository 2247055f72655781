"""A closed batch opened again: one officer proposes, another confirms, the log keeps both.

Sheets are made void one by one, each by its leaf, and typed anew by two clerks.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ballots import entries, log
from ballots.models import Contest
from ballots.paper import journal, queries
from ballots.paper.batches import head, hold, lock
from ballots.paper.errors import BatchMovedError, NoSuchSheetError, SamePersonError
from ballots.paper.models import Batch, LoggedSheet, Reopening
from core.journal import Actor


def propose(
    session: Session, contest: Contest, batch: Batch, *, sheets: list[int], why: str,
    document: str, officer_id: UUID,
) -> None:  # fmt: skip
    """Propose to make sheets of a closed batch void.

    Raises
    ------
    NoSuchSheetError : one of them is not in the batch; `sheet`.
    BatchMovedError : the batch is not closed, or there is a proposal already.
    PaperNotOpenError
    """
    hold(session, contest)
    lock(session, batch)
    if not batch.is_closed:
        raise BatchMovedError
    unknown = [sheet for sheet in sheets if not 1 <= sheet <= batch.sheets]
    if unknown or not sheets:
        raise NoSuchSheetError(sheet=unknown[0] if unknown else 0)
    try:
        with session.begin_nested():
            session.add(
                Reopening(
                    batch_id=batch.id, sheets=sorted(set(sheets)), why=why, document=document,
                    proposed_by=officer_id,
                )
            )  # fmt: skip
    except IntegrityError as error:
        raise BatchMovedError from error


def confirm(
    session: Session, contest: Contest, batch: Batch, *, officer_id: UUID, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """The second officer's word: the sheets are void, and are to be typed anew.

    Raises
    ------
    SamePersonError : who proposed it cannot confirm it.
    BatchMovedError : there is no proposal.
    PaperNotOpenError, LogHaltedError
    """
    hold(session, contest)
    lock(session, batch)
    proposal = session.get(Reopening, batch.id)
    if proposal is None:
        raise BatchMovedError
    if proposal.proposed_by == officer_id:
        raise SamePersonError
    by = (str(proposal.proposed_by), str(officer_id))
    places = queries.positions(session, batch.id, proposal.sheets)
    board = head(session, contest.id)
    leaves = [
        entries.void(board.election, place, proposal.why, proposal.document, by) for place in places
    ]
    log.append(session.connection(), board, leaves)
    session.execute(
        delete(LoggedSheet).where(
            LoggedSheet.batch_id == batch.id, LoggedSheet.sheet.in_(proposal.sheets)
        )
    )
    batch.is_closed = False
    session.delete(proposal)
    session.flush()
    journal.record(
        session, actor, "paper.reopened", contest, batch, now=now, why=proposal.why,
        document=proposal.document, sheets=", ".join(map(str, proposal.sheets)),
    )  # fmt: skip


def withdraw(session: Session, batch: Batch) -> None:
    """Forget a proposal. Raises BatchMovedError if there is none."""
    lock(session, batch)
    proposal = session.get(Reopening, batch.id)
    if proposal is None:
        raise BatchMovedError
    session.delete(proposal)
    session.flush()
