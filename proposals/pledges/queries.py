"""What pages read of needs and pledges: one statement, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload

from accounts.models import Account
from proposals.models import Proposal
from proposals.pledges import steps
from proposals.pledges.models import Need, Pledge


@dataclass(frozen=True)
class Listed:
    """One need with its pledges, oldest first, and exact sums of them."""

    need: Need
    pledges: Sequence[Pledge]

    @property
    def promised(self) -> int:
        """What was accepted, delivered or not."""
        return sum(one.amount for one in self.pledges if one.status in steps.COUNTED)

    @property
    def delivered(self) -> int:
        """What was delivered."""
        return sum(one.amount for one in self.pledges if one.status in steps.GIVEN)

    @property
    def offered(self) -> int:
        """What waits for an answer."""
        return sum(one.amount for one in self.pledges if one.status == "offered")


@dataclass(frozen=True)
class Shown:
    """The needs of one proposal, and whether anybody may pledge to them now."""

    listed: Sequence[Listed]
    is_open: bool
    is_changing: bool
    currency: str

    def quantity(self, need: Need, amount: int) -> str:
        """So much of a need, in words."""
        return steps.quantity(need.kind, amount, self.currency)


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether the proposal needs anything beyond money."""
    return exists().where(Need.proposal_id == proposal_id)


def shown(session: Session, proposal: Proposal, *, has_needs: bool = True) -> Shown:
    """What a proposal needs and who pledged it; without a statement if it is known that nothing."""
    query = (
        select(Need, Pledge)
        .outerjoin(Pledge, Pledge.need_id == Need.id)
        .options(joinedload(Pledge.account).lazyload(Account.grants))
        .where(Need.proposal_id == proposal.id)
        .order_by(Need.added_at, Need.id, Pledge.offered_at, Pledge.id)
    )
    found: dict[Need, list[Pledge]] = {}
    for needed, pledged in session.execute(query) if has_needs else ():
        found.setdefault(needed, []).extend([pledged] if pledged else [])
    return Shown(
        listed=[Listed(need, pledges) for need, pledges in found.items()],
        is_open=proposal.status in steps.OPEN,
        is_changing=proposal.status in steps.CHANGING,
        currency=proposal.currency,
    )


def need(session: Session, proposal_id: UUID, need_id: UUID) -> Need | None:
    """That need of that proposal; None if there is none."""
    query = select(Need).options(joinedload(Need.proposal))
    return session.scalar(query.where(Need.id == need_id, Need.proposal_id == proposal_id))


def pledge(session: Session, proposal_id: UUID, pledge_id: UUID) -> Pledge | None:
    """That pledge to that proposal; None if there is none."""
    query = select(Pledge).join(Pledge.need).options(
        joinedload(Pledge.need).joinedload(Need.proposal),
        joinedload(Pledge.account).lazyload(Account.grants),
    )  # fmt: skip
    return session.scalar(query.where(Pledge.id == pledge_id, Need.proposal_id == proposal_id))
