"""The questions of the cards, as the city lists them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from proposals.review.models import Criterion


def ask(session: Session, rows: Sequence[Mapping[str, str]]) -> None:
    """Ask these questions from now on, in this order, and no others; answered cards stay.

    Parameters
    ----------
    rows : each with slug, step, ko, en, question_ko and question_en

    Raises
    ------
    KeyError : a row lacks one of them; the session is to be undone.
    """
    last = session.scalar(select(func.max(Criterion.position))) or 0
    # Out of the way: positions are unique, and those that are asked no more keep one.
    session.execute(
        update(Criterion).values(is_asked=False, position=Criterion.position + last + len(rows))
    )
    session.expire_all()
    for position, row in enumerate(rows, start=1):
        session.merge(
            Criterion(
                slug=row["slug"], step=row["step"], name_ko=row["ko"], name_en=row["en"],
                question_ko=row["question_ko"], question_en=row["question_en"],
                position=position, is_asked=True,
            )
        )  # fmt: skip
    session.flush()
