"""The verifiers that the openings of votes name, kept with the votes."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from ballots import verifiers

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = op.create_table(
        "verifier_files",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_verifier_files")),
    )
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM boards")):
        # Votes that were opened before have named what was shipped so far.
        shipped = verifiers.files().values()
        rows = [{"digest": sha256(body).hexdigest(), "body": body} for body in shipped]
        op.bulk_insert(kept, rows)


def downgrade() -> None:
    op.drop_table("verifier_files")
