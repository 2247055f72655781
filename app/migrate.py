"""Alembic, called from our own commands and tests."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import accounts.models
import ballots.alarms.models
import ballots.booth.models
import ballots.models
import ballots.paper.models
import ballots.roll.models
import budget.agenda.models
import budget.audit.models
import budget.models
import core.city
import core.journal
import core.two_officers
import proposals.amendments.models
import proposals.asking.models
import proposals.files.models
import proposals.handing.models
import proposals.ideas.models
import proposals.mail.models
import proposals.merging.models
import proposals.models
import proposals.notices.models
import proposals.people.models
import proposals.places.models
import proposals.pledges.models
import proposals.review.models
import proposals.similar.models
import proposals.supports.models
import proposals.versions.models
import proposals.writing.models
from core.db import Base

# Every table must be known before the models are compared with the migrations.
MODELS = (
    core.city, core.journal, core.two_officers, accounts.models, proposals.models,
    proposals.amendments.models, proposals.asking.models, proposals.files.models,
    proposals.handing.models, proposals.ideas.models, proposals.mail.models,
    proposals.merging.models, proposals.notices.models, proposals.people.models,
    proposals.places.models, proposals.pledges.models, proposals.review.models,
    proposals.similar.models, proposals.supports.models, proposals.versions.models,
    proposals.writing.models, ballots.models, ballots.alarms.models, ballots.booth.models,
    ballots.paper.models, ballots.roll.models, budget.models, budget.agenda.models,
    budget.audit.models,
)  # fmt: skip

SCRIPTS = Path(__file__).resolve().parent / "migrations"
METADATA = Base.metadata


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to `revision`."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the tables back to `revision`."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """Raise alembic's error if the tables differ from the models."""
    with engine.connect() as connection:
        command.check(_config(connection))


@cache
def head() -> str:
    """The newest revision that this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config(connection: object = None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
