"""The edge between a request and the database: one unit of work a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask import current_app, request
from sqlalchemy.orm import Session

from core.db import Database


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """A writing session: committed when the block ends well, undone when anything is raised."""
    with database().writing() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A reading session for pages."""
    with database().reading() as session:
        yield session


def local_path(target: str | None, default: str) -> str:
    """`target` if it is a path of this site, else `default`: never a way to another host."""
    if not target:
        return default
    parts = urlsplit(target.replace("\\", "/"))
    is_local = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return target if is_local and not target.startswith("//") else default


def wants_html() -> bool:
    """Whether the caller reads pages rather than data."""
    return (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) != "application/json"
    )
