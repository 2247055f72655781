"""Points and outlines: exact, whatever the numbers."""

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.demo.places import OUTLINES
from proposals.places import geometry
from proposals.places.geometry import (
    DATE_LINE,
    MILLION,
    POLE,
    Box,
    OutlineError,
    Point,
    Shape,
    Sketch,
)

COORDINATE = st.integers(-1000, 1000)
CORNER = st.tuples(COORDINATE, COORDINATE)


def shape(*corners) -> Shape:
    return Shape((((*corners, corners[0]),),))


SQUARE = shape((0, 0), (10, 0), (10, 10), (0, 10))


@pytest.mark.parametrize("text", ["37.4772, 126.8664", "37.4772,126.8664", " 37.4772 , 126.8664 "])
def test_a_point_is_read_and_written(text):
    assert str(Point.parse(text)) == "37.477200, 126.866400"


@given(st.integers(-90 * MILLION, 90 * MILLION), st.integers(-180 * MILLION, 180 * MILLION))
def test_a_point_that_is_written_is_read_again(latitude, longitude):
    assert Point.parse(str(Point(latitude, longitude))) == Point(latitude, longitude)


@pytest.mark.parametrize(
    "text", ["", "37.4", "a, b", "91, 0", "0, 181", "nan, 0", "0, inf", "1, 2, 3", "1e400, 0"]
)
def test_what_is_nowhere_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - of float, of unpacking, or ours
        Point.parse(text)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ("0, 0", "0, 0", 0),
        ("37, 126", "38, 126", 111_195),  # a degree along a meridian
        ("0, 10", "0, 11", 111_195),  # and along the equator
        ("60, 0", "60, 0.001", 56),  # half as far at 60 degrees
        ("0, 179.9995", "0, -179.9995", 111),  # over the date line
        ("90, 0", "-90, 77", 20_015_115),
    ],
)
def test_the_way_between_two_points(one, other, metres):
    assert Point.parse(one).metres_to(Point.parse(other)) == metres
    assert Point.parse(other).metres_to(Point.parse(one)) == metres


@given(
    st.integers(-POLE, POLE), st.integers(-DATE_LINE, DATE_LINE), st.integers(0, 1000),
    st.integers(-9999, 9999), st.integers(-99999, 99999),
)  # fmt: skip
def test_a_box_holds_all_that_is_so_near(latitude, longitude, metres, north, east):
    middle, other = Point(latitude, longitude), Point(latitude + north, longitude + east)
    assume(abs(other.latitude) <= POLE and abs(other.longitude) <= DATE_LINE)
    assume(middle.metres_to(other) <= metres)
    box = Box.within(metres, middle)
    assert box.south <= other.latitude <= box.north
    assert box.west <= other.longitude <= box.east


def test_a_box_at_the_pole_goes_round():
    assert Box.within(10, Point(POLE, 5)) == Box(POLE - 99, -DATE_LINE, POLE, DATE_LINE)


@given(CORNER, CORNER, CORNER, CORNER)
def test_a_triangle_holds_what_lies_on_the_same_side_of_all_edges(a, b, c, p):
    def side(one, two):
        return (two[0] - one[0]) * (p[1] - one[1]) - (p[0] - one[0]) * (two[1] - one[1])

    assume((b[0] - a[0]) * (c[1] - a[1]) != (c[0] - a[0]) * (b[1] - a[1]))
    sides = side(a, b), side(b, c), side(c, a)
    expected = all(it >= 0 for it in sides) or all(it <= 0 for it in sides)
    assert shape(a, b, c).contains(Point(p[1], p[0])) == expected


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1), CORNER)
def test_parts_and_holes_hold_what_they_are_made_of(cells, p):
    parts = tuple(
        (((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)),)
        for x, y in ((10 * x, 10 * y) for x, y in cells)
    )
    made = Shape(parts)
    x, y = p
    expected = any(10 * i <= x <= 10 * i + 1 and 10 * j <= y <= 10 * j + 1 for i, j in cells)
    assert made.contains(Point(y, x)) == expected


def test_a_hole_is_outside_and_its_edge_is_not():
    hole = ((4, 4), (6, 4), (6, 6), (4, 6), (4, 4))
    ring = Shape(((SQUARE.polygons[0][0], hole),))
    assert not ring.contains(Point(5, 5))
    assert ring.contains(Point(4, 5))
    assert ring.contains(Point(2, 5))
    assert ring.contains(ring.middle)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=3, max_size=3))
