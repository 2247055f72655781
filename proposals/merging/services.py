"""Merging proposals with the consent of all their authors, and undoing it.

The session is the caller's; nothing here commits. Originals keep their text, their authors and the
supports that were given to them; they only lead on to what they became part of.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import journal
from core.journal import CITIZEN, THE_SYSTEM, Actor
from proposals import services, workflow
from proposals.asking import queries as asking
from proposals.errors import IncompleteProposalError, TextMovedError
from proposals.merging import queries
from proposals.merging.errors import (
    AlreadyMergingError,
    MergeOverError,
    MergeReviewedError,
    NotAskedError,
    NothingToMergeError,
    OfficeMergesError,
)
from proposals.merging.models import (
    DONE,
    REFUSED,
    UNDONE,
    WITHDRAWN,
    Merge,
    MergeConsent,
    MergePart,
)
from proposals.models import Proposal
from proposals.people import consents
from proposals.people import queries as members
from proposals.people import services as people
from proposals.people.consents import PUBLISH
from proposals.supports import services as supports
from proposals.versions import keeping as versions
from proposals.versions.models import Kind
from proposals.writing import services as writing

LIFE = timedelta(days=14)  # of a merge that waits for its authors


def propose(
    session: Session, part_ids: Collection[UUID], into_id: UUID, reason: str, *, actor: Actor,
    now: datetime,
) -> Merge:  # fmt: skip
    """Let a merge wait for its authors; whoever proposes it as one of them has agreed thereby.

    Raises
    ------
    NothingToMergeError : a part is not received, or the target not before the ballot.
    NotAskedError : a citizen who writes none of them, or not the draft that is the target.
    OfficeMergesError : one of them has no account behind it, and a citizen proposes.
    AlreadyMergingError : one of them waits for another merge.
    IncompleteProposalError : the target is a draft that could not be handed in.
    """
    found = _locked(session, {into_id, *part_ids})
    parts = [one for one in found if one.id != into_id]
    into = next((one for one in found if one.id == into_id), None)
    if into is None or not parts or len(parts) != len({*part_ids} - {into_id}):
        raise NothingToMergeError
    _check_possible(parts, into)
    if queries.open_merges(session, [one.id for one in found], now=now):
        raise AlreadyMergingError
    by_office = actor.role != CITIZEN
    if not by_office:
        _check_writer(session, parts, into, actor)
    elif into.status == "draft":
        raise NothingToMergeError
    _check_whole(session, into)
    merge = Merge(
        id=uuid4(), into_id=into.id, reason=reason, proposed_at=now, lapses_at=now + LIFE,
        proposed_by=None if by_office else actor.account_id,
        parts=[MergePart(proposal_id=part.id) for part in parts],
    )  # fmt: skip
    session.add(merge)
    session.flush()
    _tell(session, merge, "merge.proposed", actor, now=now, reason=reason)
    if not by_office:
        assert actor.account_id is not None  # noqa: S101 - a citizen acts with an account
        _consent(session, merge, actor.account_id, agrees=True, now=now)
    _complete_if_all(session, merge, now=now)
    return merge


def agree(
    session: Session, merge_id: UUID, *, account_id: UUID, digest: bytes, now: datetime
) -> None:
    """Agree, for one's own part, to the text of this digest; the last word completes the merge.

    Raises
    ------
    MergeOverError, NotAskedError
    TextMovedError : the text is another one meanwhile.
    NothingToMergeError : one of the proposals has gone another way meanwhile.
    """
    merge = _waiting(session, merge_id, account_id, now=now)
    if queries.digest_of(session, merge.into) != digest:
        raise TextMovedError
    _check_possible([part.proposal for part in merge.parts], merge.into)
    _consent(session, merge, account_id, agrees=True, now=now)
    _tell(session, merge, "merge.agreed", Actor(CITIZEN, account_id), now=now)
    _complete_if_all(session, merge, now=now)


def refuse(
    session: Session, merge_id: UUID, *, account_id: UUID, reason: str, now: datetime
) -> None:
    """Refuse, which ends it. Raises MergeOverError, NotAskedError."""
    merge = _waiting(session, merge_id, account_id, now=now)
    _consent(session, merge, account_id, agrees=False, now=now, reason=reason)
    merge.status = REFUSED
    session.flush()
    _tell(session, merge, "merge.refused", Actor(CITIZEN, account_id), now=now, reason=reason)


def take_back(session: Session, merge_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take back what one has proposed, or what the office has.

    Raises
    ------
    MergeOverError, NotAskedError
    """
    merge = _locked_merge(session, merge_id)
    if not merge.waits(now):
        raise MergeOverError
    proposer = None if actor.role != CITIZEN else actor.account_id
    if merge.proposed_by != proposer:
        raise NotAskedError
    merge.status = WITHDRAWN
    session.flush()
    _tell(session, merge, "merge.withdrawn", actor, now=now)


