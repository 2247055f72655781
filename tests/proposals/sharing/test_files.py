"""Rows as files: what is written is read again, piece by piece."""

import csv
import json
from io import StringIO
from itertools import count, islice

from hypothesis import given
from hypothesis import strategies as st

from proposals.sharing.files import FORMATS

COLUMNS = ("id", "title", "latitude", "longitude")
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": st.uuids().map(str), "title": TEXT}
        | {axis: st.none() | st.floats(-80, 80) for axis in ("latitude", "longitude")}
    ),
    max_size=5,
)


def written(form, rows) -> str:
    return "".join(FORMATS[form][1](rows, COLUMNS))


@given(ROWS)
def test_json_gives_the_rows_back(rows):
    assert json.loads(written("json", rows)) == rows


@given(ROWS)
def test_geojson_has_a_feature_for_each(rows):
    said = json.loads(written("geojson", rows))
    assert said["type"] == "FeatureCollection"
    assert [feature["properties"] for feature in said["features"]] == rows
    for feature, row in zip(said["features"], rows, strict=True):
        assert (feature["geometry"] is None) == (row["latitude"] is None)
        if feature["geometry"]:
            assert feature["geometry"]["coordinates"] == [row["longitude"], row["latitude"]]


@given(ROWS)
def test_csv_gives_texts_back_and_no_formula(rows):
    text = written("csv", rows)
    assert text.startswith("\ufeffid,title,")
    read = list(csv.DictReader(StringIO(text[1:], newline="")))
    for line, row in zip(read, rows, strict=True):
        assert line["title"].removeprefix("'") == row["title"].removeprefix("'")
        assert not line["title"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_nothing_waits_for_the_end():
    endless = ({"id": str(n), "title": "", "latitude": None, "longitude": None} for n in count())
    for _kind, write in FORMATS.values():
        assert len(list(islice(write(endless, COLUMNS), 3))) == 3
