"""What a buyer paid in the end, which is less than for everybody where some give as data altruism."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; before, everybody in an answer was paid, so it follows from their number."""
    op.add_column("jobs", sa.Column("charged_cents", sa.BigInteger()))


def downgrade() -> None:
    """Forget it. NOTE: what a buyer is told to have paid counts those who took nothing again."""
    op.drop_column("jobs", "charged_cents")
