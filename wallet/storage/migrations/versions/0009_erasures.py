"""Which wallets end when, and what is still to be said for those that ended."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "erasure",
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("wallet_id", name="pk_erasure"),
        sa.ForeignKeyConstraint(
            ["wallet_id"], ["wallet.wallet_id"], name="fk_erasure_wallet_id_wallet", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_erasure_due_at", "erasure", ["due_at"])
    op.create_table(
        "farewell",
        sa.Column("farewell_id", sa.String(36), nullable=False),
        sa.Column("recipient", sa.String(16), nullable=False),
        sa.Column("node_id", sa.String(200), nullable=False),
        sa.Column("consent_id", sa.String(200), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("farewell_id", name="pk_farewell"),
    )


def downgrade() -> None:
    """Remove the tables; planned erasures do not happen, and nobody is told any more."""
    op.drop_table("farewell")
    op.drop_table("erasure")
