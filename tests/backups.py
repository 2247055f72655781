"""A backup of a test's database, and its return: what a wrong restore does in the night."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, insert, select, text

from app import migrate
from core.db import Database


class Backup:
    """All tables as they are now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows: dict[Table, list[Any]] = {}
        if database.is_sqlite:
            self._path = Path(str(database.url.database))
            self._copy = self._path.with_suffix(".backup")
            with (
                closing(sqlite3.connect(self._path)) as source,
                closing(sqlite3.connect(self._copy)) as copy,
            ):
                source.backup(copy)
        else:
            with database.writer.connect() as connection:
                for table in migrate.METADATA.sorted_tables:
                    rows = connection.execute(select(table)).mappings()
                    self._rows[table] = [dict(row) for row in rows]

    def restore(self) -> None:
        """Put them back: no trigger is asked, as none is by a file or by `pg_restore`."""
        self._database.dispose()
        if self._database.is_sqlite:
            for side in ("-wal", "-shm"):
                self._path.with_name(self._path.name + side).unlink(missing_ok=True)
            shutil.copy(self._copy, self._path)
            return
        with self._database.writer.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table in self._rows:
                connection.execute(delete(table))
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(insert(table), rows)
