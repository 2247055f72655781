"""A statement for many rows at once: arrays on PostgreSQL, row by row on SQLite.

PostgreSQL is asked once, however many rows there are; SQLite is in this process, and a row more is
a step more. The text of the statement does not depend on the number of rows.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    CursorResult,
    FromClause,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

Build = Callable[[str, FromClause], Any]


class ManyRows:
    """An INSERT or UPDATE from given rows, for either database.

    Parameters
    ----------
    build : from the dialect's name and the given rows, as something to select from, the statement
    columns : names and types of what is given of each row
    """

    def __init__(self, build: Build, **columns: TypeEngine[Any]) -> None:
        self._names = tuple(columns)
        # An INSERT keeps the number of its rows only if it is told to.
        self._statements = {
            dialect: build(dialect, given(columns)).execution_options(preserve_rowcount=True)
            for dialect, given in _GIVEN.items()
        }

    def rowcount(
        self, connection: Connection, rows: Sequence[Mapping[str, Any]], **values: Any
    ) -> int:
        """Execute it for these rows, in their order; `values` are the same for all of them."""
        dialect = connection.dialect.name
        given: Any
        if dialect == "postgresql":
            given = values | {name: [row[name] for row in rows] for name in self._names}
        else:
            given = [values | {name: row[name] for name in self._names} for row in rows]
        result = connection.execute(self._statements[dialect], given)
        assert isinstance(result, CursorResult)  # noqa: S101 - what these statements always give
        return result.rowcount


def _arrays(columns: Mapping[str, TypeEngine[Any]]) -> FromClause:
    lists = (bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items())
    named = (column(name, kind) for name, kind in columns.items())
    return func.unnest(*lists).table_valued(*named, name="given").render_derived()


def _one_row(columns: Mapping[str, TypeEngine[Any]]) -> FromClause:
    values = (bindparam(name, type_=kind).label(name) for name, kind in columns.items())
    return select(*values).subquery("given")


_GIVEN = {"postgresql": _arrays, "sqlite": _one_row}
