"""Whether the process answers, and whether it is ready to serve."""

from alembic.migration import MigrationContext
from flask import Blueprint

from app.migrate import head
from core.access import public
from core.web import reading

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> tuple[str, int]:
    """The process answers."""
    return "ok\n", 200


@blueprint.get("/readyz")
@public
def ready() -> tuple[str, int]:
    """The database answers and its tables are those this code was written for."""
    with reading() as session:
        found = MigrationContext.configure(session.connection()).get_current_revision()
    return ("ready\n", 200) if found == head() else ("migrations are behind\n", 503)
