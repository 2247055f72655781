"""What changes in the proposals room. The session is the caller's; nothing here commits."""

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core import journal
from core.journal import CITIZEN, THE_SYSTEM, Actor
from proposals import search, workflow
from proposals.asking import queries as asking
from proposals.errors import (
    ConsentNeededError,
    ForbiddenMoveError,
    FrozenProposalError,
    IncompleteProposalError,
    MergeTargetError,
    NotYourProposalError,
    ReasonNeededError,
    SharedDraftError,
    StaleTextError,
)
from proposals.models import Proposal, Receipt, SearchEntry
from proposals.people import consents
from proposals.people import queries as members
from proposals.people import services as people
from proposals.people.consents import PUBLISH
from proposals.review import gate
from proposals.similar import keeping
from proposals.versions import keeping as versions
from proposals.versions.models import Kind
from proposals.writing import queries as written
from proposals.writing import services as writing
from proposals.writing import storing
from proposals.writing.updates import FIELDS as WORDS

KEY_BITS = 62  # so many that no two proposals meet
COST_CAP_MINOR = 300_000_000  # won for one project, the usual cap of a city
LONGEST_TITLE, LONGEST_SUMMARY = 120, 200  # what the columns hold
NEEDED = ("title", "summary", "need", "benefit", "place", "field", "cost_minor")
# Letters that a form takes, and that are handed in; together people may write more for a while.
LONGEST: Mapping[str, int] = {
    "title": 60, "summary": 140, "need": 5000, "benefit": 5000, "place": 100,
    "title_en": LONGEST_TITLE, "summary_en": LONGEST_SUMMARY,
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """What authors write. A draft may leave anything but the title empty."""

    title: str
    summary: str = ""
    title_en: str = ""
    summary_en: str = ""
    need: str = ""
    benefit: str = ""
    place: str = ""
    neighbourhood: str | None = None
    field: str | None = None
    cost_minor: int | None = None

    @property
    def digest(self) -> str:
        """What tells this text from any other: SHA-256 in hex."""
        said = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def begin_draft(
    session: Session,
    author_id: UUID | None,
    text: Text,
    *,
    now: datetime,
    shuffle_key: int | None = None,
    is_demo: bool = False,
) -> Proposal:
    """A new draft, which only its author sees."""
    proposal = Proposal(
        id=uuid4(),
        author_id=author_id,
        shuffle_key=secrets.randbits(KEY_BITS) if shuffle_key is None else shuffle_key,
        created_at=now,
        updated_at=now,
        is_demo=is_demo,
        **asdict(text),
    )
    session.add(proposal)
    session.flush()
    session.add(SearchEntry(proposal_id=proposal.id, words=_words(text)))
    session.flush()
    return proposal


def current(session: Session, proposal: Proposal) -> Text:
    """What the proposal says now, with what was written together and is not in its columns yet."""
    return Text(
        neighbourhood=proposal.neighbourhood,
        field=proposal.field,
        cost_minor=proposal.cost_minor,
        **written.words(session, proposal),
    )


def combined(base: Mapping[str, Any], theirs: Text, yours: Text) -> Text:
    """Both changes of one text, field by field; `base` is what `yours` was written on.

    A field that `base` does not have counts as changed wherever the two differ.

    Raises
    ------
    StaleTextError : a field was changed on both sides, and not to the same.
    """
    conflicts, taken = {}, {}
    unknown = object()
    for name, now_there in asdict(theirs).items():
        was, mine = base.get(name, unknown), getattr(yours, name)
        if mine in (now_there, was):
            taken[name] = now_there
        elif now_there != was:
            conflicts[name] = (base.get(name), now_there)
    text = replace(yours, **taken)
    if conflicts:
        raise StaleTextError(conflicts=conflicts, text=text)
    return text


def revise(
    session: Session,
    proposal: Proposal,
    text: Text,
    *,
    author_id: UUID,
    base: Mapping[str, Any],
    now: datetime,
) -> None:
    """New words for a draft, written on `base`; what others changed in other fields stays.

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    StaleTextError : somebody else changed the same field; nothing is overwritten.
    """
    writing.opened(session, proposal)  # whoever writes at the same moment waits here
    session.refresh(proposal)
    writing.check_writer(session, proposal.id, author_id)
    text = combined(base, current(session, proposal), text)
    words = {name: getattr(text, name) for name in WORDS}
    storing.write(session, proposal, words, account_id=author_id, now=now)
    _put(session, proposal, text, now=now)


def amend(
    session: Session, proposal: Proposal, text: Text, *, writer_id: UUID | None, now: datetime
) -> None:
    """The text with what was agreed in it, as the words of whoever they are: of an amendment.

    With `writer_id` None, of the person without an account for whom it was handed in.

    The caller holds the lock of the text, and has put `text` together from what it says now.

    Raises
    ------
    FrozenProposalError : the text changes no more, not even by an amendment.
    """
    if proposal.status not in workflow.AMENDABLE:
        raise FrozenProposalError(status=proposal.status)
    words = {name: getattr(text, name) for name in WORDS}
    storing.write(session, proposal, words, account_id=writer_id, now=now, is_agreed=True)
    _put(session, proposal, text, now=now)
    keeping.keep(session, [proposal])


def _put(session: Session, proposal: Proposal, text: Text, *, now: datetime) -> None:
    """Bring the proposal's columns, and what search knows, to this text."""
    writing.settle(session, proposal)
    for name, value in asdict(text).items():
        setattr(proposal, name, value)
    proposal.updated_at = now
    session.flush()
    words = update(SearchEntry).where(SearchEntry.proposal_id == proposal.id)
    session.execute(words.values(words=_words(text)))


def discard(session: Session, proposal: Proposal, *, author_id: UUID) -> None:
    """Delete one's own draft for good; the journal, which is public, never had its words.

    Raises
    ------
    NotYourProposalError
    FrozenProposalError : it was handed in, and can only be withdrawn.
    SharedDraftError : others belong to it.
    """
    _check_author(proposal, author_id)
    if proposal.status != "draft":
        raise FrozenProposalError(status=proposal.status)
    if members.others(session, proposal.id):
        raise SharedDraftError
    people.forget(session, proposal.id)
    consents.forget(session, proposal.id)
    versions.forget(session, proposal.id)
    writing.forget(session, proposal.id)
    session.execute(delete(SearchEntry).where(SearchEntry.proposal_id == proposal.id))
    session.delete(proposal)
    session.flush()


def missing(text: Text) -> list[str]:
    """The fields that must be filled before the proposal can be submitted."""
    return [name for name in NEEDED if getattr(text, name) in (None, "")]


def too_long(text: Text) -> list[str]:
    """The fields that must be shortened before the proposal can be submitted."""
    return [name for name, most in LONGEST.items() if len(getattr(text, name)) > most]


def submit(session: Session, proposal: Proposal, *, author_id: UUID | None, now: datetime) -> int:
    """Hand the proposal in; gives its receipt number, which the database deals out.

    Handing in twice, as with a double click, gives the same number and changes nothing.

    Raises
    ------
    IncompleteProposalError : something is missing, or too long.
    ConsentMissingError : somebody who writes it has not agreed to the text as it stands.
    NotYourProposalError, ForbiddenMoveError
    """
    _check_author(proposal, author_id)
    if proposal.status != "received":
        if proposal.status in workflow.EDITABLE:
            _settle(session, proposal, now=now)
        move(session, proposal, "received", actor=Actor(CITIZEN, author_id), now=now)
        keeping.keep(session, [proposal])
        said = asdict(current(session, proposal))
        versions.keep(session, proposal, said, Kind.PUBLISHED, account_id=author_id, now=now)
    number = session.scalar(select(Receipt.number).where(Receipt.proposal_id == proposal.id))
    if number is None:
        receipt = Receipt(proposal_id=proposal.id, received_at=now)
        session.add(receipt)
        session.flush()
        number = receipt.number
    return number


def _settle(session: Session, proposal: Proposal, *, now: datetime) -> None:
    """Take over what was written together, if it can be handed in as it is."""
    writing.opened(session, proposal)  # nobody writes on until this is done
    text = current(session, proposal)
    unanswered = [field.label_ko for field in asking.missing(session, proposal.id)]
    gaps = missing(text) + too_long(text) + unanswered
    if gaps:
        raise IncompleteProposalError(missing=gaps)
    if proposal.status == "draft":
        consents.check(session, proposal, PUBLISH, text.digest, asks=proposal.author_id)
    _put(session, proposal, text, now=now)


def withdraw(session: Session, proposal: Proposal, *, author_id: UUID, now: datetime) -> None:
    """Take one's own proposal back. Raises NotYourProposalError, ForbiddenMoveError."""
    _check_author(proposal, author_id)
    move(session, proposal, "withdrawn", actor=Actor(CITIZEN, author_id), now=now)


def move(
    session: Session,
    proposal: Proposal,
    to: str,
    *,
    actor: Actor,
    roles: Collection[str] = (),
    now: datetime,
    reason: str = "",
    reason_code: str = "",
    into_id: UUID | None = None,
    due_on: date | None = None,
) -> None:
    """One step of the status machine, with its public line in the journal.

    Parameters
    ----------
    roles : all that the actor holds; the actor's own role is always among them
    due_on : until when an author is asked for more information

    Raises
    ------
    ForbiddenMoveError : the table has no such step for these roles.
    ReasonNeededError : the step needs a reason, or a reason code.
    ConsentNeededError : an official merges by hand what has an author.
    MergeTargetError : `to` is "merged", and `into_id` is no other proposal on its way.
    RoomError : what the review still needs before this step, see proposals/review/gate.py.
    """
    terms = workflow.allowed(proposal.status, {*roles, actor.role}).get(to)
    if terms is None:
        raise ForbiddenMoveError(source=proposal.status, to=to)
    if not terms.is_told(actor.role, reason, reason_code):
        raise ReasonNeededError(to=to)
    gate.check(session, proposal, to, actor=actor, now=now, due_on=due_on)
    if to == "merged":
        if proposal.author_id is not None and actor != THE_SYSTEM:
            raise ConsentNeededError
        _check_target(session, proposal, into_id)
    code = reason_code if reason_code in terms.codes else ""
    source, proposal.status, proposal.updated_at = proposal.status, to, now
    proposal.merged_into_id = into_id
    session.flush()
    duty = gate.turn(session, proposal, source, actor=actor, now=now, reason=reason, due_on=due_on)
    due = duty.due_on if duty else None
    _tell(session, actor, proposal.id, source, to, now=now, reason=reason, code=code, due=due)


def follow(session: Session, to: Mapping[UUID, str], *, now: datetime, reason: str = "") -> None:
    """Move many proposals at once, as the slate and the tally do: the system's own steps.

    A merge is none of them: it names another proposal, see `move`.

    Raises
    ------
    ForbiddenMoveError : the table has no such step for the system; nothing was moved.
    ReasonNeededError : the step needs a reason; nothing was moved.
    """
    found = session.scalars(select(Proposal).where(Proposal.id.in_(to)).order_by(Proposal.id)).all()
    for proposal in found:
        terms = workflow.allowed(proposal.status, {THE_SYSTEM.role}).get(to[proposal.id])
        if terms is None or "merged" in (proposal.status, to[proposal.id]):
            raise ForbiddenMoveError(source=proposal.status, to=to[proposal.id])
        if not terms.is_told(THE_SYSTEM.role, reason, ""):
            raise ReasonNeededError(to=to[proposal.id])
    for proposal in found:
        source, proposal.status, proposal.updated_at = proposal.status, to[proposal.id], now
        _tell(session, THE_SYSTEM, proposal.id, source, to[proposal.id], now=now, reason=reason)
    session.flush()


def _tell(
    session: Session, actor: Actor, proposal_id: UUID, source: str, to: str,
    *, now: datetime, reason: str = "", code: str = "", due: date | None = None,
) -> None:  # fmt: skip
    journal.record(
        session, actor, "proposal.moved", about="proposal", about_id=proposal_id, now=now,
        source=source, to=to, reason=reason, reason_code=code,
        **({"due": due.isoformat()} if due else {}),
    )  # fmt: skip


def _check_target(session: Session, proposal: Proposal, into_id: UUID | None) -> None:
    """Both are locked, in one order for all, lest each be merged into the other at once."""
    if into_id in (None, proposal.id):
        raise MergeTargetError
    both = select(Proposal.id).where(Proposal.id.in_((proposal.id, into_id)))
    session.execute(both.order_by(Proposal.id).with_for_update())
    into = session.get(Proposal, into_id, populate_existing=True)
    if into is None or into.status not in workflow.MERGE_TARGETS:
        raise MergeTargetError


def _check_author(proposal: Proposal, author_id: UUID | None) -> None:
    if proposal.author_id != author_id:
        raise NotYourProposalError


def _words(text: Text) -> str:
    return search.indexed(
        text.title,
        text.title_en,
        text.summary,
        text.summary_en,
        text.place,
        text.need,
        text.benefit,
    )
