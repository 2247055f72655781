"""Reviews: duties, cards, cost sheets, objections, rivals; fields of a round and unit prices."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATUSES = (
    "draft", "received", "supplement", "merged", "transferred", "withdrawn", "closed_unanswered",
    "dept_review", "fit", "conditional", "unfit", "unfit_final", "objection", "committee",
    "not_listed", "on_ballot", "selected", "reserve", "not_selected", "in_draft_budget", "approved",
    "reduced", "cut", "in_progress", "on_hold", "changed", "completed", "cancelled", "evaluated",
    "closed",
)  # fmt: skip
KNOWN = ", ".join(f"'{status}'" for status in STATUSES)


def upgrade() -> None:
    op.create_table(
        "criteria",
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("question_ko", sa.String(length=300), nullable=False),
        sa.Column("question_en", sa.String(length=300), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("step IN ('formal', 'substance')", name=op.f("ck_criteria_known_step")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_criteria")),
        sa.UniqueConstraint("position", name=op.f("uq_criteria_position")),
    )
    op.create_table(
        "departments",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_departments")),
        sa.UniqueConstraint("position", name=op.f("uq_departments_position")),
    )
    op.create_table(
        "form_fields",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("label_ko", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        sa.Column("help_ko", sa.String(length=200), nullable=False),
        sa.Column("help_en", sa.String(length=200), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("is_needed", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('text', 'number', 'choice', 'yes_no')", name=op.f("ck_form_fields_known_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_fields")),
    )
    op.create_index(
        "ix_form_fields_asked",
        "form_fields",
        ["position"],
        unique=False,
        sqlite_where=sa.text("opened_at IS NOT NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("opened_at IS NOT NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_form_fields_cycle_id_position", "form_fields", ["cycle_id", "position"], unique=False
    )
    op.create_table(
        "holidays",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name_ko", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holidays")),
    )
    op.create_table(
        "unit_prices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("what_ko", sa.String(length=80), nullable=False),
        sa.Column("what_en", sa.String(length=80), nullable=False),
        sa.Column("unit_ko", sa.String(length=20), nullable=False),
        sa.Column("unit_en", sa.String(length=20), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_unit_prices_price_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_prices")),
    )
    op.create_table(
        "cost_sheets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("before_minor", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_cost_sheets_total_not_negative")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_cost_sheets_version_from_one")),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_cost_sheets_proposal_id_proposals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_sheets")),
        sa.UniqueConstraint(
            "proposal_id", "version", name=op.f("uq_cost_sheets_proposal_id_version")
        ),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_to", sa.String(length=32), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('formal', 'substance', 'supplement', 'objection')",
            name=op.f("ck_duties_known_kind"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_to IS NULL)", name=op.f("ck_duties_ended_whole")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_duties_proposal_id_proposals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index(
        "ix_duties_open",
        "duties",
        ["proposal_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_duties_open_due_on",
        "duties",
        ["due_on"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_duties_proposal_id"), "duties", ["proposal_id"], unique=False)
    op.create_table(
        "form_answers",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["form_fields.id"],
            name=op.f("fk_form_answers_field_id_form_fields"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_form_answers_proposal_id_proposals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "field_id", name=op.f("pk_form_answers")),
    )
    op.create_table(
        "objections",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_to", sa.String(length=32), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_to IS NULL)", name=op.f("ck_objections_decided_whole")
        ),
        sa.CheckConstraint("decided_by <> found_by", name=op.f("ck_objections_decided_by_another")),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_objections_proposal_id_proposals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_objections")),
    )
    op.create_table(
        "responsibilities",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("department_slug", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_slug"],
            ["departments.slug"],
            name=op.f("fk_responsibilities_department_slug_departments"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_responsibilities_proposal_id_proposals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_responsibilities")),
    )
    op.create_index(
        op.f("ix_responsibilities_department_slug"),
        "responsibilities",
        ["department_slug"],
        unique=False,
    )
    op.create_table(
        "rivalries",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_rivalries_each_pair_once")),
        sa.ForeignKeyConstraint(
            ["one_id"],
            ["proposals.id"],
            name=op.f("fk_rivalries_one_id_proposals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["proposals.id"],
            name=op.f("fk_rivalries_other_id_proposals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_rivalries")),
    )
    op.create_index("ix_rivalries_other_id", "rivalries", ["other_id"], unique=False)
    op.create_table(
        "card_answers",
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_slug", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('yes', 'no', 'na')", name=op.f("ck_card_answers_known_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["criterion_slug"],
            ["criteria.slug"],
            name=op.f("fk_card_answers_criterion_slug_criteria"),
        ),
        sa.ForeignKeyConstraint(
            ["duty_id"],
            ["duties.id"],
            name=op.f("fk_card_answers_duty_id_duties"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("duty_id", "criterion_slug", name=op.f("pk_card_answers")),
    )
    op.create_table(
        "cost_lines",
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("estimated_by", sa.String(length=80), nullable=False),
        sa.Column("ground", sa.String(length=300), nullable=False),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_cost_lines_price_not_negative")),
        sa.CheckConstraint("quantity_milli > 0", name=op.f("ck_cost_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["cost_sheets.id"],
            name=op.f("fk_cost_lines_sheet_id_cost_sheets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sheet_id", "position", name=op.f("pk_cost_lines")),
    )

    _know_statuses()


def _know_statuses() -> None:
    """A constraint; on SQLite, which adds none to a table that is there, two triggers."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_check_constraint(
            op.f("ck_proposals_known_status"), "proposals", f"status IN ({KNOWN})"
        )
        return
    for name, event in (("insert", "INSERT"), ("update", "UPDATE OF status")):
        op.execute(
            f"CREATE TRIGGER proposals_known_status_{name} BEFORE {event} ON proposals "
            f"WHEN NEW.status NOT IN ({KNOWN}) "
            "BEGIN SELECT RAISE(ABORT, 'ck_proposals_known_status'); END"
        )


def downgrade() -> None:
    op.execute("UPDATE proposals SET status = 'closed' WHERE status = 'unfit_final'")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_proposals_known_status"), "proposals", type_="check")
    else:
        op.execute("DROP TRIGGER proposals_known_status_insert")
        op.execute("DROP TRIGGER proposals_known_status_update")
    op.drop_table("cost_lines")
    op.drop_table("card_answers")
    op.drop_index("ix_rivalries_other_id", table_name="rivalries")
    op.drop_table("rivalries")
    op.drop_index(op.f("ix_responsibilities_department_slug"), table_name="responsibilities")
    op.drop_table("responsibilities")
    op.drop_table("objections")
    op.drop_table("form_answers")
    op.drop_index(op.f("ix_duties_proposal_id"), table_name="duties")
    op.drop_index(
        "ix_duties_open_due_on",
        table_name="duties",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(
        "ix_duties_open",
        table_name="duties",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("duties")
    op.drop_table("cost_sheets")
    op.drop_table("unit_prices")
    op.drop_table("holidays")
    op.drop_index("ix_form_fields_cycle_id_position", table_name="form_fields")
    op.drop_index(
        "ix_form_fields_asked",
        table_name="form_fields",
        sqlite_where=sa.text("opened_at IS NOT NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("opened_at IS NOT NULL AND closed_at IS NULL"),
    )
    op.drop_table("form_fields")
    op.drop_table("departments")
    op.drop_table("criteria")
