"""Acts that take two officers, votes that are stopped early, audits of paper, and hourly totals."""

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
    op.create_table(
        "paper_audits",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.String(length=200), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("is_bound", sa.Boolean(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("sheets >= 1", name=op.f("ck_paper_audits_some_sheets")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_paper_audits_cycle_id_cycles")
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_paper_audits")),
    )
    op.create_table(
        "drawn_sheets",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["paper_audits.cycle_id"],
            name=op.f("fk_drawn_sheets_cycle_id_paper_audits"),
        ),
        sa.PrimaryKeyConstraint("cycle_id", "place", name=op.f("pk_drawn_sheets")),
        sa.UniqueConstraint(
            "cycle_id", "batch", "sheet", name=op.f("uq_drawn_sheets_cycle_id_batch_sheet")
        ),
    )
    op.create_table(
        "sheet_readings",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.CheckConstraint("turn IN (1, 2)", name=op.f("ck_sheet_readings_two_readings")),
        sa.ForeignKeyConstraint(
            ["cycle_id", "place"],
            ["drawn_sheets.cycle_id", "drawn_sheets.place"],
            name=op.f("fk_sheet_readings_cycle_id_place_drawn_sheets"),
        ),
        sa.PrimaryKeyConstraint("cycle_id", "place", "turn", name=op.f("pk_sheet_readings")),
        sa.UniqueConstraint(
            "cycle_id",
            "place",
            "reader_id",
            name=op.f("uq_sheet_readings_cycle_id_place_reader_id"),
        ),
    )
    op.create_table(
        "hourly_counts",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("casts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_hourly_counts_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("contest_id", "hour", name=op.f("pk_hourly_counts")),
    )


def downgrade() -> None:
    for table in ("hourly_counts", "sheet_readings", "drawn_sheets", "paper_audits"):
        op.drop_table(table)
    with op.batch_alter_table("contests") as contests:
        contests.drop_column("stopped_at")
    op.drop_table("proposed_acts")
