"""A lock on each wallet for the people whom its person trusts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "contacts_lock",
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("wallet_id", name="pk_contacts_lock"),
        sa.ForeignKeyConstraint(
            ["wallet_id"],
            ["wallet.wallet_id"],
            name="fk_contacts_lock_wallet_id_wallet",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    """Remove the table; sheets then open nothing."""
    op.drop_table("contacts_lock")