def test_the_middle_lies_within(corners):
    a, b, c = corners
    area = abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))
    assume(area > 10**9)  # no splinter, in which no whole point may lie
    made = shape(*corners)
    assert made.contains(made.middle)


def test_the_middle_of_two_islands_is_on_the_larger():
    small, large = shape((0, 90), (5, 90), (5, 95), (0, 95)), SQUARE
    assert large.contains(Shape((*small.polygons, *large.polygons)).middle)


@given(st.lists(CORNER, min_size=3, max_size=8))
def test_a_shape_is_kept_as_it_is(corners):
    made = shape(*corners)
    assert Shape.of_json(json.loads(json.dumps(made.to_json()))) == made


def test_a_sketch_has_north_above_and_keeps_proportions():
    city = shape(
        *((x * MILLION, y * MILLION) for x, y in ((126, 60), (127, 60), (127, 61), (126, 61)))
    )
    sketch = Sketch(city.box, width=100)
    assert sketch.at(Point(61 * MILLION, 126 * MILLION)) == (0, 0)
    assert sketch.at(Point(60 * MILLION, 127 * MILLION)) == (100, sketch.height)
    assert 190 < sketch.height < 210  # at 60° a degree eastward is half as long
    assert sketch.path(city) == f"M0 {sketch.height}L100 {sketch.height}L100 0L0 0Z"


def test_points_on_one_unit_are_drawn_once():
    fine = shape((0, 0), (1000, 0), (1000, 1), (1000, 2), (1000, 1000), (0, 1000))
    assert Sketch(fine.box, width=10).path(fine).count("L") == 3


def collection(*features) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def feature(coordinates, kind="Polygon", slug="one") -> dict:
    geometry_ = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"slug": slug}, "geometry": geometry_}


RING = [[126.1, 37.1], [126.2, 37.1], [126.2, 37.2, 12.5], [126.1, 37.1]]


def test_a_file_is_read():
    read = geometry.read(
        collection(feature([RING]), feature([[RING], [RING]], "MultiPolygon", "two"))
    )
    assert list(read) == ["one", "two"]
    assert read["one"].polygons[0][0][1] == (126_200_000, 37_100_000)
    assert read["one"].geometry()["coordinates"][0][0][0] == [126.1, 37.1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"), ("[" * 100_000, "not JSON"), ("[]", "FeatureCollection"), ("null", "FeatureCollection"),
        ('{"type": "FeatureCollection"}', "no district"), ('{"type": "FeatureCollection", "features": 5}', "no district"),
        (collection(), "no district"), (collection(5), "feature 1"), (collection(feature([RING], slug=5)), "feature 1"),
        (collection(feature([RING]), feature([RING])), "feature 2: the slug 'one'"),
        (collection(feature([RING], "Point")), "feature 1"), (collection(feature([RING], [])), "feature 1"),
        (collection(feature([])), "without rings"), (collection(feature([], "MultiPolygon")), "without rings"),
        (collection(feature([RING[:3]])), "ends where it began"), (collection(feature([[*RING[:-1], [0, 0]]])), "ends where"),
        (collection(feature([[[200, 37], [201, 37], [201, 38], [200, 37]]])), "nowhere on earth"),
        (collection(feature([[[1, 1], [2, 1], [3, 1], [1, 1]]])), "without any inside"),
        (collection(feature(["abcd"])), "feature 1"), (collection(feature([[[float("nan"), 1]] * 4])), "feature 1"),
        (collection(feature([[[float("inf"), 1]] * 4])), "feature 1"),
    ],
)  # fmt: skip
def test_a_wrong_file_says_where(text, said):
    with pytest.raises(OutlineError, match=said):
        geometry.read(text)


@given(st.recursive(st.none() | st.integers() | st.floats() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                        st.sampled_from(["type", "features", "properties", "slug", "geometry", "coordinates"]), inner)))  # fmt: skip
def test_no_file_breaks_the_reader(said):
    for text in (json.dumps(said), collection(said), collection(feature(said))):
        try:
            geometry.read(text)
        except OutlineError:
            continue


def test_the_demo_has_an_outline_for_each_neighbourhood_and_says_what_it_is():
    text = Path(OUTLINES).read_text(encoding="utf-8")
    assert len(geometry.read(text)) == 19
    assert json.loads(text)["note"].startswith("SCHEMATIC")
    for one in geometry.read(text).values():
        assert one.contains(one.middle)