def undo(session: Session, merge_id: UUID, reason: str, *, actor: Actor, now: datetime) -> None:
    """Let the originals go on by themselves, as if they had never been merged.

    Supports need no undoing: they never left the originals. Who became co-author of the target by
    the merge is none any more, unless another original is part of it still.

    Raises
    ------
    MergeReviewedError : it was not merged, or something has happened to it since.
    """
    merge = _locked_merge(session, merge_id)
    _locked(session, {merge.into_id, *(part.proposal_id for part in merge.parts)})
    if not queries.may_be_undone(session, merge):
        raise MergeReviewedError
    _tell(session, merge, "merge.undone", actor, now=now, reason=reason)
    _release(session, merge, now=now)
    _put_back(session, merge.into_id)


def withdraw(session: Session, proposal: Proposal, *, author_id: UUID, now: datetime) -> None:
    """Take one's own proposal back; what was merged into it goes on by itself.

    Raises
    ------
    As `proposals.services.withdraw`.
    """
    services.withdraw(session, proposal, author_id=author_id, now=now)
    query = select(Merge).where(Merge.into_id == proposal.id, Merge.status == DONE)
    for merge in session.scalars(query.order_by(Merge.done_at, Merge.id)).all():
        _release(session, merge, now=now)
    rest = select(Proposal).where(Proposal.merged_into_id == proposal.id)
    for original in session.scalars(rest.order_by(Proposal.id)).all():  # merged by hand
        services.move(session, original, "received", actor=THE_SYSTEM, now=now)


def _release(session: Session, merge: Merge, *, now: datetime) -> None:
    for part in merge.parts:
        if part.proposal.merged_into_id == merge.into_id:
            services.move(session, part.proposal, "received", actor=THE_SYSTEM, now=now)
    merge.status = UNDONE
    session.flush()


def _hand_in(session: Session, into: Proposal, *, now: datetime) -> None:
    """Hand in the draft that was written for a merge, and keep the text that all agreed to."""
    writing.opened(session, into)  # nobody writes on until this is done
    text = services.current(session, into)
    if into.status == "draft":
        for writer in members.writers(session, into):
            consents.give(
                session, into.id, PUBLISH, text.digest, account_id=writer.account_id, now=now
            )
        services.submit(session, into, author_id=into.author_id, now=now)
    kept = versions.last(session, into.id)
    if kept is None or kept.said != asdict(text):
        versions.keep(
            session, into, asdict(text), Kind.MERGED, account_id=into.author_id, now=now
        )  # fmt: skip


def _put_back(session: Session, into_id: UUID) -> None:
    """Who is co-author of the target by merges alone, none of which stands, is so no more."""
    originals = select(Proposal.id).where(Proposal.merged_into_id == into_id)
    standing = members.circles(session, session.scalars(originals).all()).values()
    staying = {account for circle in standing for account in circle.writers}
    admitted = select(MergeConsent).join(Merge).where(
        Merge.into_id == into_id, MergeConsent.role_before.is_not(None)
    )  # fmt: skip
    for consent in session.scalars(admitted).all():
        if consent.role_before is not None and consent.account_id not in staying:
            people.put_back(session, into_id, consent.account_id, consent.role_before)
            consent.role_before = None
    session.flush()


