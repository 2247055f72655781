"""Traits of proposals, how authors tell them apart, and what was changed of late."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposal_traits",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("written", sa.LargeBinary(), nullable=False),
        sa.Column("in_english", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"],
            name=op.f("fk_proposal_traits_proposal_id_proposals"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal_traits")),
    )  # fmt: skip
    op.create_table(
        "proposal_differences",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "proposal_id <> other_id", name=op.f("ck_proposal_differences_from_another")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"],
            name=op.f("fk_proposal_differences_proposal_id_proposals"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["proposals.id"],
            name=op.f("fk_proposal_differences_other_id_proposals"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", "other_id", name=op.f("pk_proposal_differences")),
    )  # fmt: skip
    op.create_index("ix_proposals_updated_at", "proposals", ["updated_at"])


def downgrade() -> None:
    op.drop_index("ix_proposals_updated_at", table_name="proposals")
    op.drop_table("proposal_differences")
    op.drop_table("proposal_traits")
