"""What each charge costs as ρ, beside its epsilon."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Charges from before have none; theirs follows from the epsilon."""
    op.add_column("charge", sa.Column("rho", sa.String(100)))


def downgrade() -> None:
    """Remove the column: what nodes enforce is the sum of the epsilons, which stays."""
    op.drop_column("charge", "rho")
