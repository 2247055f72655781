"""What pages and counts read of tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ballots.entries import DISTRICT
from ballots.models import Board
from ballots.tokens.mix import Mix
from ballots.tokens.models import TokenIssue


def has_token(session: Session, contest_id: UUID, voter_id: str) -> bool:
    """Whether a token was issued to this voter."""
    return session.get(TokenIssue, (contest_id, voter_id)) is not None


def issued(session: Session, contest_id: UUID) -> dict[str, int]:
    """District -> tokens that were issued, less those that were given back."""
    query = select(func.count()).where(TokenIssue.contest_id == contest_id)
    return {DISTRICT: session.scalar(query) or 0}


def tokens(session: Session, contest_id: UUID) -> str | None:
    """The public keys of a vote by tokens, as `tokens.json` has them; None: there are none."""
    board = session.get(Board, contest_id)
    return board.tokens if board and board.mixed_at else None


def mixed_from(session: Session, contest_id: UUID, mix: Mix, now: datetime) -> datetime | None:
    """Before which moment no waiting ballot goes into the log; None where none is mixed."""
    board = session.get(Board, contest_id)
    return max(now, mix.ends(board.mixed_at)) if board and board.mixed_at else None
