"""Offers of scores of one person's record, and requests for them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _offers()
    _requests()


def downgrade() -> None:
    """Remove the tables with everything in them."""
    op.drop_table("score_requests")
    op.drop_table("score_offers")


def _offers() -> None:
    op.create_table(
        "score_offers",
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("data_set", sa.String(200), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("holder_jwk", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("public", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text()),
        sa.Column("request_digest", sa.String(43), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawal_log_index", sa.BigInteger()),
        sa.PrimaryKeyConstraint("consent_id", name="pk_score_offers"),
        sa.UniqueConstraint("number", name="uq_score_offers_number"),
    )
    op.create_index("score_offers_by_data_set", "score_offers", ["data_set", "valid_until"])


def _requests() -> None:
    op.create_table(
        "score_requests",
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("buyer", sa.JSON(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("escrow_receipt", sa.Text(), nullable=False),
        sa.Column("offer", sa.Text()),
        sa.Column("compensation_cents", sa.BigInteger(), nullable=False),
        sa.Column("platform_fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("settle_at", sa.DateTime(timezone=True)),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(500)),
        sa.Column("use_log_index", sa.BigInteger()),
        sa.Column("disputed_at", sa.DateTime(timezone=True)),
        sa.Column("dispute_proven", sa.Boolean()),
        sa.Column("dispute_reason", sa.String(500)),
        sa.PrimaryKeyConstraint("request_id", name="pk_score_requests"),
        sa.UniqueConstraint("number", name="uq_score_requests_number"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_score_requests_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["score_offers.consent_id"],
            name="fk_score_requests_consent_id_score_offers",
        ),
    )
    op.create_index("ix_score_requests_account_id", "score_requests", ["account_id"])
    op.create_index("ix_score_requests_consent_id", "score_requests", ["consent_id"])
    op.create_index("score_requests_by_due", "score_requests", ["due_at"])
