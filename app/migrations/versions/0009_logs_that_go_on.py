"""Logs that were lost, and those in which their votes go on."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "successions",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "kept >= 1 AND kept < size", name=op.f("ck_successions_something_kept_and_lost")
        ),
        sa.CheckConstraint("contest_id <> predecessor_id", name=op.f("ck_successions_not_its_own")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_successions_contest_id_contests")
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["contests.id"], name=op.f("fk_successions_predecessor_id_contests")
        ),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_successions")),
        sa.UniqueConstraint("predecessor_id", name=op.f("uq_successions_predecessor_id")),
    )


def downgrade() -> None:
    op.drop_table("successions")
