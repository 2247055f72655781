"""Texts that several people write together, and who belongs to a proposal."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "writings",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.CheckConstraint("settled <= seq AND folded <= seq", name=op.f("ck_writings_behind")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_writings_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_writings")),
    )
    op.create_table(
        "writing_wholes",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["writings.proposal_id"],
            name=op.f("fk_writing_wholes_proposal_id_writings"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_writing_wholes")),
    )
    op.create_table(
        "writing_updates",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_writing_updates_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["writings.proposal_id"],
            name=op.f("fk_writing_updates_proposal_id_writings"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", "seq", name=op.f("pk_writing_updates")),
    )
    op.create_table(
        "writing_clients",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("clock > 0", name=op.f("ck_writing_clients_wrote")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_writing_clients_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["writings.proposal_id"],
            name=op.f("fk_writing_clients_proposal_id_writings"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", "client", name=op.f("pk_writing_clients")),
    )
    op.create_table(
        "writing_presences",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_writing_presences_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_writing_presences_proposal_id_proposals"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", "page", name=op.f("pk_writing_presences")),
    )
    op.create_index(op.f("ix_writing_presences_account_id"), "writing_presences", ["account_id"])
    op.create_table(
        "proposal_members",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "role IN ('coauthor', 'viewer')", name=op.f("ck_proposal_members_known_role")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_proposal_members_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_proposal_members_proposal_id_proposals"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", "account_id", name=op.f("pk_proposal_members")),
    )
    op.create_index(op.f("ix_proposal_members_account_id"), "proposal_members", ["account_id"])
    op.create_table(
        "proposal_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "role IN ('coauthor', 'viewer')", name=op.f("ck_proposal_invitations_known_role")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_proposal_invitations_proposal_id_proposals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_invitations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_proposal_invitations_code_hash")),
    )
    op.create_index(
        op.f("ix_proposal_invitations_proposal_id"), "proposal_invitations", ["proposal_id"]
    )


def downgrade() -> None:
    for table in (
        "proposal_invitations", "proposal_members", "writing_presences", "writing_clients",
        "writing_updates", "writing_wholes", "writings",
    ):  # fmt: skip
        op.drop_table(table)
