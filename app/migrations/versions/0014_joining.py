"""Supports, merges, splits, requests, ideas, and proposals handed in for others."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_proposals_merged_into_id"), "proposals", ["merged_into_id"])
    _supports()
    _merges()
    _requests()
    _ideas()
    _handed_in()


def _supports() -> None:
    op.create_table(
        "supported_texts",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_supported_texts")),
    )
    op.create_table(
        "proposal_supports",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        *_references("proposal_supports", proposal_id="proposals.id", account_id="accounts.id",
                     digest="supported_texts.digest"),
        sa.PrimaryKeyConstraint("proposal_id", "account_id", name=op.f("pk_proposal_supports")),
    )  # fmt: skip
    op.create_table(
        "support_thresholds",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("supports", sa.Integer(), nullable=False),
        sa.Column("within_days", sa.Integer(), nullable=True),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.CheckConstraint("kind IN ('answer', 'forum', 'reply')", name=op.f("ck_support_thresholds_known_kind")),
        sa.CheckConstraint("supports > 0 AND due_days > 0", name=op.f("ck_support_thresholds_positive")),
        sa.CheckConstraint("within_days IS NULL OR within_days > 0", name=op.f("ck_support_thresholds_within_positive")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_support_thresholds")),
    )  # fmt: skip
    op.create_table(
        "proposal_obligations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('answer', 'forum', 'reply')", name=op.f("ck_proposal_obligations_known_kind")),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_proposal_obligations_answered")),
        *_references("proposal_obligations", proposal_id="proposals.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_obligations")),
        sa.UniqueConstraint("proposal_id", "kind", name=op.f("uq_proposal_obligations_proposal_id_kind")),
    )  # fmt: skip
    op.create_index(op.f("ix_proposal_obligations_due_at"), "proposal_obligations", ["due_at"])


def _merges() -> None:
    op.create_table(
        "merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("lapses_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'done', 'refused', 'withdrawn', 'undone')",
            name=op.f("ck_merges_known_status"),
        ),
        sa.CheckConstraint(
            "(status IN ('done', 'undone')) = (done_at IS NOT NULL)", name=op.f("ck_merges_done")
        ),
        *_references(
            "merges", cascade=("into_id",), into_id="proposals.id", proposed_by="accounts.id"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_into_id"), "merges", ["into_id"])
    op.create_table(
        "merge_parts",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        *_references(
            "merge_parts", cascade=("merge_id",), merge_id="merges.id", proposal_id="proposals.id"
        ),
        sa.PrimaryKeyConstraint("merge_id", "proposal_id", name=op.f("pk_merge_parts")),
    )
    op.create_index(op.f("ix_merge_parts_proposal_id"), "merge_parts", ["proposal_id"])
    op.create_table(
        "merge_consents",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("role_before", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "agrees OR reason <> ''", name=op.f("ck_merge_consents_refusal_has_reason")
        ),
        *_references(
            "merge_consents", cascade=("merge_id",), merge_id="merges.id", account_id="accounts.id"
        ),
        sa.PrimaryKeyConstraint("merge_id", "account_id", name=op.f("pk_merge_consents")),
    )
    op.create_table(
        "proposal_splits",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("whole_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("part_id <> whole_id", name=op.f("ck_proposal_splits_of_another")),
        *_references("proposal_splits", cascade=("part_id",), part_id="proposals.id",
                     whole_id="proposals.id"),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_proposal_splits")),
    )  # fmt: skip
    op.create_index(op.f("ix_proposal_splits_whole_id"), "proposal_splits", ["whole_id"])


def _requests() -> None:
    op.create_table(
        "join_requests",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("by_author", sa.Boolean(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(accepted IS NULL) = (answered_at IS NULL)", name=op.f("ck_join_requests_answered")
        ),
        *_references("join_requests", proposal_id="proposals.id", account_id="accounts.id"),
        sa.PrimaryKeyConstraint("proposal_id", "account_id", name=op.f("pk_join_requests")),
    )
    op.create_index(op.f("ix_join_requests_account_id"), "join_requests", ["account_id"])


def _ideas() -> None:
    op.create_table(
        "ideas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
        sa.Column("neighbourhood", sa.String(length=40), nullable=True),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("shuffle_key", sa.BigInteger(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        *_references("ideas", author_id="accounts.id", neighbourhood="neighbourhoods.slug",
                     field="fields.slug"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ideas")),
    )  # fmt: skip
    op.create_index(op.f("ix_ideas_author_id"), "ideas", ["author_id"])
    op.create_index("ix_ideas_shuffle_key", "ideas", ["shuffle_key"])
    op.create_table(
        "idea_supports",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        *_references("idea_supports", idea_id="ideas.id", account_id="accounts.id"),
        sa.PrimaryKeyConstraint("idea_id", "account_id", name=op.f("pk_idea_supports")),
    )
    op.create_table(
        "idea_uses",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        *_references("idea_uses", cascade=("proposal_id",), proposal_id="proposals.id",
                     idea_id="ideas.id"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_idea_uses")),
    )  # fmt: skip
    op.create_index(op.f("ix_idea_uses_idea_id"), "idea_uses", ["idea_id"])


def _handed_in() -> None:
    op.create_table(
        "handed_in",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("consent", sa.String(length=200), nullable=False),
        sa.Column("consented_at", UtcDateTime(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("claim_hash", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('desk', 'paper', 'phone')", name=op.f("ck_handed_in_known_channel")
        ),
        *_references("handed_in", proposal_id="proposals.id"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_handed_in")),
        sa.UniqueConstraint("claim_hash", name=op.f("uq_handed_in_claim_hash")),
    )
    op.create_table(
        "handed_in_contacts",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("reach", sa.String(length=200), nullable=False),
        *_references("handed_in_contacts", proposal_id="handed_in.proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_handed_in_contacts")),
    )


def _references(
    table: str, *, cascade: tuple[str, ...] = (), **columns: str
) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [name], [to], name=op.f(f"fk_{table}_{name}_{to.partition('.')[0]}"),
            ondelete="CASCADE" if name in cascade else None,
        )
        for name, to in columns.items()
    ]  # fmt: skip


def downgrade() -> None:
    for table in (
        "handed_in_contacts", "handed_in", "idea_uses", "idea_supports", "ideas", "join_requests",
        "proposal_splits", "merge_consents", "merge_parts", "merges", "proposal_obligations",
        "support_thresholds", "proposal_supports", "supported_texts",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index(op.f("ix_proposals_merged_into_id"), table_name="proposals")
