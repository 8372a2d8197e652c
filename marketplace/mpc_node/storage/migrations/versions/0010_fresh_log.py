"""When the log was last cosigned, which states came before, and which withdrawals are to stand in it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make columns and tables; a log that was cosigned before counts as stale until it is shown again."""
    op.add_column("witnessed_log", sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pause", sa.Column("receipt", sa.Text(), nullable=True))
    op.create_table(
        "witnessed_state",
        sa.Column("origin", sa.String(500), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", name="pk_witnessed_state"),
    )
    op.create_index("ix_witnessed_state_first_at", "witnessed_state", ["first_at"])
    op.create_table(
        "logged_withdrawal",
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("consent_id", name="pk_logged_withdrawal"),
    )
    op.create_index("ix_logged_withdrawal_log_index", "logged_withdrawal", ["log_index", "since"])
    op.create_table(
        "contradiction",
        sa.Column("manifest_digest", sa.String(64), nullable=False),
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("manifest_digest", name="pk_contradiction"),
    )


def downgrade() -> None:
    """Forget it. NOTE: withdrawals that the marketplace has not logged are waited for no more."""
    op.drop_table("contradiction")
    op.drop_table("logged_withdrawal")
    op.drop_table("witnessed_state")
    op.drop_column("pause", "receipt")
    op.drop_column("witnessed_log", "cosigned_at")
