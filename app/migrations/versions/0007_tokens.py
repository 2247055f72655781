"""Blind tokens: the setting of a contest, the keys that a board names, what was issued."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contests") as contests:
        contests.add_column(
            sa.Column("credential", sa.String(length=8), nullable=False, server_default="linked")
        )
        contests.create_check_constraint(
            op.f("ck_contests_credential_known"), "credential IN ('linked', 'blind')"
        )
    op.add_column("boards", sa.Column("tokens", sa.Text(), server_default="{}", nullable=False))
    op.add_column("boards", sa.Column("mixed_at", UtcDateTime(), nullable=True))
    op.create_table(
        "token_issues",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("blinded", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=384), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id", "voter_id"],
            ["roll_entries.contest_id", "roll_entries.voter_id"],
            name=op.f("fk_token_issues_contest_id_voter_id_roll_entries"),
        ),
        sa.PrimaryKeyConstraint("contest_id", "voter_id", name=op.f("pk_token_issues")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "surrendered_tokens",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_surrendered_tokens_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("contest_id", "serial", name=op.f("pk_surrendered_tokens")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("surrendered_tokens")
    op.drop_table("token_issues")
    op.drop_column("boards", "mixed_at")
    op.drop_column("boards", "tokens")
    with op.batch_alter_table("contests") as contests:
        contests.drop_constraint(op.f("ck_contests_credential_known"), type_="check")
        contests.drop_column("credential")
