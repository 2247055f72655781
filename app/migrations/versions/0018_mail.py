"""Notices by mail: who wants them, and the queue of letters."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_choices",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("pace", sa.String(length=8), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.LargeBinary(), nullable=True),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.Column("told_to", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("pace IN ('at_once', 'daily', 'weekly')", name=op.f("ck_mail_choices_known_pace")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_mail_choices_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mail_choices")),
    )  # fmt: skip
    _index("mail_choices", "next_at", sa.text("is_on"))
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("after", sa.Integer(), nullable=True),
        sa.Column("up_to", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('news', 'confirm')", name=op.f("ck_letters_known_kind")),
        sa.CheckConstraint("kind = 'confirm' OR after < up_to", name=op.f("ck_letters_tells_of_something")),
        sa.CheckConstraint("status IN ('waiting', 'sent', 'empty', 'refused', 'given_up')", name=op.f("ck_letters_known_status")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_letters_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )  # fmt: skip
    _index("letters", "due_at", sa.text("status = 'waiting'"))
    op.create_index("ix_letters_account_id_after", "letters", ["account_id", "after"], unique=True)


def _index(table: str, column: str, where: sa.TextClause) -> None:
    op.create_index(
        f"ix_{table}_{column}", table, [column], postgresql_where=where, sqlite_where=where
    )


def downgrade() -> None:
    for table in ("letters", "mail_choices"):
        op.drop_table(table)
