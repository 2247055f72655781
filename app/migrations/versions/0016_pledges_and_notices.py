"""Needs and pledges, follows and notices."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _pledges()
    _notices()


def _pledges() -> None:
    op.create_table(
        "proposal_needs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("by_day", sa.Date(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('hours', 'skills', 'space', 'goods', 'funds')", name=op.f("ck_proposal_needs_known_kind")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_proposal_needs_positive")),
        *_references("proposal_needs", cascade=("proposal_id",), proposal_id="proposals.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_needs")),
    )  # fmt: skip
    op.create_index(op.f("ix_proposal_needs_proposal_id"), "proposal_needs", ["proposal_id"])
    op.create_table(
        "pledges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_pledges_positive")),
        sa.CheckConstraint("status IN ('offered', 'accepted', 'delivered', 'thanked', 'declined', 'withdrawn')", name=op.f("ck_pledges_known_status")),
        sa.CheckConstraint("status <> 'thanked' OR said <> ''", name=op.f("ck_pledges_thanks_are_said")),
        *_references("pledges", need_id="proposal_needs.id", account_id="accounts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledges")),
    )  # fmt: skip
    op.create_index(op.f("ix_pledges_need_id"), "pledges", ["need_id"])
    op.create_index(op.f("ix_pledges_account_id"), "pledges", ["account_id"])


def _notices() -> None:
    op.create_table(
        "follows",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('proposal', 'neighbourhood', 'field', 'cycle')", name=op.f("ck_follows_known_kind")),
        *_references("follows", account_id="accounts.id"),
        sa.PrimaryKeyConstraint("account_id", "kind", "key", name=op.f("pk_follows")),
    )  # fmt: skip
    op.create_index("ix_follows_kind_key", "follows", ["kind", "key"])
    op.create_table(
        "notices",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        *_references("notices", account_id="accounts.id", entry_id="journal.id"),
        sa.PrimaryKeyConstraint("account_id", "entry_id", name=op.f("pk_notices")),
    )
    unread = sa.text("NOT is_read")
    op.create_index(
        "ix_notices_unread", "notices", ["account_id"], postgresql_where=unread, sqlite_where=unread
    )
    op.create_table(
        "notice_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_notice_cursor_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_cursor")),
    )
    # Nobody is told of what lies behind: notices begin today.
    op.execute("INSERT INTO notice_cursor SELECT 1, COALESCE(MAX(id), 0) FROM journal")


def _references(
    table: str, *, cascade: tuple[str, ...] = (), **columns: str
) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [name], [to], name=op.f(f"fk_{table}_{name}_{to.partition('.')[0]}"),
            ondelete="CASCADE" if name in cascade else None,
        )
        for name, to in columns.items()
    ]  # fmt: skip


def downgrade() -> None:
    for table in ("notice_cursor", "notices", "follows", "pledges", "proposal_needs"):
        op.drop_table(table)
