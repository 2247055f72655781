"""The minutes of a close: all figures again, whenever they are printed, from what cannot change.

The journal keeps the figures, the log its checkpoints; neither can be written anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.models import Account
from ballots import log
from ballots.board.checkpoint import Checkpoint
from ballots.board.policy import Policy
from ballots.models import Board
from budget.ceremony.services import CLOSE
from budget.models import Cycle
from core import journal, two_officers


@dataclass(frozen=True)
class Minutes:
    """What was found and done.

    Attributes
    ----------
    figures : as `Survey.figures` gives them
    election, log_key : the log's name and key
    reason : why voting ended before its planned end; empty if it did not
    officers : names of who proposed and who confirmed; empty where an operator closed the vote,
        and for accounts that were erased since
    checkpoint : of the log with its close; None until it is signed
    note : that checkpoint as it is published
    witnesses : who of the witnesses has signed it
    """

    figures: Mapping[str, Any]
    closed_at: datetime
    role: str
    reason: str
    stopped_at: datetime | None
    officers: tuple[str, ...]
    election: str
    log_key: str
    checkpoint: Checkpoint | None
    note: str
    witnesses: tuple[str, ...]


def of(session: Session, cycle: Cycle) -> Minutes | None:
    """The minutes of a cycle's close; None before it."""
    closed = journal.last(session, "cycle.close", about_id=cycle.id)
    if closed is None:
        return None
    stopped = journal.last(session, "cycle.stopped", about_id=cycle.id)
    board = session.get_one(Board, cycle.contest_id)
    figures = closed.values["figures"]
    note = log.checkpoint(session.connection(), cycle.contest_id, figures["size"] + 1)
    keys = [key for key, _ in Policy.read(board.policy).witnesses.values()]
    return Minutes(
        figures=figures,
        closed_at=closed.at,
        role=closed.role,
        reason=stopped.values["reason"] if stopped else closed.values["reason"],
        stopped_at=stopped.at if stopped else None,
        officers=_officers(session, cycle.id),
        election=board.election,
        log_key=board.log_key,
        checkpoint=Checkpoint.read(note.text) if note else None,
        note=str(note) if note else "",
        witnesses=tuple(key.name for key in note.signed_by(keys)) if note else (),
    )


def _officers(session: Session, cycle_id: UUID) -> tuple[str, ...]:
    act = two_officers.found(session, CLOSE, cycle_id)
    if act is None or act.confirmed_by is None:
        return ()
    accounts = (session.get(Account, id_) for id_ in (act.proposed_by, act.confirmed_by))
    return tuple(account.name if account else "" for account in accounts)
