"""The city as a drawing: what pages show of a map where no script runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from proposals.places import geometry, queries
from proposals.places.geometry import Point, Shape, Sketch


@dataclass(frozen=True)
class Drawing:
    """The city as a drawing: what the pages show where no script runs.

    Attributes
    ----------
    outlines : slug -> path of the outline
    middles : slug -> where its name or number stands
    point : where the one proposal stands that is shown
    """

    width: int
    height: int
    outlines: Mapping[str, str]
    middles: Mapping[str, tuple[int, int]]
    point: tuple[int, int] | None = None


def drawing(shapes: Mapping[str, Shape], point: Point | None = None) -> Drawing | None:
    """The city with one point on it; None without outlines."""
    if not shapes:
        return None
    sketch = Sketch(geometry.around(shapes))
    return Drawing(
        width=sketch.width, height=sketch.height,
        outlines={slug: sketch.path(shape) for slug, shape in shapes.items()},
        middles={slug: sketch.at(shape.middle) for slug, shape in shapes.items()},
        point=sketch.at(point) if point else None,
    )  # fmt: skip


def map_of(session: Session, proposal_id: UUID) -> Drawing | None:
    """The city with the proposal's point; None where it has none."""
    shapes, point = queries.districts_around(session, proposal_id)
    return drawing(shapes, point) if point else None
