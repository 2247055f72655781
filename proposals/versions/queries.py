"""What pages read of versions."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session, defer, joinedload

from accounts.models import Account
from proposals.services import Text
from proposals.versions.differences import Piece, compared, folded
from proposals.versions.models import Kind, Version
from proposals.writing.updates import FIELDS as WORDS

PAGE = 50
_NAMES = frozenset(field.name for field in fields(Text))
_PEOPLE = tuple(
    joinedload(whose).lazyload(Account.grants) for whose in (Version.account, Version.credit)
)
LONGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class Extent:
    """Which versions a reader sees: from the first to the last; 0 where there is none."""

    first: int
    last: int

    def __contains__(self, number: int) -> bool:
        return 0 < self.first <= number <= self.last

    def __len__(self) -> int:
        return self.last - self.first + 1 if self.first else 0

    @classmethod
    def of(cls, first: int | None, last: int | None) -> "Extent":
        """From the two `ends`."""
        return cls(first, last) if first and last else cls(0, 0)


def extent(session: Session, proposal_id: UUID, *, belongs: bool) -> Extent:
    """The versions that somebody sees: those of the draft are for those who belong to it."""
    return Extent.of(*session.execute(select(*ends(proposal_id, belongs=belongs))).one())


def ends(
    proposal_id: UUID, *, belongs: bool
) -> tuple[ScalarSelect[int | None], ScalarSelect[int | None]]:
    """The first and the last number that somebody sees, to be asked for among other things."""
    own: ColumnElement[bool] = Version.proposal_id == proposal_id
    seen = own if belongs else own & (Version.kind == Kind.PUBLISHED)
    first = select(func.min(Version.number)).where(seen)
    last = select(func.max(Version.number)).where(own)
    return first.scalar_subquery(), last.scalar_subquery()


def listed(
    session: Session, proposal_id: UUID, seen: Extent, *, before: int | None = None
) -> Sequence[Version]:
    """One page of versions without their words, the newest first; `before` as in a list."""
    last = seen.last if before is None else max(min(before - 1, seen.last), 0)
    query = _of(proposal_id).where(Version.number.between(max(seen.first, 1), last))
    query = query.options(defer(Version.said)).order_by(Version.number.desc()).limit(PAGE)
    return session.scalars(query).all()


def one(session: Session, proposal_id: UUID, number: int) -> Version | None:
    """The version of that number; None if there is none."""
    if not 0 < number <= LONGEST_NUMBER:
        return None
    return session.scalar(_of(proposal_id).where(Version.number == number))


def text_of(version: Version) -> Text:
    """The version's words, as the proposals' services take them."""
    return Text(**{name: said for name, said in version.said.items() if name in _NAMES})


@dataclass(frozen=True)
class Change:
    """One field that two versions differ in; of words, the pieces of which the same became."""

    field: str
    was: Any
    now: Any
    pieces: Sequence[Piece]


def changes(old: Text, new: Text) -> Sequence[Change]:
    """What changed from one text to another, field by field."""
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in asdict(new))
    return [
        Change(name, was, now, folded(compared(was, now)) if name in WORDS else ())
        for name, was, now in pairs
        if was != now
    ]


def _of(proposal_id: UUID) -> Select[Version]:
    return select(Version).options(*_PEOPLE).where(Version.proposal_id == proposal_id)
