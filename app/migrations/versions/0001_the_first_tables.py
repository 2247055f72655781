"""The first tables."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

# The journal and the published outcome are append-only: the database itself refuses anything else.
KEPT = {"journal": ("UPDATE", "DELETE"), "cycle_outcomes": ("DELETE",)}

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title_ko", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("max_picks", sa.Integer(), nullable=True),
        sa.Column("field_limits", sa.JSON(), nullable=False),
        sa.Column("fund_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("roll_kind", sa.String(length=8), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("rules_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "roll_kind IN ('declared', 'listed')", name=op.f("ck_contests_roll_kind_known")
        ),
        sa.CheckConstraint(
            "closed_at IS NULL OR opened_at IS NOT NULL",
            name=op.f("ck_contests_opened_before_closed"),
        ),
        sa.CheckConstraint("fund_minor >= 0", name=op.f("ck_contests_fund_not_negative")),
        sa.CheckConstraint(
            "max_picks IS NULL OR max_picks >= 1", name=op.f("ck_contests_at_least_one_pick")
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_contests_opens_before_closes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
    )
    op.create_table(
        "fields",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_fields")),
        sa.UniqueConstraint("position", name=op.f("uq_fields_position")),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index("ix_journal_about", ["about", "about_id", "id"], unique=False)

    op.create_table(
        "neighbourhoods",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_neighbourhoods")),
        sa.UniqueConstraint("position", name=op.f("uq_neighbourhoods_position")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=128), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("neighbourhood", sa.String(length=40), nullable=True),
        sa.Column("declared_at", UtcDateTime(), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_accounts_email_lower_case")),
        sa.ForeignKeyConstraint(
            ["neighbourhood"],
            ["neighbourhoods.slug"],
            name=op.f("fk_accounts_neighbourhood_neighbourhoods"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
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
    op.create_table(
        "cycles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("goal_ko", sa.Text(), nullable=False),
        sa.Column("goal_en", sa.Text(), nullable=False),
        sa.Column("next_ko", sa.Text(), nullable=False),
        sa.Column("next_en", sa.Text(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("count_rule", sa.String(length=32), nullable=False),
        sa.Column("count_parameters", sa.JSON(), nullable=False),
        sa.Column("tie_rule", sa.String(length=32), nullable=False),
        sa.Column("tie_seed", sa.String(length=200), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_cycles_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles")),
        sa.UniqueConstraint("contest_id", name=op.f("uq_cycles_contest_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_cycles_slug")),
    )
    op.create_table(
        "options",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("neighbourhood", sa.String(length=40), nullable=True),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("cost_minor >= 0", name=op.f("ck_options_cost_not_negative")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_options_numbered_from_one")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_options_contest_id_contests")
        ),
        sa.ForeignKeyConstraint(["field"], ["fields.slug"], name=op.f("fk_options_field_fields")),
        sa.ForeignKeyConstraint(
            ["neighbourhood"],
            ["neighbourhoods.slug"],
            name=op.f("fk_options_neighbourhood_neighbourhoods"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_options")),
        sa.UniqueConstraint("contest_id", "code", name=op.f("uq_options_contest_id_code")),
        sa.UniqueConstraint("contest_id", "number", name=op.f("uq_options_contest_id_number")),
    )
    op.create_table(
        "roll_entries",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("casts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'none') = (casts = 0)", name=op.f("ck_roll_entries_casts_follow_status")
        ),
        sa.CheckConstraint(
            "status IN ('none', 'web', 'paper')", name=op.f("ck_roll_entries_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_roll_entries_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("contest_id", "voter_id", name=op.f("pk_roll_entries")),
    )
    op.create_table(
        "cycle_outcomes",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("roll_size", sa.Integer(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "ballots >= 0 AND roll_size >= ballots",
            name=op.f("ck_cycle_outcomes_ballots_within_roll"),
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_cycle_outcomes_cycle_id_cycles")
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_cycle_outcomes")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("summary_en", sa.String(length=200), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("benefit", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("neighbourhood", sa.String(length=40), nullable=True),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("shuffle_key", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(status = 'merged') = (merged_into_id IS NOT NULL)",
            name=op.f("ck_proposals_merged_into"),
        ),
        sa.CheckConstraint(
            "cost_minor IS NULL OR cost_minor >= 0", name=op.f("ck_proposals_cost_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts.id"], name=op.f("fk_proposals_author_id_accounts")
        ),
        sa.ForeignKeyConstraint(["field"], ["fields.slug"], name=op.f("fk_proposals_field_fields")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["proposals.id"], name=op.f("fk_proposals_merged_into_id_proposals")
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood"],
            ["neighbourhoods.slug"],
            name=op.f("fk_proposals_neighbourhood_neighbourhoods"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("shuffle_key", name=op.f("uq_proposals_shuffle_key")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposals_author_id"), ["author_id"], unique=False)
        batch_op.create_index(
            "ix_proposals_field_shuffle_key", ["field", "shuffle_key"], unique=False
        )
        batch_op.create_index(
            "ix_proposals_neighbourhood_shuffle_key", ["neighbourhood", "shuffle_key"], unique=False
        )
        batch_op.create_index(
            "ix_proposals_status_shuffle_key", ["status", "shuffle_key"], unique=False
        )

    op.create_table(
        "recovery_codes",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "role_grants",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("exclusion", sa.String(length=32), nullable=True),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(exclusion IS NOT NULL) = (role IN ('budget_officer', 'tally_officer'))",
            name=op.f("ck_role_grants_exclusion_follows_role"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_role_grants_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_role_grants")),
        sa.UniqueConstraint(
            "account_id", "exclusion", name=op.f("uq_role_grants_account_id_exclusion")
        ),
    )
    op.create_table(
        "policy_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("option_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=False),
        sa.Column("asked_minor", sa.BigInteger(), nullable=False),
        sa.Column("draft_minor", sa.BigInteger(), nullable=True),
        sa.Column("adopted_minor", sa.BigInteger(), nullable=True),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "adopted_minor IS NULL OR adopted_minor >= 0",
            name=op.f("ck_policy_tasks_adopted_not_negative"),
        ),
        sa.CheckConstraint("spent_minor >= 0", name=op.f("ck_policy_tasks_spent_not_negative")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_policy_tasks_cycle_id_cycles")
        ),
        sa.ForeignKeyConstraint(
            ["option_id"], ["options.id"], name=op.f("fk_policy_tasks_option_id_options")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_policy_tasks_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_tasks")),
        sa.UniqueConstraint("option_id", name=op.f("uq_policy_tasks_option_id")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_policy_tasks_proposal_id")),
    )
    with op.batch_alter_table("policy_tasks", schema=None) as batch_op:
        batch_op.create_index("ix_policy_tasks_cycle_id", ["cycle_id"], unique=False)

    op.create_table(
        "proposal_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_words_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_words")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_proposal_words_proposal_id")),
    )
    op.create_table(
        "receipts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_receipts_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_receipts")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_receipts_proposal_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "slate_entries",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("cost_minor >= 0", name=op.f("ck_slate_entries_cost_not_negative")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_slate_entries_cycle_id_cycles")
        ),
        sa.ForeignKeyConstraint(
            ["option_id"], ["options.id"], name=op.f("fk_slate_entries_option_id_options")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_slate_entries_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "proposal_id", name=op.f("pk_slate_entries")),
        sa.UniqueConstraint("option_id", name=op.f("uq_slate_entries_option_id")),
    )
    with op.batch_alter_table("slate_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_slate_entries_proposal_id"), ["proposal_id"], unique=False
        )
    _refuse_changes()


def downgrade() -> None:
    _allow_changes()
    with op.batch_alter_table("slate_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slate_entries_proposal_id"))

    op.drop_table("slate_entries")
    op.drop_table("proposal_words")
    op.drop_table("receipts")
    with op.batch_alter_table("policy_tasks", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_tasks_cycle_id")

    op.drop_table("policy_tasks")
    op.drop_table("role_grants")
    op.drop_table("recovery_codes")
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index("ix_proposals_status_shuffle_key")
        batch_op.drop_index("ix_proposals_neighbourhood_shuffle_key")
        batch_op.drop_index("ix_proposals_field_shuffle_key")
        batch_op.drop_index(batch_op.f("ix_proposals_author_id"))

    op.drop_table("proposals")
    op.drop_table("cycle_outcomes")
    op.drop_table("roll_entries")
    op.drop_table("options")
    op.drop_table("cycles")
    op.drop_table("cast_ballots")
    op.drop_table("accounts")
    op.drop_table("neighbourhoods")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_about")

    op.drop_table("journal")
    op.drop_table("fields")
    op.drop_table("contests")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table, verb in _kept():
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            + (
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                if op.get_bind().dialect.name == "postgresql"
                else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        )


def _allow_changes() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, verb in _kept():
        on = f" ON {table}" if postgresql else ""
        op.execute(f"DROP TRIGGER {table}_no_{verb.lower()}{on}")
    if postgresql:
        op.execute("DROP FUNCTION refuse_change()")


def _kept() -> list[tuple[str, str]]:
    return [(table, verb) for table, verbs in KEPT.items() for verb in verbs]
