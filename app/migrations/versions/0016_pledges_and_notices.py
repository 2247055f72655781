"""Needs and pledges; follows, notices and the queue of mail."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _pledges()


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
    for table in ("pledges", "proposal_needs"):
        op.drop_table(table)
