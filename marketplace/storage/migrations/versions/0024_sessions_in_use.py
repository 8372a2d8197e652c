"""Sessions remember when they were last used, and when their member last showed who she is.

Sessions from before do not know it: they count as unused since they began, and ask before acts that nobody
can take back. Tries to sign in and requests for accounts remember from which network they came.
"""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moments and the networks."""
    op.add_column("member_sessions", sa.Column("seen_at", UtcMoment()))
    op.add_column("member_sessions", sa.Column("proven_at", UtcMoment()))
    op.execute("DELETE FROM sign_in_tries")  # each would have been over within 10 minutes
    op.add_column("sign_in_tries", sa.Column("begun_at", UtcMoment()))
    for bucket, length in (("client", 43), ("provider", 40)):
        op.add_column("sign_in_tries", sa.Column(bucket, sa.String(length)))
        op.create_index(f"ix_sign_in_tries_{bucket}", "sign_in_tries", [bucket, "begun_at"])
    op.add_column("account_requests", sa.Column("client", sa.String(43), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget them. NOTE: sessions then end after half a day only."""
    op.drop_column("account_requests", "client")
    for bucket in ("client", "provider"):
        op.drop_index(f"ix_sign_in_tries_{bucket}", "sign_in_tries")
        op.drop_column("sign_in_tries", bucket)
    op.drop_column("sign_in_tries", "begun_at")
    with op.batch_alter_table("member_sessions") as table:
        table.drop_column("proven_at")
        table.drop_column("seen_at")
