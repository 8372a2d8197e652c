"""The pod that a wallet is connected to."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pod",
        sa.Column("row_id", sa.String(36), nullable=False),
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sealed_document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_pod"),
        sa.ForeignKeyConstraint(
            ["wallet_id"], ["wallet.wallet_id"], name="fk_pod_wallet_id_wallet", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_pod_wallet_id", "pod", ["wallet_id"])


def downgrade() -> None:
    """Remove the table; pods have to be connected anew."""
    op.drop_table("pod")
