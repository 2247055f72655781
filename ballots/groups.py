"""The options of a contest as a ballot shows them: by field, in the city's order of fields."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ballots.models import Contest, Option
from core import city
from core.city import Field


@dataclass(frozen=True)
class Group:
    """The options of one field, and the most that may be picked of them."""

    field: Field | None
    limit: int | None
    options: Sequence[Option]


def grouped(session: Session, contest: Contest, options: Iterable[Option]) -> list[Group]:
    """These options by field; within a field they stay in the order given."""
    fields: dict[str | None, Field | None] = {row.slug: row for row in city.fields(session)}
    fields[None] = None
    by_field: dict[str | None, list[Option]] = {}
    for option in options:
        by_field.setdefault(option.field, []).append(option)
    return [
        Group(field, contest.field_limits.get(slug or ""), by_field[slug])
        for slug, field in fields.items()
        if slug in by_field
    ]
