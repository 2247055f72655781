"""Versions of proposals, consents of those who write them, and amendments."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

FIELDS = (
    "title", "summary", "title_en", "summary_en", "need", "benefit", "place", "neighbourhood",
    "field", "cost_minor",
)  # fmt: skip
BATCH = 500


def upgrade() -> None:
    op.create_table(
        "proposal_versions",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("credit_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_proposal_versions_numbered_from_one")),
        sa.CheckConstraint(
            "kind IN ('published', 'named', 'set_aside', 'amended', 'merged', 'restored')",
            name=op.f("ck_proposal_versions_known_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"],
            name=op.f("fk_proposal_versions_proposal_id_proposals"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_proposal_versions_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["credit_id"], ["accounts.id"], name=op.f("fk_proposal_versions_credit_id_accounts")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "number", name=op.f("pk_proposal_versions")),
    )  # fmt: skip
    op.create_table(
        "proposal_consents",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"],
            name=op.f("fk_proposal_consents_proposal_id_proposals"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_proposal_consents_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint(
            "proposal_id", "account_id", "act", name=op.f("pk_proposal_consents")
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_proposal_consents_account_id"), "proposal_consents", ["account_id"])
    _create_amendments()
    _keep_what_stands()
    _refuse_changes()


def _create_amendments() -> None:
    op.create_table(
        "amendments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id", "base"], ["proposal_versions.proposal_id", "proposal_versions.number"],
            name=op.f("fk_amendments_proposal_id_base_proposal_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_amendments_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
        sa.UniqueConstraint("proposal_id", "number", name=op.f("uq_amendments_proposal_id_number")),
    )  # fmt: skip
    op.create_index(op.f("ix_amendments_account_id"), "amendments", ["account_id"])
    op.create_table(
        "amendment_parts",
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("becomes", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'withdrawn')",
            name=op.f("ck_amendment_parts_known_state"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_amendment_parts_dated")
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (version IS NOT NULL)",
            name=op.f("ck_amendment_parts_accepted_into_a_version"),
        ),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendments.id"],
            name=op.f("fk_amendment_parts_amendment_id_amendments"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_amendment_parts_decided_by_accounts")
        ),
        sa.PrimaryKeyConstraint("amendment_id", "number", name=op.f("pk_amendment_parts")),
    )  # fmt: skip


def downgrade() -> None:
    postgresql = _is_postgresql()
    for verb in ("update", "delete"):
        on = " ON proposal_versions" if postgresql else ""
        op.execute(f"DROP TRIGGER proposal_versions_no_{verb}{on}")
    if postgresql:
        op.execute("DROP FUNCTION refuse_to_forget_version()")
    op.drop_table("amendment_parts")
    op.drop_index(op.f("ix_amendments_account_id"), table_name="amendments")
    op.drop_table("amendments")
    op.drop_index(op.f("ix_proposal_consents_account_id"), table_name="proposal_consents")
    op.drop_table("proposal_consents")
    op.drop_table("proposal_versions")


def _keep_what_stands() -> None:
    """Each proposal that was handed in before there were versions has its text as the first one."""
    tables = sa.MetaData()
    bind = op.get_bind()
    proposals, receipts, versions = (
        sa.Table(name, tables, autoload_with=bind)
        for name in ("proposals", "receipts", "proposal_versions")
    )
    query = sa.select(
        proposals.c.id, proposals.c.author_id, receipts.c.received_at, *proposals.c[FIELDS]
    ).join(receipts, receipts.c.proposal_id == proposals.c.id)
    rows = bind.execute(query)
    while some := rows.fetchmany(BATCH):
        bind.execute(versions.insert(), [_first(row._mapping) for row in some])


def _first(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "proposal_id": row["id"], "number": 1, "kind": "published", "why": "",
        "said": dict(_said(row)), "made_at": row["received_at"], "account_id": row["author_id"],
    }  # fmt: skip


def _said(row: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for name in FIELDS:
        said = row[name]
        one_sign = isinstance(said, str) and "\r" in said
        yield name, said.replace("\r\n", "\n").replace("\r", "\n") if one_sign else said


def _refuse_changes() -> None:
    """No version changes, and none goes but with a draft that nobody else ever saw."""
    is_public = "(SELECT status FROM proposals WHERE id = OLD.proposal_id) <> 'draft'"
    if not _is_postgresql():
        kept = "BEGIN SELECT RAISE(ABORT, 'proposal_versions is append-only'); END"
        op.execute(
            f"CREATE TRIGGER proposal_versions_no_update BEFORE UPDATE ON proposal_versions {kept}"
        )
        op.execute(
            "CREATE TRIGGER proposal_versions_no_delete BEFORE DELETE ON proposal_versions "
            f"WHEN {is_public} {kept}"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_to_forget_version() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {is_public} THEN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END IF; "
        "RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER proposal_versions_no_update BEFORE UPDATE ON proposal_versions "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER proposal_versions_no_delete BEFORE DELETE ON proposal_versions "
        "FOR EACH ROW EXECUTE FUNCTION refuse_to_forget_version()"
    )


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
