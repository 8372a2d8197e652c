"""What a broker recognises the password of a device by."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column."""
    op.add_column("letter_address", sa.Column("broker_verifier", sa.String(200), nullable=True))


def downgrade() -> None:
    """Remove it: devices reach the wallet over HTTP only."""
    op.drop_column("letter_address", "broker_verifier")
