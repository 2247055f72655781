"""Projects of an election file as proposals. The session is the caller's; nothing here commits."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from proposals import search
from proposals.models import Proposal, SearchEntry
from proposals.services import KEY_BITS, LONGEST_SUMMARY, LONGEST_TITLE


@dataclass(frozen=True)
class Imported:
    """A project of an election file, which becomes a proposal on a ballot at once."""

    title: str
    cost_minor: int
    currency: str
    title_en: str = ""
    summary: str = ""
    summary_en: str = ""


def receive_imported(
    session: Session, rows: Sequence[Imported], *, now: datetime, is_demo: bool = False
) -> list[UUID]:
    """Proposals for an election file's projects, in its order, on a ballot from the start."""
    if not rows:
        return []  # an INSERT without rows would be one of defaults
    ids = [uuid4() for _ in rows]
    session.execute(
        insert(Proposal),
        [
            {
                "id": id_, "author_id": None, **asdict(row),
                "title": row.title[:LONGEST_TITLE], "summary": row.summary[:LONGEST_SUMMARY],
                "status": "on_ballot",
                "shuffle_key": secrets.randbits(KEY_BITS), "version": 1,
                "created_at": now, "updated_at": now, "is_demo": is_demo,
            }
            for id_, row in zip(ids, rows, strict=True)
        ],
    )  # fmt: skip
    session.execute(
        insert(SearchEntry),
        [
            {"proposal_id": id_, "words": search.indexed(row.title, row.title_en, row.summary)}
            for id_, row in zip(ids, rows, strict=True)
        ],
    )
    return ids
