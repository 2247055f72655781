"""What pages and programs read of texts that are written together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, literal, select
from sqlalchemy.orm import Session

from accounts.models import Account
from proposals.models import Proposal
from proposals.writing import texts
from proposals.writing.models import (
    Writing,
    WritingClient,
    WritingPresence,
    WritingUpdate,
    WritingWhole,
)
from proposals.writing.updates import FIELDS, LINES

PRESENT_FOR = timedelta(seconds=30)  # after the last sign of a page


@dataclass(frozen=True)
class Since:
    """What was added to a text: up to which number, and the updates to take in."""

    seq: int
    updates: Sequence[bytes]


@dataclass(frozen=True)
class Present:
    """Somebody who has the text open, and the field in which the caret is."""

    page: str
    account_id: UUID
    name: str
    field: str


@dataclass(frozen=True)
class Writer:
    """Somebody whose words stand in the text; without a name: they were there before accounts."""

    name: str
    letters: int


@dataclass(frozen=True)
class SharedRun:
    """Words of one writer, by the writer's number and name."""

    text: str
    number: int
    name: str


@dataclass(frozen=True)
class Shares:
    """All writers, who wrote most first, and each field's words with their writers."""

    writers: Sequence[Writer]
    runs: Mapping[str, Sequence[SharedRun]]


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether anybody has opened the text for writing together."""
    return exists().where(Writing.proposal_id == proposal_id)


def head(session: Session, proposal_id: UUID) -> Writing | None:
    """How far the text of a proposal has come; None if nobody has opened it yet."""
    return session.get(Writing, proposal_id, populate_existing=True)


def whole(session: Session, writing: Writing) -> bytes:
    """All updates of a text as one."""
    return texts.merged(parts(session, writing.proposal_id, writing.folded))


def parts(session: Session, proposal_id: UUID, folded: int) -> Sequence[bytes]:
    """What is `folded` of a text, then each update since; by one statement."""
    whole = select(literal(0).label("seq"), WritingWhole.data)
    later = select(WritingUpdate.seq, WritingUpdate.data).where(
        WritingUpdate.proposal_id == proposal_id, WritingUpdate.seq > folded
    )
    query = whole.where(WritingWhole.proposal_id == proposal_id).union_all(later).order_by("seq")
    return [row.data for row in session.execute(query)]


def since(session: Session, writing: Writing, after: int, state: bytes) -> Since:
    """What somebody lacks who has seen all up to `after`.

    `state` tells what they have, for the case that this was folded in the meantime.

    Raises
    ------
    UnreadableUpdateError : `state` is no state vector.
    """
    if 0 <= after <= writing.seq:
        later = rows(session, writing.proposal_id, after)
        if len(later) == writing.seq - after:
            return Since(writing.seq, [data for _, data in later])
    if state == texts.NOTHING:  # a page that opens: it puts the parts together itself
        said = parts(session, writing.proposal_id, writing.folded)
        return Since(writing.seq, [one for one in said if one != texts.EMPTY])
    lacking = texts.missing(whole(session, writing), state)
    return Since(writing.seq, [lacking] if lacking != texts.EMPTY else [])


def present(session: Session, proposal_id: UUID, *, now: datetime) -> Sequence[Present]:
    """Who has the text open, in the order of their names."""
    query = (
        select(WritingPresence.page, Account.id, Account.name, WritingPresence.field)
        .join(Account, Account.id == WritingPresence.account_id)
        .where(WritingPresence.proposal_id == proposal_id, WritingPresence.at > now - PRESENT_FOR)
        .order_by(Account.name, WritingPresence.page)
    )
    return [Present(*row) for row in session.execute(query)]


def gathering(session: Session, proposal_id: UUID, *, now: datetime) -> list[dict[str, Any]]:
    """Each person who is here, with the fields in which the carets are; for pages."""
    here: dict[UUID, dict[str, Any]] = {}
    for person in present(session, proposal_id, now=now):
        one = here.setdefault(
            person.account_id, {"id": str(person.account_id), "name": person.name, "fields": []}
        )
        if person.field and person.field not in one["fields"]:
            one["fields"].append(person.field)
    return list(here.values())


def columns(proposal: Proposal) -> dict[str, str]:
    """The words of a proposal as its columns have them."""
    return {name: _lined(getattr(proposal, name)) for name in FIELDS}


def _lined(text: str) -> str:
    """The text with one sign at the end of each line: browsers once sent two."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def words(session: Session, proposal: Proposal) -> dict[str, str]:
    """The words of a proposal as they stand: of the text, where that is ahead of the columns."""
    writing = head(session, proposal.id)
    if writing is None or writing.seq == writing.settled:
        return columns(proposal)
    return tidied(texts.contents(*parts(session, proposal.id, writing.folded)))


def titles(session: Session, proposals: Sequence[Proposal]) -> Mapping[UUID, str]:
    """The title of each proposal as it stands."""
    ahead = set(
        session.scalars(
            select(Writing.proposal_id).where(
                Writing.proposal_id.in_([row.id for row in proposals]),
                Writing.seq > Writing.settled,
            )
        )
    )
    return {
        row.id: words(session, row)["title"] if row.id in ahead else row.title for row in proposals
    }


def tidied(said: Mapping[str, str]) -> dict[str, str]:
    """The words as columns keep them: without blanks at the ends, and a line in one line."""
    lines = {name: " ".join(said[name].splitlines()) for name in LINES}
    return {name: text.strip() for name, text in {**said, **lines}.items()}


def shares(session: Session, proposal: Proposal) -> Shares | None:
    """Who wrote which words; None if nobody has opened the text for writing together yet."""
    writing = head(session, proposal.id)
    if writing is None:
        return None
    clients: dict[UUID | None, list[tuple[int, int]]] = {}
    query = select(WritingClient).where(WritingClient.proposal_id == proposal.id)
    for row in session.scalars(query.order_by(WritingClient.client)):
        clients.setdefault(row.account_id, []).append((row.client, row.clock))
    runs = texts.authorship(whole(session, writing), clients)
    letters: Counter[UUID | None] = Counter()
    for run in (run for field in runs.values() for run in field):
        letters[run.writer] += len(run.text)
    known = names(session, list(letters))
    order = {writer: number for number, (writer, _) in enumerate(letters.most_common(), start=1)}
    return Shares(
        [Writer(known.get(writer, ""), letters[writer]) for writer in order],
        {
            name: [
                SharedRun(run.text, order[run.writer], known.get(run.writer, "")) for run in field
            ]
            for name, field in runs.items()
        },
    )


def names(session: Session, account_ids: Sequence[UUID | None]) -> Mapping[UUID | None, str]:
    """The name of each account."""
    query = select(Account.id, Account.name).where(Account.id.in_(account_ids))
    return {row.id: row.name for row in session.execute(query)}


def rows(session: Session, proposal_id: UUID, after: int) -> list[tuple[int, bytes]]:
    """The updates after a number, with theirs, as far as their rows are still there."""
    query = select(WritingUpdate.seq, WritingUpdate.data).where(
        WritingUpdate.proposal_id == proposal_id, WritingUpdate.seq > after
    )
    return [(seq, data) for seq, data in session.execute(query.order_by(WritingUpdate.seq))]
