"""Questions to wallets, and the news of their ends."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _sessions()
    _notices()


def downgrade() -> None:
    """Remove the tables with everything in them."""
    op.drop_table("notices")
    op.drop_table("presentation_sessions")


def _sessions() -> None:
    op.create_table(
        "presentation_sessions",
        sa.Column("session_id", sa.String(43), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("nonce", sa.String(43), nullable=False),
        sa.Column("state_token", sa.String(43), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("response_key", sa.LargeBinary()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("code_digest", sa.String(43)),
        sa.Column("result", sa.Text()),
        sa.Column("reason", sa.String(60)),
        sa.Column("detail", sa.String(500)),
        sa.PrimaryKeyConstraint("session_id", name="pk_presentation_sessions"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_presentation_sessions_account_id_accounts"
        ),
    )
    op.create_index("ix_presentation_sessions_account_id", "presentation_sessions", ["account_id"])
    op.create_index("presentation_sessions_by_end", "presentation_sessions", ["expires_at"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.String(40), nullable=False),
        sa.Column("session_id", sa.String(43), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("failure", sa.String(200)),
        sa.PrimaryKeyConstraint("notice_id", name="pk_notices"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["presentation_sessions.session_id"],
            name="fk_notices_session_id_presentation_sessions",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_notices_account_id_accounts"
        ),
    )
    op.create_index("ix_notices_session_id", "notices", ["session_id"])
    op.create_index("ix_notices_account_id", "notices", ["account_id"])
    op.create_index("notices_by_due", "notices", ["due_at"])
