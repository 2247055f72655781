"""Rows as files, piece by piece, so that no whole file stands in memory. Pure."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from types import MappingProxyType
from typing import Any

Row = Mapping[str, Any]
_BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheets know UTF-8
# What a spreadsheet would calculate instead of show, if a text begins with it.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """RFC 4180 with a byte order mark; empty for what is not known.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    buffer = StringIO()
    writer = csv.writer(buffer)
    buffer.write(_BYTE_ORDER_MARK)
    writer.writerow(columns)
    yield _taken(buffer)
    for row in rows:
        writer.writerow([_harmless(row[name]) for name in columns])
        yield _taken(buffer)


def as_json(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """One array, an object a row."""
    yield from _listed("[\n", ({name: row[name] for name in columns} for row in rows), "\n]\n")


def as_geojson(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """One FeatureCollection (RFC 7946); a row without a point has no geometry."""
    features = (
        {
            "type": "Feature",
            "id": row["id"],
            "geometry": _point(row),
            "properties": {name: row[name] for name in columns},
        }
        for row in rows
    )
    yield from _listed('{"type": "FeatureCollection", "features": [\n', features, "\n]}\n")


Format = Callable[[Iterable[Row], Sequence[str]], Iterator[str]]
# End of the address -> kind of the file, and how it is written.
FORMATS: Mapping[str, tuple[str, Format]] = MappingProxyType(
    {
        "csv": ("text/csv", as_csv),
        "json": ("application/json", as_json),
        "geojson": ("application/geo+json", as_geojson),
    }
)


def _listed(before: str, things: Iterable[object], behind: str) -> Iterator[str]:
    sign = before
    for thing in things:
        yield sign + json.dumps(thing, ensure_ascii=False)
        sign = ",\n"
    yield behind if sign != before else before + behind


def _point(row: Row) -> dict[str, Any] | None:
    if row["latitude"] is None:
        return None
    return {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def _taken(buffer: StringIO) -> str:
    said = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return said
