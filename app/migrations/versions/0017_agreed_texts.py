"""Texts that the desk enters in somebody's name after the first one, with that consent."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handed_in_agreed_texts",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("consent", sa.String(length=200), nullable=False),
        sa.Column("consented_at", UtcDateTime(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("channel IN ('desk', 'paper', 'phone')", name=op.f("ck_handed_in_agreed_texts_known_channel")),
        sa.ForeignKeyConstraint(["proposal_id"], ["handed_in.proposal_id"], name=op.f("fk_handed_in_agreed_texts_proposal_id_handed_in")),
        sa.ForeignKeyConstraint(
            ["proposal_id", "version"], ["proposal_versions.proposal_id", "proposal_versions.number"],
            name=op.f("fk_handed_in_agreed_texts_proposal_id_version_proposal_versions"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", "version", name=op.f("pk_handed_in_agreed_texts")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("handed_in_agreed_texts")
