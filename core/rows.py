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
    Select,
    bindparam,
    column,
    func,
    literal_column,
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
        self.names, self._build, self._columns = tuple(columns), build, columns
        # An INSERT keeps the number of its rows only if it is told to.
        self._statements = {
            dialect: self.statement(dialect).execution_options(preserve_rowcount=True)
            for dialect in _GIVEN
        }

    def statement(self, dialect: str, prefix: str = "") -> Any:
        """The statement; the names of its parameters begin with `prefix`."""
        return self._build(dialect, _GIVEN[dialect](self._columns, prefix))

    def rowcount(
        self, connection: Connection, rows: Sequence[Mapping[str, Any]], **values: Any
    ) -> int:
        """Execute it for these rows, in their order; `values` are the same for all of them."""
        dialect = connection.dialect.name
        given: Any
        if dialect == "postgresql":
            given = values | {name: [row[name] for row in rows] for name in self.names}
        else:
            given = [values | {name: row[name] for name in self.names} for row in rows]
        result = connection.execute(self._statements[dialect], given)
        assert isinstance(result, CursorResult)  # noqa: S101 - what these statements always give
        return result.rowcount


class OneJourney:
    """Several such statements in one journey to PostgreSQL, as parts of one; on SQLite in turn.

    No part may need what another one writes: on PostgreSQL all see the tables as they were before.
    """

    def __init__(self, **steps: ManyRows) -> None:
        self._steps = steps
        parts = (step.statement("postgresql", f"{name}_").cte(name) for name, step in steps.items())
        self._whole: Select[Any] = select(literal_column("1")).add_cte(*parts)

    def execute(self, connection: Connection, **rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute each step for its rows; one without rows does nothing."""
        if connection.dialect.name == "postgresql":
            given = {
                f"{step}_{name}": [row[name] for row in rows[step]]
                for step in self._steps
                for name in self._steps[step].names
            }
            connection.execute(self._whole, given)
            return
        for name, step in self._steps.items():
            if rows[name]:
                step.rowcount(connection, rows[name])


def _arrays(columns: Mapping[str, TypeEngine[Any]], prefix: str) -> FromClause:
    lists = (bindparam(prefix + name, type_=ARRAY(kind)) for name, kind in columns.items())
    named = (column(name, kind) for name, kind in columns.items())
    return func.unnest(*lists).table_valued(*named, name="given").render_derived()


def _one_row(columns: Mapping[str, TypeEngine[Any]], prefix: str) -> FromClause:
    values = (bindparam(prefix + name, type_=kind).label(name) for name, kind in columns.items())
    return select(*values).subquery("given")


_GIVEN = {"postgresql": _arrays, "sqlite": _one_row}
