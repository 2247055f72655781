"""Acts that take two officers, and votes that are stopped before their planned end."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposed_acts",
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "confirmed_by <> proposed_by", name=op.f("ck_proposed_acts_two_officers")
        ),
        sa.CheckConstraint(
            "proposed_at < expires_at", name=op.f("ck_proposed_acts_proposed_before_expired")
        ),
        sa.PrimaryKeyConstraint("act", "about_id", name=op.f("pk_proposed_acts")),
    )
    op.add_column("contests", sa.Column("stopped_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("contests") as contests:
        contests.drop_column("stopped_at")
    op.drop_table("proposed_acts")
