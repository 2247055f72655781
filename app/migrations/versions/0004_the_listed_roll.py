"""Who may vote, as rules of a contest; who stands on a listed roll; and a checked import of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "contests", sa.Column("eligibility", sa.JSON(), server_default="{}", nullable=False)
    )
    op.create_table(
        "listed_voters",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("person", sa.LargeBinary(length=16), nullable=False),
        sa.Column("neighbourhood", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.String(length=8), nullable=False),
        sa.Column("code", sa.LargeBinary(length=16), nullable=True),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "ground IN ('lives', 'works', 'studies')", name=op.f("ck_listed_voters_ground_known")
        ),
        sa.ForeignKeyConstraint(
            ["contest_id", "voter_id"],
            ["roll_entries.contest_id", "roll_entries.voter_id"],
            name=op.f("fk_listed_voters_contest_id_voter_id_roll_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood"],
            ["neighbourhoods.slug"],
            name=op.f("fk_listed_voters_neighbourhood_neighbourhoods"),
        ),
        sa.PrimaryKeyConstraint("contest_id", "voter_id", name=op.f("pk_listed_voters")),
        sa.UniqueConstraint(
            "contest_id", "number", name=op.f("uq_listed_voters_contest_id_number")
        ),
        sa.UniqueConstraint("contest_id", "code", name=op.f("uq_listed_voters_contest_id_code")),
    )
    op.create_index("ix_listed_voters_person", "listed_voters", ["contest_id", "person"])
    op.create_index(
        "ix_listed_voters_letters",
        "listed_voters",
        ["contest_id", "batch", "neighbourhood", "number"],
    )
    op.create_table(
        "roll_drafts",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_roll_drafts_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_roll_drafts")),
    )


def downgrade() -> None:
    op.drop_table("roll_drafts")
    op.drop_table("listed_voters")
    with op.batch_alter_table("contests") as contests:
        contests.drop_column("eligibility")
