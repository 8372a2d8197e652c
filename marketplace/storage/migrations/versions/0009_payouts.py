"""What people asked to be paid."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "payouts",
        sa.Column("payout_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("request_digest", sa.String(43), nullable=False),
        sa.Column("requested_at", UtcMoment(), nullable=False),
        sa.Column("payee", sa.LargeBinary()),
        sa.Column("exported_at", UtcMoment()),
        sa.Column("decided_at", UtcMoment()),
        sa.Column("reason", sa.String(300)),
        sa.PrimaryKeyConstraint("payout_id", name="pk_payouts"),
    )
    op.create_index("payouts_by_state", "payouts", ["state", "requested_at"])
    op.create_table(
        "payout_lines",
        sa.Column("payout_id", sa.String(40), nullable=False),
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("payout_id", "consent_id", name="pk_payout_lines"),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["payouts.payout_id"], name="fk_payout_lines_payout_id_payouts"
        ),
    )


def downgrade() -> None:
    """Remove the tables. NOTE: whom the money on accounts of payouts belongs to is forgotten with them."""
    op.drop_table("payout_lines")
    op.drop_index("payouts_by_state", "payouts")
    op.drop_table("payouts")
