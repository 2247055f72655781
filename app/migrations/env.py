"""Run by Alembic with a connection handed over by app/migrate.py; there is no alembic.ini."""

from alembic import context

from app.migrate import METADATA

SEARCH_TABLES = "proposal_search"  # full-text tables, column and index, which no model maps


def is_ours(
    _object: object, name: str | None, _kind: str, _reflected: bool, _other: object
) -> bool:
    """Whether Alembic may compare this thing with the models."""
    return not (name is not None and name.startswith(SEARCH_TABLES))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    include_object=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
