"""A second lock on each wallet, for its recovery code."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "recovery_lock",
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("wallet_id", name="pk_recovery_lock"),
        sa.ForeignKeyConstraint(
            ["wallet_id"],
            ["wallet.wallet_id"],
            name="fk_recovery_lock_wallet_id_wallet",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    """Remove the table; whoever forgot a password then stays outside."""
    op.drop_table("recovery_lock")
