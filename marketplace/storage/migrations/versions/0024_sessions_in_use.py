"""Sessions remember when they were last used, and when their member last showed who she is.

Sessions from before do not know it: they count as unused since they began, and ask before acts that nobody
can take back.
"""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two moments."""
    op.add_column("member_sessions", sa.Column("seen_at", UtcMoment()))
    op.add_column("member_sessions", sa.Column("proven_at", UtcMoment()))


def downgrade() -> None:
    """Forget the two moments. NOTE: sessions then end after half a day only."""
    with op.batch_alter_table("member_sessions") as table:
        table.drop_column("proven_at")
        table.drop_column("seen_at")
