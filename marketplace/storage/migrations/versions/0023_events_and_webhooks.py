"""Numbered events of accounts, the webhooks that they are sent to, and what came of it."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "event_numbers",
        sa.Column("account_id", sa.String(40), sa.ForeignKey("accounts.account_id"), primary_key=True),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "account_events",
        sa.Column("account_id", sa.String(40), sa.ForeignKey("accounts.account_id"), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
    )
    op.create_index("ix_account_events_at", "account_events", ["at"])
    _make_webhooks()
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", sa.String(40), sa.ForeignKey("webhooks.webhook_id"), primary_key=True),
        sa.Column("place", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text()),
    )


def _make_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.String(40), primary_key=True),
        sa.Column("account_id", sa.String(40), sa.ForeignKey("accounts.account_id"), nullable=False),
        sa.Column("made_by", sa.String(40)),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("made_at", UtcMoment(), nullable=False),
        sa.Column("due_at", UtcMoment(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_before", sa.LargeBinary()),
        sa.Column("before_until", UtcMoment()),
        sa.Column("sent_until", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("failure", sa.Text()),
        sa.Column("lease", sa.String(40)),
        sa.Column("leased_until", UtcMoment()),
        sa.Column("tested_at", UtcMoment()),
    )
    op.create_index("ix_webhooks_account_id", "webhooks", ["account_id"])
    op.create_index("ix_webhooks_due_at", "webhooks", ["due_at"])


def downgrade() -> None:
    """Forget events and webhooks. NOTE: programs that follow by number have to begin anew."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
    op.drop_table("account_events")
    op.drop_table("event_numbers")
