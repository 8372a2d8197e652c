"""What a person chose for the screens of her wallet."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SEALED_TABLES = ("preference",)


def upgrade() -> None:
    """Make the tables."""
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
