"""What people asked to be paid out."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "payout",
        sa.Column("row_id", sa.String(36), nullable=False),
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sealed_document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_payout"),
        sa.ForeignKeyConstraint(
            ["wallet_id"], ["wallet.wallet_id"], name="fk_payout_wallet_id_wallet", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_payout_wallet_id", "payout", ["wallet_id"])


def downgrade() -> None:
    """Remove the table: what was asked for is paid all the same, and looks as if it were still there."""
    op.drop_table("payout")
