"""One process' index of the public proposals, which follows the database by itself.

Before each look-up it asks what was changed since it last asked: one range of the index of
`updated_at`. A text is read again only if the proposal's version is another one, and worked out
only where its traits are not kept. So a process needs no word from others, and no lock of the
database, to know what they did.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from proposals import workflow
from proposals.models import Proposal
from proposals.similar.keeping import digest, work_out
from proposals.similar.models import KeptTraits
from proposals.similar.shelf import Near, Rarity, Shelf
from proposals.similar.traits import Traits, Written, traits

# A change may be kept this long after the moment that it bears: longer than any transaction takes,
# and than the clocks of two machines differ.
OVERLAP = timedelta(minutes=5)
_BATCH = 500
_TEXTS = (Proposal.title, Proposal.summary, Proposal.need, Proposal.title_en, Proposal.summary_en)


class Index:
    """The traits of all public proposals, as far as this process knows them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._versions: dict[UUID, int] = {}  # of the proposals on the shelf
        self._shelf: Shelf[UUID] = Shelf.of([])
        self._asked_at: datetime | None = None

    @property
    def rarity(self) -> Rarity:
        """How much each trait tells in this city."""
        return self._shelf.rarity

    def nearest(
        self, session: Session, texts: Iterable[Written], most: int, *, now: datetime,
        but: UUID | None = None,
    ) -> list[Near[UUID]]:  # fmt: skip
        """The public proposals that are most like one of `texts`, the most alike first.

        Parameters
        ----------
        session : one that has changed nothing, since what it sees is remembered
        but : the proposal that is being written, which is not like itself
        """
        shelf = self._fresh(session, now)
        best: dict[UUID, Near[UUID]] = {}
        for text in texts:
            for near in shelf.nearest(traits(text), most, rarity=shelf.rarity, but=but):
                if near.key not in best or near.likeness > best[near.key].likeness:
                    best[near.key] = near
        return sorted(best.values(), key=lambda near: (-near.likeness, near.key))[:most]

    def _fresh(self, session: Session, now: datetime) -> Shelf[UUID]:
        with self._lock:
            query = select(Proposal.id, Proposal.version, Proposal.status)
            if self._asked_at is not None:
                query = query.where(Proposal.updated_at >= self._asked_at - OVERLAP)
            else:
                query = query.where(Proposal.status.in_(workflow.PUBLIC))
            versions: dict[UUID, int] = {}
            gone: list[UUID] = []
            for id_, version, status in session.execute(query):
                if status in workflow.PUBLIC and self._versions.get(id_) != version:
                    versions[id_] = version
                elif status in workflow.HIDDEN and id_ in self._versions:
                    gone.append(id_)
            if versions or gone:
                changes: dict[UUID, Sequence[Traits]] = dict.fromkeys(gone, ())
                self._shelf = self._shelf.with_changes(changes | _traits(session, list(versions)))
                self._versions |= versions
                for id_ in gone:
                    del self._versions[id_]
            self._asked_at = max(now, self._asked_at or now)
            return self._shelf


def _traits(session: Session, ids: Sequence[UUID]) -> dict[UUID, Sequence[Traits]]:
    """The traits of these proposals: those that are kept, if they are of the text as it is now."""
    query = select(
        Proposal.id, *_TEXTS, KeptTraits.digest, KeptTraits.written, KeptTraits.in_english
    ).outerjoin(KeptTraits)
    found: dict[UUID, Sequence[Traits]] = {}
    for at in range(0, len(ids), _BATCH):
        for row in session.execute(query.where(Proposal.id.in_(ids[at : at + _BATCH]))):
            if row.digest == digest(row):
                kept = (Traits.from_bytes(row.written), Traits.from_bytes(row.in_english))
                found[row.id] = kept
            else:
                found[row.id] = work_out(row)
    return found
