"""The log takes the place of the box."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The database itself refuses to change what stands in a log; of a checkpoint only the witnesses'
# signatures may grow, of a board only its size.
KEPT = {
    "log_leaves": ("UPDATE", "DELETE"),
    "log_nodes": ("UPDATE", "DELETE"),
    "checkpoints": ("DELETE",),
    "boards": ("DELETE",),
}


def upgrade() -> None:
    _check_empty()
    op.drop_table("cast_ballots")
    with op.batch_alter_table("contests") as contests:
        contests.add_column(
            sa.Column("publication", sa.String(length=8), nullable=False, server_default="sealed")
        )
        contests.create_check_constraint(
            op.f("ck_contests_publication_known"), "publication IN ('sealed', 'open')"
        )
    _rewrite_roll(sqlite_with_rowid=False)  # by key: the order of voting must not show
    op.create_table(
        "boards",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("election", sa.String(length=100), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("log_key", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("edge", sa.LargeBinary(), nullable=False),
        sa.Column("is_halted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_boards_size_not_negative")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_boards_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_boards")),
        sa.UniqueConstraint("election", name=op.f("uq_boards_election")),
    )
    op.create_table(
        "pending_leaves",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("voter", sa.LargeBinary(length=32), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_pending_leaves_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("contest_id", "hash", name=op.f("pk_pending_leaves")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_leaves",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("voter", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint("position >= 0", name=op.f("ck_log_leaves_position_from_zero")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["boards.contest_id"], name=op.f("fk_log_leaves_contest_id_boards")
        ),
        sa.PrimaryKeyConstraint("contest_id", "position", name=op.f("pk_log_leaves")),
    )
    op.create_index("ix_log_leaves_hash", "log_leaves", ["contest_id", "hash"])
    op.create_index("ix_log_leaves_voter", "log_leaves", ["contest_id", "voter", "position"])
    op.create_table(
        "log_nodes",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("level >= 1", name=op.f("ck_log_nodes_above_the_leaves")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["boards.contest_id"], name=op.f("fk_log_nodes_contest_id_boards")
        ),
        sa.PrimaryKeyConstraint("contest_id", "level", "position", name=op.f("pk_log_nodes")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["boards.contest_id"], name=op.f("fk_checkpoints_contest_id_boards")
        ),
        sa.PrimaryKeyConstraint("contest_id", "size", name=op.f("pk_checkpoints")),
    )
    for table, verb in _kept():
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            + (
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                if _is_postgresql()
                else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        )
    op.execute(
        "CREATE TRIGGER boards_only_grow BEFORE UPDATE ON boards "
        + (
            "FOR EACH ROW WHEN (NEW.size < OLD.size) EXECUTE FUNCTION refuse_change()"
            if _is_postgresql()
            else "WHEN NEW.size < OLD.size BEGIN SELECT RAISE(ABORT, 'boards only grow'); END"
        )
    )


def downgrade() -> None:
    _drop_trigger("boards", "only_grow")
    for table, verb in _kept():
        _drop_trigger(table, f"no_{verb.lower()}")
    for table in ("checkpoints", "log_nodes", "log_leaves", "pending_leaves", "boards"):
        op.drop_table(table)
    _rewrite_roll()
    with op.batch_alter_table("contests") as contests:
        contests.drop_constraint(op.f("ck_contests_publication_known"), type_="check")
        contests.drop_column("publication")
    op.create_table(
        "cast_ballots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("pseudonym", sa.LargeBinary(length=16), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_cast_ballots_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cast_ballots")),
        sa.UniqueConstraint(
            "contest_id", "pseudonym", name=op.f("uq_cast_ballots_contest_id_pseudonym")
        ),
        sa.UniqueConstraint(
            "contest_id", "receipt", name=op.f("uq_cast_ballots_contest_id_receipt")
        ),
    )


def _check_empty() -> None:
    """Ballots of before have no leaves, and nobody may make leaves in their voters' place."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM cast_ballots")):
        raise RuntimeError(
            "This database holds ballots of a version that kept no log. Count and publish them "
            "with that version, then begin a fresh database; for the demo city: make demo-reset."
        )


def _rewrite_roll(**options: bool) -> None:
    if not _is_postgresql():
        with op.batch_alter_table("roll_entries", recreate="always", table_kwargs=options):
            pass


def _drop_trigger(table: str, what: str) -> None:
    op.execute(f"DROP TRIGGER {table}_{what}" + (f" ON {table}" if _is_postgresql() else ""))


def _kept() -> list[tuple[str, str]]:
    return [(table, verb) for table, verbs in KEPT.items() for verb in verbs]


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
