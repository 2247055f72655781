"""`gwangjang city`: the city's own vocabularies."""

import os
import tomllib
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Config
from core.city import Field, Named, Neighbourhood
from core.db import opened
from proposals.places import geometry
from proposals.places import services as places
from proposals.places.geometry import OutlineError
from proposals.review.criteria import ask
from proposals.review.models import Department, Holiday
from proposals.supports.models import Threshold

TABLES: dict[str, type[Named]] = {
    "neighbourhood": Neighbourhood,
    "field": Field,
    "department": Department,
}


@click.group()
def group() -> None:
    """The city's neighbourhoods and their outlines, fields, departments, questions, holidays."""


@group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Add or rename what FILE (TOML) lists.

    FILE has [[neighbourhood]], [[field]] and [[department]] tables, each with slug, ko and en;
    [[criterion]] tables with step (formal or substance), question_ko and question_en besides, which
    replace the questions asked until now; [[holiday]] tables with day, ko and en; and [[threshold]]
    tables with kind, supports, due_days, role and perhaps within_days.

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


@group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def districts(file: Path) -> None:
    """Draw the neighbourhoods as FILE (GeoJSON) has them, instead of any earlier drawing.

    FILE is a FeatureCollection in WGS 84; each feature has the property "slug" of a neighbourhood
    and a Polygon or MultiPolygon.

    Example: gwangjang city districts gwangmyeong.geojson
    """
    try:
        shapes = geometry.read(file.read_text(encoding="utf-8"))
        url = Config.from_environ(os.environ).database_url
        with opened(url) as database, database.writing() as session:
            places.load(session, shapes)
    except (OutlineError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: {error}.") from error
    except KeyError as error:
        raise click.ClickException(
            f"{file}: the city has no neighbourhood {error}. Load it with `gwangjang city load`."
        ) from error
    click.echo(f"{file}: {len(shapes)} neighbourhoods are drawn.")


def load_city(session: Session, vocabulary: dict[str, Any]) -> None:
    """Write the vocabularies; what is there keeps its slug and takes the new names.

    Raises
    ------
    KeyError : a table lacks one of its values; the session is to be undone.
    """
    for name, table in TABLES.items():
        known = {row.slug for row in session.scalars(select(table))}
        for position, row in enumerate(vocabulary.get(name, []), start=1):
            keep = session.merge if row["slug"] in known else session.add
            keep(table(slug=row["slug"], name_ko=row["ko"], name_en=row["en"], position=position))
        session.flush()
    for row in vocabulary.get("threshold", []):
        session.merge(
            Threshold(
                kind=row["kind"], supports=row["supports"], within_days=row.get("within_days"),
                due_days=row["due_days"], role=row["role"],
            )
        )  # fmt: skip
    if "criterion" in vocabulary:
        ask(session, vocabulary["criterion"])
    for row in vocabulary.get("holiday", []):
        session.merge(Holiday(day=row["day"], name_ko=row["ko"], name_en=row["en"]))
    session.flush()
