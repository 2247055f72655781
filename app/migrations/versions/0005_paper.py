"""Paper: stations, batches, keyings and their records; and permits for the booth."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "poll_stations",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("handed_out", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "handed_out >= 0", name=op.f("ck_poll_stations_handed_out_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_poll_stations_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("contest_id", "name", name=op.f("pk_poll_stations")),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("station", sa.String(length=60), nullable=False),
        sa.Column("seal", sa.String(length=40), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(number IS NULL) = (confirmed_by IS NULL)",
            name=op.f("ck_batches_numbered_when_confirmed"),
        ),
        sa.CheckConstraint(
            "NOT is_closed OR number IS NOT NULL", name=op.f("ck_batches_closed_after_confirmed")
        ),
        sa.CheckConstraint("confirmed_by <> declared_by", name=op.f("ck_batches_two_clerks")),
        sa.CheckConstraint("sheets BETWEEN 1 AND 2000", name=op.f("ck_batches_sheets_in_bounds")),
        sa.ForeignKeyConstraint(
            ["contest_id", "station"],
            ["poll_stations.contest_id", "poll_stations.name"],
            name=op.f("fk_batches_contest_id_station_poll_stations"),
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_batches_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("contest_id", "number", name=op.f("uq_batches_contest_id_number")),
    )
    op.create_table(
        "booth_permits",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id", "voter_id"],
            ["roll_entries.contest_id", "roll_entries.voter_id"],
            name=op.f("fk_booth_permits_contest_id_voter_id_roll_entries"),
        ),
        sa.PrimaryKeyConstraint("contest_id", "voter_id", name=op.f("pk_booth_permits")),
        sa.UniqueConstraint("contest_id", "code", name=op.f("uq_booth_permits_contest_id_code")),
    )
    op.create_table(
        "keying_records",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_keying_records_batch_id_batches")
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_keying_records")),
    )
    op.create_table(
        "keyings",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("clerk_id", sa.Uuid(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.CheckConstraint("place BETWEEN 1 AND 3", name=op.f("ck_keyings_place_known")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_keyings_batch_id_batches")
        ),
        sa.PrimaryKeyConstraint("batch_id", "place", name=op.f("pk_keyings")),
        sa.UniqueConstraint("batch_id", "clerk_id", name=op.f("uq_keyings_batch_id_clerk_id")),
    )
    op.create_table(
        "logged_sheets",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.CheckConstraint(
            "state IN ('typed', 'blank', 'spoiled')", name=op.f("ck_logged_sheets_state_known")
        ),
        sa.CheckConstraint("sheet >= 1", name=op.f("ck_logged_sheets_sheet_from_one")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_logged_sheets_batch_id_batches")
        ),
        sa.PrimaryKeyConstraint("batch_id", "sheet", name=op.f("pk_logged_sheets")),
    )
    op.create_table(
        "reopenings",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("sheets", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_reopenings_batch_id_batches")
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_reopenings")),
    )
    op.create_table(
        "keyed_sheets",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.CheckConstraint("sheet >= 1", name=op.f("ck_keyed_sheets_sheet_from_one")),
        sa.ForeignKeyConstraint(
            ["batch_id", "place"],
            ["keyings.batch_id", "keyings.place"],
            name=op.f("fk_keyed_sheets_batch_id_place_keyings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "place", "sheet", name=op.f("pk_keyed_sheets")),
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER keying_records_no_{verb.lower()} BEFORE {verb} ON keying_records "
            + (
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                if _is_postgresql()
                else "BEGIN SELECT RAISE(ABORT, 'keying_records is append-only'); END"
            )
        )


def downgrade() -> None:
    for verb in ("update", "delete"):
        on = " ON keying_records" if _is_postgresql() else ""
        op.execute(f"DROP TRIGGER keying_records_no_{verb}{on}")
    for table in (
        "keyed_sheets",
        "reopenings",
        "logged_sheets",
        "keyings",
        "keying_records",
        "booth_permits",
        "batches",
        "poll_stations",
    ):
        op.drop_table(table)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
