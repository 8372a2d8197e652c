"""Wallets and what they keep."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEALED_TABLES = ("log_memory", "credential", "arrival", "consent", "offer_draft")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "wallet",
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("login_digest", sa.String(43), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("memory_kib", sa.Integer(), nullable=False),
        sa.Column("iterations", sa.Integer(), nullable=False),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("wallet_id", name="pk_wallet"),
        sa.UniqueConstraint("login_digest", name="uq_wallet_login_digest"),
    )
    for table in SEALED_TABLES:
        op.create_table(
            table,
            sa.Column("row_id", sa.String(36), nullable=False),
            sa.Column("wallet_id", sa.String(36), nullable=False),
            sa.Column("revision", sa.Integer(), nullable=False),
            sa.Column("sealed_document", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("row_id", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(
                ["wallet_id"],
                ["wallet.wallet_id"],
                name=f"fk_{table}_wallet_id_wallet",
                ondelete="CASCADE",
            ),
        )
        op.create_index(f"ix_{table}_wallet_id", table, ["wallet_id"])


def downgrade() -> None:
    """Remove the tables with everything in them."""
    for table in reversed(SEALED_TABLES):
        op.drop_table(table)
    op.drop_table("wallet")
