"""Points and outlines in whole millionths of a degree: exact, and pure.

A millionth of a degree is 11 cm at most. Outlines follow GeoJSON (RFC 7946): longitude first,
polygons of rings, the first ring outside and the others holes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from itertools import groupby, pairwise
from math import asin, ceil, cos, hypot, radians, sin
from typing import Any

MILLION = 1_000_000
POLE, DATE_LINE = 90 * MILLION, 180 * MILLION
EARTH = 6_371_009  # metres: the mean radius of the ellipsoid of WGS 84

Ring = tuple[tuple[int, int], ...]  # (longitude, latitude), the first point again at the end
_FEWEST = 4  # points of a ring


class OutlineError(ValueError):
    """A file of districts that cannot be read; the text says where and why."""


@dataclass(frozen=True)
class Point:
    """A place on earth, in millionths of a degree."""

    latitude: int
    longitude: int

    @classmethod
    def parse(cls, text: str) -> "Point":
        """The point of “37.4772, 126.8664”; ValueError for anything else.

        >>> Point.parse("37.4772, 126.8664")
        Point(latitude=37477200, longitude=126866400)
        """
        latitude, longitude = text.split(",")
        return cls.of_degrees(float(latitude), float(longitude))

    @classmethod
    def of_degrees(cls, latitude: float, longitude: float) -> "Point":
        """The point nearest to these degrees; ValueError for what is nowhere on earth."""
        if not (abs(latitude) <= POLE / MILLION and abs(longitude) <= DATE_LINE / MILLION):
            raise ValueError(f"nowhere on earth: {latitude}, {longitude}")
        return cls(round(latitude * MILLION), round(longitude * MILLION))

    @property
    def narrowing(self) -> float:
        """How long a degree of longitude is here, in those of the equator: 1 to 0 (at a pole)."""
        return max(0.0, cos(radians(self.latitude / MILLION)))

    def metres_to(self, other: "Point") -> int:
        """The way to another point on a sphere (haversine), which is within 0.6 % of WGS 84's."""
        north = sin(radians((self.latitude - other.latitude) / MILLION) / 2)
        east = sin(radians((self.longitude - other.longitude) / MILLION) / 2)
        half = hypot(north, east * (self.narrowing * other.narrowing) ** 0.5)
        return round(2 * EARTH * asin(min(1.0, half)))

    def __str__(self) -> str:
        return f"{self.latitude / MILLION:.6f}, {self.longitude / MILLION:.6f}"


