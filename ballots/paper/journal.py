"""Acts on batches, as the journal keeps them."""

from datetime import datetime

from sqlalchemy.orm import Session

import core.journal
from ballots.models import Contest
from ballots.paper.models import Batch
from core.journal import Actor


def record(
    session: Session, actor: Actor, act: str, contest: Contest, batch: Batch, *, now: datetime,
    **values: object,
) -> None:  # fmt: skip
    """Write an act on a batch down: never what is on a sheet, nor how many are blank."""
    core.journal.record(
        session, actor, act, about="contest", about_id=contest.id, now=now, batch=batch.number,
        title_ko=contest.title_ko, title_en=contest.title_en, **values,
    )  # fmt: skip
