"""Negotiations and transfers with buyers' connectors, and what the catalogue says about supply."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "connectors",
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("registered_at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_connectors"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_connectors_account_id_accounts"
        ),
    )
    _negotiations()
    _transfer_processes()
    op.create_table(
        "supply_terms",
        sa.Column("data_set", sa.String(500), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("summed_up_at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("data_set", name="pk_supply_terms"),
    )


def downgrade() -> None:
    """Remove the tables. Orders that came of agreements stay."""
    op.drop_table("supply_terms")
    op.drop_index("transfer_processes_by_due", "transfer_processes")
    op.drop_table("transfer_processes")
    op.drop_index("negotiations_by_due", "negotiations")
    op.drop_table("negotiations")
    op.drop_table("connectors")


def _negotiations() -> None:
    op.create_table(
        "negotiations",
        sa.Column("provider_pid", sa.String(60), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("consumer_pid", sa.String(200), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("buyer", sa.String(500), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("offer_id", sa.String(500), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("request_digest", sa.String(43), nullable=False),
        sa.Column("created_at", UtcMoment(), nullable=False),
        sa.Column("until", UtcMoment(), nullable=False),
        sa.Column("due_at", UtcMoment()),
        sa.Column("agreement_id", sa.String(60)),
        sa.Column("outgoing", sa.JSON()),
        sa.Column("reason", sa.String(300)),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider_pid", name="pk_negotiations"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_negotiations_account_id_accounts"
        ),
        sa.UniqueConstraint("agreement_id", name="uq_negotiations_agreement_id"),
        sa.UniqueConstraint("account_id", "consumer_pid", name="uq_negotiations_account_id"),
    )
    op.create_index("negotiations_by_due", "negotiations", ["due_at"])


def _transfer_processes() -> None:
    op.create_table(
        "transfer_processes",
        sa.Column("provider_pid", sa.String(60), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("consumer_pid", sa.String(200), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("agreement_id", sa.String(60), nullable=False),
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("request_digest", sa.String(43), nullable=False),
        sa.Column("created_at", UtcMoment(), nullable=False),
        sa.Column("due_at", UtcMoment()),
        sa.Column("outgoing", sa.JSON()),
        sa.Column("reason", sa.String(300)),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider_pid", name="pk_transfer_processes"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_transfer_processes_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.order_id"], name="fk_transfer_processes_order_id_orders"
        ),
        sa.UniqueConstraint("account_id", "consumer_pid", name="uq_transfer_processes_account_id"),
    )
    op.create_index("transfer_processes_by_due", "transfer_processes", ["due_at"])
