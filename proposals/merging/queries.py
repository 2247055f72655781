"""What pages read of merges and splits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from accounts.models import Account
from core.journal import JournalEntry
from proposals import services, workflow
from proposals.merging.models import DONE, OPEN, Merge, MergeConsent, MergePart, Split
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.people.models import COAUTHOR, Membership

_AUTHOR = joinedload(Proposal.author).lazyload(Account.grants)
_CONSENTS = selectinload(Merge.consents).joinedload(MergeConsent.account).lazyload(Account.grants)
_WHOLE = (
    joinedload(Merge.into).joinedload(Proposal.receipt),
    selectinload(Merge.parts).joinedload(MergePart.proposal),
    _CONSENTS,
)


@dataclass(frozen=True)
class Ties:
    """How one proposal hangs together with others.

    `originals` were merged into it, by the merges `done`; `waiting` is the merge that it waits for;
    it was split off from `whole`, and `parts` were split off from it.
    """

    originals: Sequence[Proposal]
    done: Sequence[Merge]
    waiting: Merge | None
    whole: Proposal | None
    parts: Sequence[Proposal]


NONE = Ties(originals=(), done=(), waiting=None, whole=None, parts=())


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether the proposal hangs together with any other, or ever was to."""
    return or_(
        exists().where(Proposal.merged_into_id == proposal_id),
        exists().where(or_(Split.part_id == proposal_id, Split.whole_id == proposal_id)),
        exists().where(Merge.into_id == proposal_id),
        exists().where(MergePart.proposal_id == proposal_id),
    )


def ties(session: Session, proposal_id: UUID, *, now: datetime) -> Ties:
    """What the proposal's page tells, by two statements."""
    original, part, whole = "original", "part", "whole"
    id_, into, begun = Proposal.id, Proposal.merged_into_id, Proposal.created_at
    near = union_all(
        select(id_.label("id"), literal(original).label("what"), begun.label("since")).where(
            into == proposal_id
        ),
        select(Split.part_id, literal(part), Split.at).where(Split.whole_id == proposal_id),
        select(Split.whole_id, literal(whole), Split.at).where(Split.part_id == proposal_id),
    ).subquery()
    query = select(Proposal, near.c.what).options(_AUTHOR).join(near, near.c.id == Proposal.id)
    others: dict[str, list[Proposal]] = {original: [], part: [], whole: []}
    for other, what in session.execute(query.order_by(near.c.since, Proposal.id)):
        others[what].append(other)
    merges = session.scalars(
        select(Merge)
        .where(_takes_in([proposal_id]), or_(Merge.status == DONE, _waits(now)))
        .order_by(Merge.proposed_at, Merge.id)
    ).all()
    return Ties(
        originals=others[original],
        done=[one for one in merges if one.status == DONE and one.into_id == proposal_id],
        waiting=next((one for one in merges if one.status == OPEN), None),
        whole=next(iter(others[whole]), None),
        parts=[one for one in others[part] if one.status in workflow.PUBLIC],
    )


def open_merges(
    session: Session, proposal_ids: Sequence[UUID], *, now: datetime
) -> Sequence[Merge]:
    """The merges that wait and take in any of these proposals."""
    query = select(Merge).where(_takes_in(proposal_ids), _waits(now))
    return session.scalars(query.order_by(Merge.proposed_at, Merge.id)).all()


def _takes_in(proposal_ids: Sequence[UUID]) -> ColumnElement[bool]:
    parts = select(MergePart.merge_id).where(MergePart.proposal_id.in_(proposal_ids))
    return or_(Merge.into_id.in_(proposal_ids), Merge.id.in_(parts))


def _waits(now: datetime) -> ColumnElement[bool]:
    return and_(Merge.status == OPEN, Merge.lapses_at > now)


def one(session: Session, merge_id: UUID) -> Merge | None:
    """The merge with its proposals and answers; None if there is none."""
    return session.get(Merge, merge_id, options=_WHOLE, populate_existing=True)


def asked(session: Session, merge: Merge) -> set[UUID]:
    """The accounts whose consent it needs: who writes any of the proposals now."""
    ids = [merge.into_id, *(part.proposal_id for part in merge.parts)]
    circles = people.circles(session, ids).values()
    return {account for circle in circles for account in circle.writers}


def agreed(session: Session, merge: Merge) -> set[UUID]:
    """The accounts that agreed to the text as it is now."""
    now_there = digest_of(session, merge.into)
    return {one.account_id for one in merge.consents if one.agrees and one.digest == now_there}


def names(session: Session, account_ids: set[UUID]) -> Sequence[str]:
    """The names of these people, in order."""
    query = select(Account.name).where(Account.id.in_(account_ids))
    return session.scalars(query.order_by(Account.name)).all()


def digest_of(session: Session, proposal: Proposal) -> bytes:
    """Of the text that is to stand for all, as it reads now; a draft's is written still."""
    return bytes.fromhex(services.current(session, proposal).digest)


def waiting_for(session: Session, account_id: UUID, *, now: datetime) -> Sequence[Merge]:
    """The merges that this person has not answered yet."""
    own = select(Proposal.id).where(Proposal.author_id == account_id)
    shared = select(Membership.proposal_id).where(
        Membership.account_id == account_id, Membership.role == COAUTHOR
    )
    mine = own.union(shared).subquery()
    parts = select(MergePart.merge_id).where(MergePart.proposal_id.in_(select(mine)))
    answered = exists().where(
        MergeConsent.merge_id == Merge.id, MergeConsent.account_id == account_id
    )
    query = select(Merge).options(joinedload(Merge.into)).where(
        _waits(now),
        or_(Merge.into_id.in_(select(mine)), Merge.id.in_(parts)),
        ~answered,
    )  # fmt: skip
    return session.scalars(query.order_by(Merge.lapses_at, Merge.id)).all()


def may_be_undone(session: Session, merge: Merge) -> bool:
    """Whether nothing has happened to the target since: no step of the status machine."""
    if merge.status != DONE or merge.done_at is None or merge.into.status != "received":
        return False
    moved = select(JournalEntry.id).where(
        JournalEntry.about == "proposal",
        JournalEntry.about_id == merge.into_id,
        JournalEntry.act == "proposal.moved",
        JournalEntry.at > merge.done_at,
    )
    return session.scalar(moved.limit(1)) is None


def handed_in(merge: Merge) -> bool:
    """Whether the merge handed in its target, which was a draft until that moment."""
    receipt = merge.into.receipt
    return receipt is not None and receipt.received_at == merge.done_at


def drafts(session: Session, account_id: UUID) -> Sequence[Proposal]:
    """The drafts of a person, into one of which others may be merged."""
    query = select(Proposal).where(Proposal.author_id == account_id, Proposal.status == "draft")
    return session.scalars(query.order_by(Proposal.created_at.desc())).all()
