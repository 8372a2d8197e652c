"""Answers that their buyers published in the catalogue."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "published_answers",
        sa.Column("order_id", sa.String(100), sa.ForeignKey("orders.order_id"), primary_key=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("published_at", UtcMoment(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", UtcMoment()),
    )


def downgrade() -> None:
    """Forget what was published. NOTE: the log still says so; the catalogue shows none of it."""
    op.drop_table("published_answers")
