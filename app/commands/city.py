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
from proposals.review.criteria import ask
from proposals.review.models import Department, Holiday

TABLES: dict[str, type[Named]] = {
    "neighbourhood": Neighbourhood,
    "field": Field,
    "department": Department,
}


@click.group()
def group() -> None:
    """The city's neighbourhoods, fields and departments, questions of reviews, and holidays."""


@group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Add or rename what FILE (TOML) lists.

    FILE has [[neighbourhood]], [[field]] and [[department]] tables, each with slug, ko and en;
    [[criterion]] tables with step (formal or substance), question_ko and question_en besides, which
    replace the questions asked until now; and [[holiday]] tables with day, ko and en.

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
    KeyError : a table lacks one of its values; the session is to be undone.
    """
    for name, table in TABLES.items():
        for position, row in enumerate(vocabulary.get(name, []), start=1):
            session.merge(
                table(slug=row["slug"], name_ko=row["ko"], name_en=row["en"], position=position)
            )
        session.flush()
    if "criterion" in vocabulary:
        ask(session, vocabulary["criterion"])
    for row in vocabulary.get("holiday", []):
        session.merge(Holiday(day=row["day"], name_ko=row["ko"], name_en=row["en"]))
    session.flush()
