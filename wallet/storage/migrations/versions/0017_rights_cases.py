"""What people asked the marketplace for under the GDPR."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rights_case",
        sa.Column("row_id", sa.String(36), nullable=False),
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sealed_document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_rights_case"),
        sa.ForeignKeyConstraint(
            ["wallet_id"],
            ["wallet.wallet_id"],
            name="fk_rights_case_wallet_id_wallet",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_rights_case_wallet_id", "rights_case", ["wallet_id"])


def downgrade() -> None:
    """Remove the table: what was asked for is answered all the same, and nobody reads the answer."""
    op.drop_table("rights_case")
