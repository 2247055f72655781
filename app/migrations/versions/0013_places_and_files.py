"""Outlines of neighbourhoods, points of proposals, photos and attachments; search that is kept.

PostgreSQL worked out the pieces of a text whenever it did not ask the index, which its planner
cannot know to be dear. Now they stand in a column: looking at a row costs microseconds either way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

POSTGRESQL_UP = (
    "DROP INDEX proposal_search",
    "ALTER TABLE proposal_words ADD COLUMN proposal_search_vector tsvector "
    "GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED",
    "CREATE INDEX proposal_search ON proposal_words USING gin (proposal_search_vector)",
)
POSTGRESQL_DOWN = (
    "ALTER TABLE proposal_words DROP COLUMN proposal_search_vector",  # with its index
    "CREATE INDEX proposal_search ON proposal_words USING gin (to_tsvector('simple', words))",
)


def upgrade() -> None:
    _on_postgresql(POSTGRESQL_UP)
    op.create_table(
        "districts",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("outline", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"], ["neighbourhoods.slug"], name=op.f("fk_districts_slug_neighbourhoods")
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_districts")),
    )
    op.create_table(
        "proposal_points",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("latitude", sa.Integer(), nullable=False),
        sa.Column("longitude", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "latitude BETWEEN -90000000 AND 90000000 AND longitude BETWEEN -180000000 AND 180000000",
            name=op.f("ck_proposal_points_on_earth"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"],
            name=op.f("fk_proposal_points_proposal_id_proposals"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal_points")),
    )  # fmt: skip
    op.create_index(
        "ix_proposal_points_latitude_longitude", "proposal_points", ["latitude", "longitude"]
    )
    op.create_table(
        "proposal_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=150), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('photo', 'attachment')", name=op.f("ck_proposal_files_known_kind")
        ),
        sa.CheckConstraint("label <> ''", name=op.f("ck_proposal_files_labelled")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_proposal_files_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"],
            name=op.f("fk_proposal_files_proposal_id_proposals"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_files")),
        sa.UniqueConstraint(
            "proposal_id", "digest", name=op.f("uq_proposal_files_proposal_id_digest")
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_proposal_files_account_id"), "proposal_files", ["account_id"])
    op.create_index(
        "ix_proposal_files_proposal_id_kind_position", "proposal_files",
        ["proposal_id", "kind", "position"],
    )  # fmt: skip
    op.create_table(
        "proposal_file_contents",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("variant", sa.String(length=8), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["proposal_files.id"],
            name=op.f("fk_proposal_file_contents_file_id_proposal_files"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", "variant", name=op.f("pk_proposal_file_contents")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("proposal_file_contents")
    op.drop_table("proposal_files")
    op.drop_table("proposal_points")
    op.drop_table("districts")
    _on_postgresql(POSTGRESQL_DOWN)


def _on_postgresql(statements: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements:
            op.execute(statement)
