"""Questions that buyers save, how they are repeated, and what became of each run."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "saved_questions",
        sa.Column("saved_id", sa.String(40), primary_key=True),
        sa.Column("account_id", sa.String(40), sa.ForeignKey("accounts.account_id"), nullable=False),
        sa.Column("saved_by", sa.String(40)),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("saved_at", UtcMoment(), nullable=False),
    )
    op.create_index("ix_saved_questions_account_id", "saved_questions", ["account_id"])
    _make_standing_orders()
    op.create_table(
        "standing_runs",
        sa.Column(
            "standing_id", sa.String(40), sa.ForeignKey("standing_orders.standing_id"), primary_key=True
        ),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("planned_at", UtcMoment(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.Column("order_id", sa.String(100), sa.ForeignKey("orders.order_id")),
        sa.Column("cost_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(20)),
        sa.Column("words", sa.Text()),
        sa.Column("nearby", sa.JSON()),
    )


def _make_standing_orders() -> None:
    op.create_table(
        "standing_orders",
        sa.Column("standing_id", sa.String(40), primary_key=True),
        sa.Column("saved_id", sa.String(40), sa.ForeignKey("saved_questions.saved_id"), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("begun_by", sa.String(40)),
        sa.Column("every", sa.String(20), nullable=False),
        sa.Column("first_at", UtcMoment(), nullable=False),
        sa.Column("until", UtcMoment(), nullable=False),
        sa.Column("per_run_cents", sa.BigInteger(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", UtcMoment(), nullable=False),
        sa.Column("due_at", UtcMoment()),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("spent_cents", sa.BigInteger(), nullable=False),
        sa.Column("skipped_in_a_row", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("why", sa.String(20)),
    )
    op.create_index("ix_standing_orders_saved_id", "standing_orders", ["saved_id"])
    op.create_index("ix_standing_orders_due_at", "standing_orders", ["due_at"])


def downgrade() -> None:
    """Forget what was saved. NOTE: nothing is repeated any more; orders that were placed stay."""
    op.drop_table("standing_runs")
    op.drop_table("standing_orders")
    op.drop_table("saved_questions")
