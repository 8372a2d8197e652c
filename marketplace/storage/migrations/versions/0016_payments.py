"""What comes in and goes back over payment rails."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _payments()
    _refunds()
    op.create_table(
        "payment_events",
        sa.Column("rail", sa.String(40), nullable=False),
        sa.Column("event_id", sa.String(250), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("rail", "event_id", name="pk_payment_events"),
    )


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("payment_id", sa.String(40), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("rail", sa.String(40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("started_at", UtcMoment(), nullable=False),
        sa.Column("reference", sa.String(200)),
        sa.Column("checkout_url", sa.Text()),
        sa.Column("charge", sa.String(200)),
        sa.Column("decided_at", UtcMoment()),
        sa.CheckConstraint("amount_cents > 0", name="ck_payments_payment_is_positive"),
        sa.PrimaryKeyConstraint("payment_id", name="pk_payments"),
        sa.UniqueConstraint("reference", name="uq_payments_reference"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_payments_account_id_accounts"
        ),
    )
    op.create_index("payments_by_account", "payments", ["account_id", "started_at"])
    op.create_index("payments_by_state", "payments", ["state", "started_at"])


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("refund_id", sa.String(40), nullable=False),
        sa.Column("payment_id", sa.String(40), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("rail", sa.String(40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("requested_at", UtcMoment(), nullable=False),
        sa.Column("decided_at", UtcMoment()),
        sa.Column("reason", sa.String(300)),
        sa.CheckConstraint("amount_cents > 0", name="ck_refunds_refund_is_positive"),
        sa.PrimaryKeyConstraint("refund_id", name="pk_refunds"),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.payment_id"], name="fk_refunds_payment_id_payments"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_refunds_account_id_accounts"
        ),
    )
    op.create_index("ix_refunds_payment_id", "refunds", ["payment_id"])
    op.create_index("refunds_by_state", "refunds", ["state", "requested_at"])


def downgrade() -> None:
    """Remove the tables. NOTE: which money may go back where is forgotten with them."""
    for table in ("payment_events", "refunds", "payments"):
        op.drop_table(table)
