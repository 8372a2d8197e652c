"""Letterboxes: what reaches a wallet while it is locked."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _of_a_wallet(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["wallet_id"], ["wallet.wallet_id"], name=f"fk_{table}_wallet_id_wallet", ondelete="CASCADE"
    )


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "letterbox",
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("wallet_id", name="pk_letterbox"),
        _of_a_wallet("letterbox"),
    )
    op.create_table(
        "letter_address",
        sa.Column("address_id", sa.String(36), nullable=False),
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("password_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("address_id", name="pk_letter_address"),
        _of_a_wallet("letter_address"),
    )
    op.create_index("ix_letter_address_wallet_id", "letter_address", ["wallet_id"])
    op.create_table(
        "letter",
        sa.Column("letter_id", sa.String(36), nullable=False),
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("address_id", sa.String(36), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("letter_id", name="pk_letter"),
        _of_a_wallet("letter"),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["letter_address.address_id"],
            name="fk_letter_address_id_letter_address",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_letter_wallet_id", "letter", ["wallet_id"])
    op.create_index("ix_letter_address_id_received_at", "letter", ["address_id", "received_at"])


def downgrade() -> None:
    """Remove the tables with everything that waits."""
    for table in ("letter", "letter_address", "letterbox"):
        op.drop_table(table)
