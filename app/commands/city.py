"""`gwangjang city`: the city's own vocabularies."""

import os
import tomllib
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from app.config import Config
from core.city import Field, Named, Neighbourhood
from core.db import opened
from proposals.supports.models import Threshold

TABLES: dict[str, type[Named]] = {"neighbourhood": Neighbourhood, "field": Field}


@click.group()
def group() -> None:
    """The city's neighbourhoods and fields."""


@group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Add or rename the neighbourhoods and fields that FILE (TOML) lists, and set its thresholds.

    FILE has [[neighbourhood]] and [[field]] tables, each with slug, ko and en, and may have
    [[threshold]] tables, each with kind, supports, due_days, role, and perhaps within_days.

    Example: gwangjang city load gwangmyeong.toml
    """
    try:
        vocabulary = tomllib.loads(file.read_text(encoding="utf-8"))
        url = Config.from_environ(os.environ).database_url
        with opened(url) as database, database.writing() as session:
            load_city(session, vocabulary)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} is not TOML in UTF-8: {error}.") from error
    except KeyError as error:
        raise click.ClickException(f"{file}: each table needs {error}.") from error
    click.echo(f"{file} is loaded.")


def load_city(session: Session, vocabulary: dict[str, Any]) -> None:
    """Write the vocabularies; what is there keeps its slug and takes the new names.

    Raises
    ------
    KeyError : a table lacks something; the session is to be undone.
    """
    for name, table in TABLES.items():
        for position, row in enumerate(vocabulary.get(name, []), start=1):
            session.merge(
                table(slug=row["slug"], name_ko=row["ko"], name_en=row["en"], position=position)
            )
        session.flush()
    for row in vocabulary.get("threshold", []):
        session.merge(
            Threshold(
                kind=row["kind"], supports=row["supports"], within_days=row.get("within_days"),
                due_days=row["due_days"], role=row["role"],
            )
        )  # fmt: skip
    session.flush()