@dataclass(frozen=True)
class Box:
    """A stretch of the earth between two parallels and two meridians, which belong to it."""

    south: int
    west: int
    north: int
    east: int

    @property
    def extent(self) -> int:
        """How large it is, to compare it with others nearby."""
        return (self.north - self.south) * (self.east - self.west)

    @classmethod
    def within(cls, metres: int, middle: Point) -> "Box":
        """A box that holds whatever is so near to the middle. It ends at the date line."""
        north = ceil((metres + 1) / EARTH / radians(1 / MILLION))  # distances are rounded
        widest = Point(min(POLE, abs(middle.latitude) + north), 0).narrowing
        east = 2 * DATE_LINE if widest * DATE_LINE <= north else ceil(north / widest)
        return cls(
            max(-POLE, middle.latitude - north), max(-DATE_LINE, middle.longitude - east),
            min(POLE, middle.latitude + north), min(DATE_LINE, middle.longitude + east),
        )  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """The outline of a district: polygons, each of rings."""

    polygons: tuple[tuple[Ring, ...], ...]

    def contains(self, point: Point) -> bool:
        """Whether the point is within, or on the edge."""
        return any(_contains(rings, point) for rings in self.polygons)

    @cached_property
    def box(self) -> Box:
        """The smallest box around it."""
        return _around(_box(rings[0]) for rings in self.polygons)

    @cached_property
    def middle(self) -> Point:
        """A point within: of the largest part, amid the widest stretch of its middle parallel."""
        largest = max(self.polygons, key=lambda rings: _box(rings[0]).extent)
        box = _box(largest[0])
        latitude = (box.south + box.north) // 2
        west, east = max(_spans(largest, latitude), key=lambda span: span[1] - span[0])
        return Point(latitude, (west + east) // 2)

    def geometry(self) -> dict[str, Any]:
        """Its GeoJSON geometry, in degrees."""
        return {
            "type": "MultiPolygon",
            "coordinates": [
                [[[x / MILLION, y / MILLION] for x, y in ring] for ring in rings]
                for rings in self.polygons
            ],
        }

    def to_json(self) -> list[list[list[list[int]]]]:
        """Its numbers, as the database keeps them."""
        return [[[list(corner) for corner in ring] for ring in rings] for rings in self.polygons]

    @classmethod
    def of_json(cls, kept: Sequence[Sequence[Sequence[Sequence[int]]]]) -> "Shape":
        """The shape of what `to_json` gave."""
        return cls(tuple(tuple(tuple((x, y) for x, y in ring) for ring in rings) for rings in kept))


@dataclass(frozen=True)
class Sketch:
    """A flat drawing of outlines, `width` units wide, north above."""

    box: Box
    width: int = 480

    @cached_property
    def _scale(self) -> tuple[float, float]:
        """Units in a millionth of a degree, eastward and southward."""
        east = self.width / max(1, self.box.east - self.box.west)
        middle = (self.box.south + self.box.north) / 2 / MILLION
        return east, east / max(0.01, cos(radians(middle)))

    @property
    def height(self) -> int:
        """Units from north to south."""
        return round((self.box.north - self.box.south) * self._scale[1])

    def at(self, point: Point) -> tuple[int, int]:
        """Where a point stands: units from the left, and from above."""
        east, south = self._scale
        x, y = point.longitude - self.box.west, self.box.north - point.latitude
        return round(x * east), round(y * south)

    def path(self, shape: Shape) -> str:
        """The outline as the path of an SVG; points that fall on one unit are drawn once."""
        return "".join(
            f"M{'L'.join(f'{x} {y}' for x, y in self._thinned(ring))}Z"
            for rings in shape.polygons
            for ring in rings
        )

    def _thinned(self, ring: Ring) -> list[tuple[int, int]]:
        drawn = (self.at(Point(latitude, longitude)) for longitude, latitude in ring[:-1])
        return [corner for corner, _again in groupby(drawn)]


def around(shapes: Mapping[str, Shape]) -> Box:
    """The smallest box around all of them; at least one."""
    return _around(shape.box for shape in shapes.values())


def read(text: str) -> dict[str, Shape]:
    """The districts of a GeoJSON file by their property ``slug``.

    Raises
    ------
    OutlineError
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise OutlineError(f"it is not JSON: {error}") from None
    if not isinstance(said, dict) or said.get("type") != "FeatureCollection":
        raise OutlineError('it is no GeoJSON "FeatureCollection"')
    features = said.get("features")
    if not isinstance(features, list) or not features:
        raise OutlineError("it holds no district")
    found: dict[str, Shape] = {}
    for number, feature in enumerate(features, start=1):
        try:
            slug = feature["properties"]["slug"]
            shape = _shape(feature["geometry"])
        except (TypeError, KeyError, ValueError, IndexError, OverflowError) as error:
            raise OutlineError(
                f'feature {number} needs a property "slug" and a Polygon or MultiPolygon in '
                f"degrees of longitude and latitude ({error})"
            ) from None
        if not isinstance(slug, str) or slug in found:
            raise OutlineError(f"feature {number}: the slug {slug!r} is no text, or there twice")
        found[slug] = shape
    return found


def _shape(geometry: Mapping[str, Any]) -> Shape:
    nested = geometry["coordinates"]
    polygons = {"Polygon": [nested], "MultiPolygon": nested}[geometry["type"]]
    shape = Shape(tuple(tuple(_ring(ring) for ring in rings) for rings in polygons))
    if not shape.polygons or not all(shape.polygons):
        raise ValueError("an outline without rings")
    return shape


def _ring(corners: Sequence[Sequence[float]]) -> Ring:
    ring = tuple((round(x * MILLION), round(y * MILLION)) for x, y, *_height in corners)
    if len(ring) < _FEWEST or ring[0] != ring[-1]:
        raise ValueError("a ring of at least three corners ends where it began")
    if any(abs(x) > DATE_LINE or abs(y) > POLE for x, y in ring):
        raise ValueError("a corner that is nowhere on earth")
    if len({y for _x, y in ring}) == 1:
        raise ValueError("a ring without any inside")
    return ring


def _box(ring: Ring) -> Box:
    east, north = (max(corner[axis] for corner in ring) for axis in (0, 1))
    west, south = (min(corner[axis] for corner in ring) for axis in (0, 1))
    return Box(south, west, north, east)


def _around(boxes: Iterable[Box]) -> Box:
    south, west, north, east = zip(*map(astuple, boxes), strict=True)
    return Box(min(south), min(west), max(north), max(east))


def _contains(rings: Sequence[Ring], point: Point) -> bool:
    """By the even-odd rule, in whole numbers; what lies on an edge is within."""
    x, y = point.longitude, point.latitude
    inside = False
    for (x1, y1), (x2, y2) in _edges(rings):
        side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        if side == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and (side > 0) == (y2 < y1):
            inside = not inside
    return inside


def _spans(rings: Sequence[Ring], latitude: int) -> Iterator[tuple[int, int]]:
    """From where to where a parallel runs within."""
    crossings = sorted(
        x1 + (latitude - y1) * (x2 - x1) // (y2 - y1)
        for (x1, y1), (x2, y2) in _edges(rings)
        if (y1 > latitude) != (y2 > latitude)
    )
    yield from zip(crossings[::2], crossings[1::2], strict=True)


def _edges(rings: Sequence[Ring]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for ring in rings:
        yield from pairwise(ring)
