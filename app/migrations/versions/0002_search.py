"""Index the proposals' search text: full text on SQLite, an inverted index on PostgreSQL."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE_UP = (
    "CREATE VIRTUAL TABLE proposal_search USING fts5("
    "words, content='proposal_words', content_rowid='id', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER proposal_search_insert AFTER INSERT ON proposal_words BEGIN "
    "INSERT INTO proposal_search(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER proposal_search_delete AFTER DELETE ON proposal_words BEGIN "
    "INSERT INTO proposal_search(proposal_search, rowid, words) "
    "VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER proposal_search_update AFTER UPDATE OF words ON proposal_words BEGIN "
    "INSERT INTO proposal_search(proposal_search, rowid, words) "
    "VALUES ('delete', old.id, old.words); "
    "INSERT INTO proposal_search(rowid, words) VALUES (new.id, new.words); END",
    "INSERT INTO proposal_search(proposal_search) VALUES ('rebuild')",
)
SQLITE_DOWN = (
    "DROP TRIGGER proposal_search_update",
    "DROP TRIGGER proposal_search_delete",
    "DROP TRIGGER proposal_search_insert",
    "DROP TABLE proposal_search",
)
POSTGRESQL_UP = (
    "CREATE INDEX proposal_search ON proposal_words USING gin (to_tsvector('simple', words))",
)
POSTGRESQL_DOWN = ("DROP INDEX proposal_search",)


def upgrade() -> None:
    _run(SQLITE_UP, POSTGRESQL_UP)


def downgrade() -> None:
    _run(SQLITE_DOWN, POSTGRESQL_DOWN)


def _run(sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    name = op.get_bind().dialect.name
    for statement in postgresql if name == "postgresql" else sqlite:
        op.execute(statement)
