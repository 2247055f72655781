"""What pages read of amendments."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from accounts.models import Account
from proposals import services as proposals
from proposals.amendments import hunks
from proposals.amendments.hunks import Fit, How
from proposals.amendments.models import Amendment, AmendmentPart, State
from proposals.models import Proposal
from proposals.services import Text
from proposals.versions import differences
from proposals.versions import queries as versions
from proposals.versions.differences import Mark, Piece
from proposals.versions.queries import LONGEST_NUMBER

PAGE = 30


@dataclass(frozen=True)
class Count:
    """How many amendments there are to a proposal, and how many wait."""

    all: int
    open: int


@dataclass(frozen=True)
class ShownPart:
    """One part as it is read: its words among those around them, and what accepting it would do.

    `fit` is None where it fits nowhere, or is decided. `effect` tells what accepting it makes of
    the text as it is now, where that reads otherwise around the part than it did.
    """

    part: AmendmentPart
    change: Sequence[Piece]
    now: str
    fit: Fit | None
    effect: Sequence[Piece]


def count(session: Session, proposal_id: UUID) -> Count:
    """How many amendments there are to a proposal, by one statement."""
    return Count(*session.execute(select(*counts(proposal_id))).one())


def counts(proposal_id: UUID) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """How many there are, and how many of them wait, to be asked for among other things."""
    ids = select(func.count(Amendment.id)).where(Amendment.proposal_id == proposal_id)
    waiting = ids.where(Amendment.parts.any(AmendmentPart.state == State.OPEN))
    return ids.scalar_subquery(), waiting.scalar_subquery()


def listed(
    session: Session, proposal_id: UUID, *, before: int | None = None
) -> Sequence[Amendment]:
    """One page of amendments to a proposal, the newest first."""
    query = _of(proposal_id).order_by(Amendment.number.desc()).limit(PAGE)
    if before is not None:
        query = query.where(Amendment.number < max(min(before, LONGEST_NUMBER), 0))
    return session.scalars(query).all()


def one(session: Session, proposal_id: UUID, number: int) -> Amendment | None:
    """The amendment of that number; None if there is none."""
    if not 0 < number <= LONGEST_NUMBER:
        return None
    return session.scalar(_of(proposal_id).where(Amendment.number == number))


def open_of(session: Session, proposal_id: UUID, account_id: UUID) -> Sequence[Amendment]:
    """What waits of one person's amendments to a proposal."""
    query = _of(proposal_id).where(
        Amendment.account_id == account_id, Amendment.parts.any(AmendmentPart.state == State.OPEN)
    )
    return session.scalars(query).all()


def shown(session: Session, proposal: Proposal, amendment: Amendment) -> Sequence[ShownPart]:
    """Each part with its change, and what accepting it would do to the text as it is now."""
    version = versions.one(session, proposal.id, amendment.base)
    base = _spelled(versions.text_of(version)) if version else {}
    now = _spelled(proposals.current(session, proposal))
    return [_shown(part, base[part.field], now[part.field]) for part in amendment.parts]


def _shown(part: AmendmentPart, base: str, now: str) -> ShownPart:
    end = part.start + len(part.was)
    change = [
        Piece(Mark.SAME, base[: part.start]),
        *differences.compared(part.was, part.becomes),
        Piece(Mark.SAME, base[end:]),
    ]
    fit = hunks.fitted(part.hunk, base, now) if part.state == State.OPEN else None
    is_moved = fit is not None and fit.how == How.MOVED
    effect = differences.compared(now, fit.value) if fit and is_moved else []
    return ShownPart(part, differences.folded(change), now, fit, differences.folded(effect))


def _spelled(text: Text) -> Mapping[str, str]:
    return hunks.spelled(asdict(text))


def _of(proposal_id: UUID) -> Select[Amendment]:
    name = joinedload(Amendment.account).lazyload(Account.grants)
    query = select(Amendment).options(name, selectinload(Amendment.parts))
    return query.where(Amendment.proposal_id == proposal_id)
