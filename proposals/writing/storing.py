"""Keeping what was written. The session is the caller's; nothing here commits.

Updates that come at the same time are looked at together: their rows are read at once, each is
decided upon in turn, and what is to be kept is written at once. The texts' rows are locked first,
in one order for all, so that updates are numbered in the order in which they are kept: whoever has
seen number n will never miss one below it. While they are locked, one statement reads and one
writes: a journey to the database is paid by all who wait for the same texts.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    FromClause,
    Insert,
    Integer,
    Table,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
)
from sqlalchemy import update as update_
from sqlalchemy.orm import Session

from core.errors import RoomError
from core.rows import ManyRows, OneJourney
from proposals.errors import ForgedWriterError, FullTextError, LongUpdateError
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.writing import queries, services, texts, updates
from proposals.writing.models import Writing
from proposals.writing.updates import Update

LONGEST_UPDATE = 64 * 1024  # bytes; 20,000 Korean letters pasted at once are 60,000
LARGEST_TEXT = 4 * 1024 * 1024  # bytes of a text with all that was ever written in it
FOLD_EVERY = 128  # updates; more make opening slow, fewer make writing slow
MOST_FOLDS = 2  # in one act, so that texts that were begun together do not hold it up together
MOST_CLIENTS = 4096  # pages on which one person ever wrote in one text

# Tables instead of classes, built once: each keystroke of everybody comes this way. Objects of
# these rows are read anew where they are used.
_TABLES = Writing.metadata.tables
_WRITINGS, _CLIENTS = _TABLES["writings"], _TABLES["writing_clients"]
_HEADS = (
    select(*_WRITINGS.c["proposal_id", "seq", "folded", "size"])
    .where(_WRITINGS.c.proposal_id.in_(bindparam("ids", expanding=True)))
    .order_by(_WRITINGS.c.proposal_id)
    .with_for_update()
)
# Who writes, and as which pages, in one statement: rows without a page are those of `CIRCLES`.
_KNOWN = people.CIRCLES.add_columns(null().label("client"), null().label("clock")).union_all(
    select(
        _CLIENTS.c.proposal_id, null(), null(), _CLIENTS.c.account_id, null(),
        *_CLIENTS.c["client", "clock"],
    ).where(
        _CLIENTS.c.proposal_id.in_(bindparam("ids", expanding=True)),
        _CLIENTS.c.client.in_(bindparam("clients", expanding=True)),
    )
)  # fmt: skip
_UPDATES, _WHOLES = _TABLES["writing_updates"], _TABLES["writing_wholes"]


def _insert(table: Table, *names: str) -> ManyRows:
    def build(_dialect: str, given: FromClause) -> Insert:
        return insert(table).from_select(names, select(*given.c[*names]))

    return ManyRows(build, **{name: table.c[name].type for name in names})


_BIND = _insert(_CLIENTS, "proposal_id", "client", "account_id", "clock")
_ADD = _insert(_UPDATES, "proposal_id", "seq", "account_id", "at", "data")
_RISE = ManyRows(
    lambda _dialect, given: (
        update_(_CLIENTS)
        .where(_CLIENTS.c.proposal_id == given.c.id, _CLIENTS.c.client == given.c.page)
        .values(clock=given.c.to)
    ),
    id=Uuid(), page=BigInteger(), to=BigInteger(),
)  # fmt: skip
_GROW = ManyRows(
    lambda _dialect, given: (
        update_(_WRITINGS)
        .where(_WRITINGS.c.proposal_id == given.c.id)
        .values(seq=given.c.to, size=given.c.bytes)
    ),
    id=Uuid(), to=Integer(), bytes=Integer(),
)  # fmt: skip
_WRITE = OneJourney(bind=_BIND, rise=_RISE, add=_ADD, grow=_GROW)


@dataclass(frozen=True)
class Sent:
    """One update, of which text and from whom."""

    proposal_id: UUID
    account_id: UUID | None  # None: of somebody without an account, and `is_agreed`
    update: bytes
    at: datetime
    is_agreed: bool = False  # whoever may write has accepted these words of somebody else


@dataclass(frozen=True)
class _Head:
    """How far a text has come."""

    seq: int
    folded: int
    size: int


@dataclass(frozen=True)
class _Bound:
    """A page that wrote: whose it is, and how many units."""

    account_id: UUID | None
    clock: int


def store(
    session: Session,
    proposal_id: UUID,
    update: bytes,
    *,
    account_id: UUID | None,
    now: datetime,
    is_agreed: bool = False,
) -> int | None:
    """Keep one update; gives its number, or None if it says nothing new and nothing was stored.

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    UnreadableUpdateError, GapInUpdateError : it is no edit, or hangs on what is not there.
    ForgedWriterError : it writes as a page that is somebody else's.
    LongUpdateError, FullTextError : it, or the text, is too large.
    """
    (answer,) = store_all(session, [Sent(proposal_id, account_id, update, now, is_agreed)])
    if isinstance(answer, RoomError):
        raise answer
    return answer


def store_all(session: Session, sent: Sequence[Sent]) -> list[int | RoomError | None]:
    """Keep many updates; gives of each what `store` gives, or the refusal."""
    if not sent:
        return []
    read: list[tuple[Sent, Update | RoomError]] = [(one, _read(one.update)) for one in sent]
    ledger = _Ledger(session, [(one, said) for one, said in read if isinstance(said, Update)])
    answers: list[int | RoomError | None] = []
    for one, said in read:
        try:
            answers.append(said if isinstance(said, RoomError) else ledger.enter(one, said))
        except RoomError as refusal:
            answers.append(refusal)
    ledger.write()
    ledger.fold()
    return answers


def write(
    session: Session,
    proposal: Proposal,
    words: Mapping[str, str],
    *,
    account_id: UUID | None,
    now: datetime,
    is_agreed: bool = False,
) -> int | None:
    """Make the fields read like `words`, as this person's edit: what a plain form sends.

    With `is_agreed` the caller has checked that the words may come in, as those of an amendment.

    Raises
    ------
    As `store`.
    """
    whole = queries.whole(session, services.opened(session, proposal))
    client = secrets.randbits(services.CLIENT_BITS)
    update = texts.edit(whole, client, words)
    if update is None:
        return None
    return store(session, proposal.id, update, account_id=account_id, now=now, is_agreed=is_agreed)


def _read(update: bytes) -> Update | RoomError:
    if len(update) > LONGEST_UPDATE:
        return LongUpdateError()
    try:
        return updates.read(update)
    except RoomError as refusal:
        return refusal


class _Ledger:
    """The rows of some texts: read at once, changed here update by update, and written at once."""

    def __init__(self, session: Session, sent: Sequence[tuple[Sent, Update]]) -> None:
        self._session = session
        self._rows: dict[str, list[dict[str, Any]]] = {"new": [], "updates": []}
        self._risen: dict[tuple[UUID, int], int] = {}
        self._grown: set[UUID] = set()
        self._deleted: dict[UUID, bytes] = {}  # what was deleted, of texts where that was asked
        ids = sorted({one.proposal_id for one, _ in sent})
        clients = list({client for _, said in sent for client in said.clients})
        self._heads = self._locked(ids)
        known = session.connection().execute(_KNOWN, {"ids": ids, "clients": clients}).all()
        self._circles = people.circles_of(row for row in known if row.client is None)
        self._bound = {
            (row.id, row.client): _Bound(row.account_id, row.clock)
            for row in known
            if row.client is not None
        }

    def _locked(self, ids: Sequence[UUID]) -> dict[UUID, _Head]:
        found = {
            row.proposal_id: _Head(row.seq, row.folded, row.size)
            for row in self._session.connection().execute(_HEADS, {"ids": ids})
        }
        for id_ in ids:
            proposal = None if id_ in found else self._session.get(Proposal, id_)
            if proposal is not None:
                begun = services.opened(self._session, proposal)
                found[id_] = _Head(begun.seq, begun.folded, begun.size)
        return found

    def enter(self, sent: Sent, said: Update) -> int | None:
        """Decide upon one update; gives its number, or None if it says nothing new."""
        id_ = sent.proposal_id
        if not sent.is_agreed:
            services.check_circle(self._circles.get(id_), sent.account_id)
        known = {
            client: bound
            for client in said.clients
            if (bound := self._bound.get((id_, client))) is not None
        }
        risen = updates.rises(said, {client: bound.clock for client, bound in known.items()})
        if any(known[client].account_id != sent.account_id for client in risen if client in known):
            raise ForgedWriterError
        if not risen and not self._deletes_more(id_, said):
            return None
        new = risen.keys() - known.keys()
        head = self._heads[id_]
        if head.size + len(sent.update) > LARGEST_TEXT:
            raise FullTextError
        if new:
            pages = self._pages[id_, sent.account_id] + len(new)
            if pages > MOST_CLIENTS:
                raise FullTextError
            self._pages[id_, sent.account_id] = pages
        for client, clock in risen.items():
            self._bound[id_, client] = _Bound(sent.account_id, clock)
            if client in new:
                row = {"proposal_id": id_, "client": client, "account_id": sent.account_id}
                self._rows["new"].append(row)
            self._risen[id_, client] = clock
        if id_ in self._deleted:
            self._deleted[id_] = texts.merged([self._deleted[id_], sent.update])
        head = replace(head, seq=head.seq + 1, size=head.size + len(sent.update))
        self._heads[id_] = head
        self._grown.add(id_)
        self._rows["updates"].append(
            {"proposal_id": id_, "seq": head.seq, "account_id": sent.account_id,
             "at": sent.at, "data": sent.update}
        )  # fmt: skip
        return head.seq

    def write(self) -> None:
        """Write what was entered."""
        if not self._rows["updates"]:
            return
        new = [
            {**row, "clock": self._risen.pop((row["proposal_id"], row["client"]))}
            for row in self._rows["new"]
        ]
        rise = [{"id": id_, "page": page, "to": to} for (id_, page), to in self._risen.items()]
        grow = [
            {"id": id_, "to": self._heads[id_].seq, "bytes": self._heads[id_].size}
            for id_ in sorted(self._grown)
        ]
        added = self._rows["updates"]
        _WRITE.execute(self._session.connection(), bind=new, rise=rise, add=added, grow=grow)

    def fold(self) -> None:
        """Put many small updates of a text into its whole; pages' numbers tell who wrote what."""
        due = [
            id_
            for id_ in sorted(self._grown)
            if self._heads[id_].seq - self._heads[id_].folded >= FOLD_EVERY
        ]
        for id_ in due[:MOST_FOLDS]:  # the others when they grow again
            _fold(self._session, id_, self._heads[id_])

    def _deletes_more(self, proposal_id: UUID, said: Update) -> bool:
        """Whether an update that writes nothing deletes anything that is there still.

        What was deleted is looked up once for all updates of an act, and without putting the text
        together: in a long one that takes a tenth of a second.
        """
        if not said.deletes:
            return False
        if proposal_id not in self._deleted:
            folded = self._heads[proposal_id].folded
            whole, *later = queries.parts(self._session, proposal_id, folded)
            new = [
                row["data"] for row in self._rows["updates"] if row["proposal_id"] == proposal_id
            ]
            self._deleted[proposal_id] = texts.merged([texts.deleted(whole), *later, *new])
        return texts.deletes_more(self._deleted[proposal_id], said.deletes)

    @cached_property
    def _pages(self) -> Counter[tuple[UUID, UUID | None]]:
        """On how many pages each person ever wrote in each of the texts."""
        where, who = _CLIENTS.c.proposal_id, _CLIENTS.c.account_id
        query = select(where, who, func.count()).group_by(where, who)
        rows = self._session.connection().execute(
            query.where(_CLIENTS.c.proposal_id.in_(list(self._heads)))
        )
        return Counter(
            {(proposal_id, account_id): pages for proposal_id, account_id, pages in rows}
        )


def _fold(session: Session, proposal_id: UUID, head: _Head) -> None:
    connection = session.connection()
    data = texts.folded(texts.merged(queries.parts(session, proposal_id, head.folded)))
    whole = update_(_WHOLES).where(_WHOLES.c.proposal_id == proposal_id)
    connection.execute(whole.values(data=data))
    # Those of the last stretch stay, for pages that are about to be told of them.
    old = _UPDATES.c.proposal_id == proposal_id, _UPDATES.c.seq <= head.folded
    connection.execute(delete(_UPDATES).where(*old))
    come = update_(_WRITINGS).where(_WRITINGS.c.proposal_id == proposal_id)
    connection.execute(come.values(folded=head.seq, size=len(data)))
