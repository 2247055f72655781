"""What pages and acts read of an audit: what is to be read, where two differ, what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from budget.audit import claims
from budget.audit.claims import LIMIT, Claim
from budget.audit.errors import SheetsUnreadError
from budget.audit.models import DrawnSheet, PaperAudit, SheetReading

# What a sample can show: the outcome at the limit of the risk; that it needs to grow; of all
# sheets, that the outcome holds or does not; how many sheets can be wrong.
CONFIRMED, UNDECIDED, BOUNDED = "confirmed", "undecided", "bounded"
HOLDS, FAILS = "holds", "fails"
_FIRST, _SECOND = 1, 2


@dataclass(frozen=True)
class Finding:
    """What the sheets that were read show.

    Attributes
    ----------
    result : one of the words above
    wrong : sheets that were typed otherwise than they were read, missing ones among them
    risks : of each claim, in their order
    steps : size of the sample -> the greatest risk then
    share : where there are no claims and no error, the most sheets that are wrong
    """

    result: str
    wrong: int
    risks: Sequence[Fraction]
    steps: Sequence[tuple[int, Fraction]]
    share: Fraction | None


def audit(session: Session, cycle_id: UUID) -> PaperAudit | None:
    """A cycle's audit; None if none has begun."""
    return session.get(PaperAudit, cycle_id)


def is_open(session: Session, cycle_id: UUID) -> bool:
    """Whether an audit has begun that is not finished."""
    found = session.get(PaperAudit, cycle_id)
    return found is not None and found.finished_at is None


def running(session: Session) -> set[UUID]:
    """The cycles whose audit has begun and is not finished."""
    query = select(PaperAudit.cycle_id).where(PaperAudit.finished_at.is_(None))
    return set(session.scalars(query))


def drawn(session: Session, cycle_id: UUID) -> Sequence[DrawnSheet]:
    """The sample, in the order of the draw."""
    query = select(DrawnSheet).where(DrawnSheet.cycle_id == cycle_id)
    return session.scalars(query.order_by(DrawnSheet.place)).all()


def due(session: Session, cycle_id: UUID, reader_id: UUID) -> Sequence[DrawnSheet]:
    """The sheets that this account can read still, as they lie in the boxes."""
    read = select(SheetReading.place).where(SheetReading.cycle_id == cycle_id)
    by_two = read.where(SheetReading.turn == _SECOND)
    by_me = read.where(SheetReading.reader_id == reader_id)
    query = select(DrawnSheet).where(
        DrawnSheet.cycle_id == cycle_id,
        DrawnSheet.place.not_in(by_two), DrawnSheet.place.not_in(by_me),
    )  # fmt: skip
    return session.scalars(query.order_by(DrawnSheet.batch, DrawnSheet.sheet)).all()


def readings_of(session: Session, cycle_id: UUID, place: int) -> int:
    """How many people have read a sheet."""
    query = select(func.count()).where(
        SheetReading.cycle_id == cycle_id, SheetReading.place == place
    )
    return session.scalar(query) or 0


def differing(session: Session, audit: PaperAudit) -> list[int]:
    """The places of sheets that two people read differently."""
    one, other = aliased(SheetReading), aliased(SheetReading)
    query = (
        select(one.place)
        .join(other, (other.cycle_id == one.cycle_id) & (other.place == one.place))
        .where(one.cycle_id == audit.cycle_id, one.turn == _FIRST, other.turn == _SECOND)
        .where(one.reading != other.reading)
    )
    return list(session.scalars(query.order_by(one.place)))


def unread(session: Session, audit: PaperAudit) -> int:
    """How many sheets of the sample two people have not read alike."""
    return audit.size - len(_pairs(session, audit))


def pairs(session: Session, audit: PaperAudit) -> list[tuple[str, str]]:
    """Of each sheet, in the order of the draw, what was typed and what was seen.

    Raises
    ------
    SheetsUnreadError
    """
    found = _pairs(session, audit)
    if len(found) < audit.size:
        raise SheetsUnreadError(unread=audit.size - len(found))
    return found


def next_size(session: Session, audit: PaperAudit) -> int:
    """How many sheets the sample needs by what was read; the same as it has: it is enough.

    Raises
    ------
    SheetsUnreadError
    """
    if finding(session, audit).result != UNDECIDED:
        return audit.size
    return claims.sample_size(claims_of(audit), audit.sheets, pairs(session, audit))


def finding(session: Session, audit: PaperAudit) -> Finding:
    """What the sample shows. Raises SheetsUnreadError."""
    found, known = pairs(session, audit), claims_of(audit)
    wrong = sum(typed != seen for typed, seen in found)
    if audit.is_bound:
        return Finding(BOUNDED, wrong, (), (), None if wrong else claims.wrong_share(audit.size))
    steps = []
    for size in audit.stages:
        risks = claims.risks(known, audit.sheets, found[:size])
        steps.append((size, max(risks, default=Fraction(0))))
    return Finding(_result(audit, known, found, steps[-1][1]), wrong, risks, steps, None)


def _result(
    audit: PaperAudit, known: Sequence[Claim], found: Sequence[tuple[str, str]], risk: Fraction
) -> str:
    if risk <= LIMIT:
        return CONFIRMED
    if audit.size < audit.sheets:
        return UNDECIDED
    return HOLDS if all(claim.holds(found) for claim in known) else FAILS


def claims_of(audit: PaperAudit) -> list[Claim]:
    """The claims that are audited, by the option below, then the one above."""
    return [Claim(**row) for row in audit.claims]


def _pairs(session: Session, audit: PaperAudit) -> list[tuple[str, str]]:
    one, other = aliased(SheetReading), aliased(SheetReading)
    query = (
        select(DrawnSheet.typed, one.reading)
        .join(one, (one.cycle_id == DrawnSheet.cycle_id) & (one.place == DrawnSheet.place))
        .join(other, (other.cycle_id == one.cycle_id) & (other.place == one.place))
        .where(DrawnSheet.cycle_id == audit.cycle_id, one.turn == _FIRST, other.turn == _SECOND)
        .where(one.reading == other.reading)
        .order_by(DrawnSheet.place)
    )
    return [(typed, seen) for typed, seen in session.execute(query)]
