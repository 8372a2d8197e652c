"""Hospitals that a wallet reads from."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hospital",
        sa.Column("row_id", sa.String(36), nullable=False),
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sealed_document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_hospital"),
        sa.ForeignKeyConstraint(
            ["wallet_id"], ["wallet.wallet_id"], name="fk_hospital_wallet_id_wallet", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_hospital_wallet_id", "hospital", ["wallet_id"])


def downgrade() -> None:
    """Remove the table: people sign in anew."""
    op.drop_table("hospital")