def _complete_if_all(session: Session, merge: Merge, *, now: datetime) -> None:
    """Merge, if everybody who is asked has agreed to the text as it reads now."""
    session.expire(merge, ["consents"])
    asked = queries.asked(session, merge)
    if not asked <= queries.agreed(session, merge):
        return
    into = merge.into
    _hand_in(session, into, now=now)
    for part in merge.parts:
        services.move(
            session, part.proposal, "merged", actor=THE_SYSTEM, now=now,
            reason=merge.reason, into_id=into.id,
        )  # fmt: skip
    for consent in merge.consents:
        if consent.account_id != into.author_id:
            consent.role_before = people.admit(session, into.id, consent.account_id, now=now)
    merge.status, merge.done_at = DONE, now
    session.flush()
    journal.record(
        session, THE_SYSTEM, "merge.done", about="proposal", about_id=into.id, now=now,
        proposals=len(merge.parts),
    )  # fmt: skip
    supports.reach(session, into.id, now=now)


def _consent(
    session: Session, merge: Merge, account_id: UUID, *, agrees: bool, now: datetime,
    reason: str = "",
) -> None:  # fmt: skip
    digest = queries.digest_of(session, merge.into)
    session.merge(
        MergeConsent(
            merge_id=merge.id, account_id=account_id, agrees=agrees, reason=reason,
            digest=digest, at=now,
        )
    )  # fmt: skip
    session.flush()


def _check_possible(parts: Collection[Proposal], into: Proposal) -> None:
    if any(part.status != "received" for part in parts):
        raise NothingToMergeError
    if into.status not in {"draft"} | workflow.BEFORE_BALLOT:
        raise NothingToMergeError


def _check_writer(
    session: Session, parts: Collection[Proposal], into: Proposal, actor: Actor
) -> None:
    """A citizen speaks for one of the proposals, and must not name a draft that is not shared."""
    circles = members.circles(session, [into.id, *(part.id for part in parts)])
    writers = {id_: circle.writers for id_, circle in circles.items()}
    if into.status == "draft" and actor.account_id not in writers[into.id]:
        raise NotAskedError
    if not any(actor.account_id in found for found in writers.values()):
        raise NotAskedError
    if any(one.author_id is None for one in (into, *parts)):
        raise OfficeMergesError


def _check_whole(session: Session, into: Proposal) -> None:
    """A draft that others are merged into is handed in with it, so it must be complete."""
    if into.status != "draft":
        return
    text = services.current(session, into)
    unanswered = [field.label_ko for field in asking.missing(session, into.id)]
    gaps = services.missing(text) + services.too_long(text) + unanswered
    if gaps:
        raise IncompleteProposalError(missing=gaps)


def _waiting(session: Session, merge_id: UUID, account_id: UUID, *, now: datetime) -> Merge:
    merge = _locked_merge(session, merge_id)
    _locked(session, {merge.into_id, *(part.proposal_id for part in merge.parts)})
    if account_id not in queries.asked(session, merge):
        raise NotAskedError
    if not merge.waits(now):
        raise MergeOverError
    return merge


def _locked_merge(session: Session, merge_id: UUID) -> Merge:
    """The merge, and whoever answers at the same moment waits."""
    session.execute(select(Merge.id).where(Merge.id == merge_id).with_for_update())
    merge = queries.one(session, merge_id)
    if merge is None:
        raise MergeOverError
    return merge


def _locked(session: Session, ids: Collection[UUID]) -> list[Proposal]:
    """These proposals as they are now, locked in one order for all."""
    query = select(Proposal).where(Proposal.id.in_(ids)).order_by(Proposal.id).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _tell(
    session: Session, merge: Merge, act: str, actor: Actor, *, now: datetime, reason: str = ""
) -> None:
    """One line for each of the proposals: each has its own history. A draft's is nobody's yet."""
    about = [part.proposal_id for part in merge.parts]
    if merge.into.status != "draft":
        about.append(merge.into_id)
    for proposal_id in about:
        journal.record(
            session, actor, act, about="proposal", about_id=proposal_id, now=now,
            reason=reason, merge=str(merge.id), until=merge.lapses_at.isoformat(),
        )  # fmt: skip
