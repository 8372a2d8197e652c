"""Offers to take part in crowd sums, orders of sums, and who is in them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _offers()
    _orders()
    _members()
    _shares()


def downgrade() -> None:
    """Remove the tables with everything in them."""
    for table in ("crowd_shares", "crowd_members", "crowd_orders", "crowd_offers"):
        op.drop_table(table)


def _offers() -> None:
    op.create_table(
        "crowd_offers",
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("data_set", sa.String(200), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("holder_jwk", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text()),
        sa.Column("request_digest", sa.String(43), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawal_log_index", sa.BigInteger()),
        sa.PrimaryKeyConstraint("consent_id", name="pk_crowd_offers"),
        sa.UniqueConstraint("number", name="uq_crowd_offers_number"),
    )
    op.create_index("crowd_offers_by_data_set", "crowd_offers", ["data_set", "valid_until"])


def _orders() -> None:
    op.create_table(
        "crowd_orders",
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("data_set", sa.String(200), nullable=False),
        sa.Column("join_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("buyer", sa.JSON(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("escrow_receipt", sa.Text(), nullable=False),
        sa.Column("compensation_cents", sa.BigInteger(), nullable=False),
        sa.Column("platform_fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("cohort", sa.Text()),
        sa.Column("cohort_digest", sa.String(43)),
        sa.Column("partners", sa.Text()),
        sa.Column("heard", sa.Text()),
        sa.Column("release", sa.Text()),
        sa.Column("reason", sa.String(500)),
        sa.Column("disputed_at", sa.DateTime(timezone=True)),
        sa.Column("dispute_proven", sa.Boolean()),
        sa.Column("dispute_reason", sa.String(500)),
        sa.PrimaryKeyConstraint("order_id", name="pk_crowd_orders"),
        sa.UniqueConstraint("number", name="uq_crowd_orders_number"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_crowd_orders_account_id_accounts"
        ),
    )
    op.create_index("ix_crowd_orders_account_id", "crowd_orders", ["account_id"])
    op.create_index("crowd_orders_by_due", "crowd_orders", ["due_at"])
    op.create_index("crowd_orders_by_data_set", "crowd_orders", ["data_set", "state"])


def _members() -> None:
    op.create_table(
        "crowd_members",
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("join_token", sa.Text(), nullable=False),
        sa.Column("presentation", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer()),
        sa.Column("shares_digest", sa.String(43)),
        sa.Column("word_digest", sa.String(43)),
        sa.Column("word_ciphertext", sa.LargeBinary()),
        sa.Column("word_term", sa.LargeBinary()),
        sa.Column("word_sealed", sa.LargeBinary()),
        sa.Column("reveal_digest", sa.String(43)),
        sa.Column("revealed", sa.LargeBinary()),
        sa.Column("left_reason", sa.String(500)),
        sa.Column("use_log_index", sa.BigInteger()),
        sa.PrimaryKeyConstraint("order_id", "consent_id", name="pk_crowd_members"),
        sa.UniqueConstraint("number", name="uq_crowd_members_number"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["crowd_orders.order_id"], name="fk_crowd_members_order_id_crowd_orders"
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["crowd_offers.consent_id"], name="fk_crowd_members_consent_id_crowd_offers"
        ),
    )
    op.create_index("ix_crowd_members_consent_id", "crowd_members", ["consent_id"])


def _shares() -> None:
    op.create_table(
        "crowd_shares",
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.Column("receiver", sa.Integer(), nullable=False),
        sa.Column("sender", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "receiver", "sender", name="pk_crowd_shares"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["crowd_orders.order_id"], name="fk_crowd_shares_order_id_crowd_orders"
        ),
    )
