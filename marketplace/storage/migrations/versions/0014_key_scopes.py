"""What each API key is good for and when it was last used; keys by which repeated requests are known."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

EVERYTHING = "account catalogue orders presentations quotes results"


def upgrade() -> None:
    """Make the columns; keys from before may do what they could."""
    op.add_column("api_keys", sa.Column("scopes", sa.String(200), nullable=False, server_default=""))
    op.add_column("api_keys", sa.Column("last_used_on", sa.Date()))
    keys = sa.table("api_keys", sa.column("scopes", sa.String))
    op.execute(keys.update().values(scopes=EVERYTHING))
    op.add_column("presentation_sessions", sa.Column("idempotency_key", sa.String(100)))
    op.create_index(
        "presentation_sessions_by_key",
        "presentation_sessions",
        ["account_id", "idempotency_key"],
        unique=True,
    )


def downgrade() -> None:
    """Forget the scopes. NOTE: every key may do everything again."""
    op.drop_index("presentation_sessions_by_key", "presentation_sessions")
    op.drop_column("presentation_sessions", "idempotency_key")
    op.drop_column("api_keys", "last_used_on")
    op.drop_column("api_keys", "scopes")
