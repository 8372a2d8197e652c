"""How do questions to wallets, and the news of their ends, look in SQL? The revisions make these tables."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from marketplace.domain.presentation import PresentationState
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

presentation_sessions = Table(
    "presentation_sessions",
    metadata,
    Column("session_id", String(43), primary_key=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("question", JSON, nullable=False),
    Column("nonce", String(43), nullable=False),
    Column("state_token", String(43), nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("expires_at", UtcMoment, nullable=False),
    Column("state", Word(PresentationState), nullable=False),
    Column("response_key", LargeBinary),
    Column("answered_at", UtcMoment),
    Column("code_digest", String(43)),
    Column("result", Text),
    Column("reason", String(60)),
    Column("detail", String(500)),
    Column("idempotency_key", String(100)),
    Index("presentation_sessions_by_end", "expires_at"),
    Index("presentation_sessions_by_key", "account_id", "idempotency_key", unique=True),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", String(40), primary_key=True),
    Column(
        "session_id",
        String(43),
        ForeignKey("presentation_sessions.session_id"),
        nullable=False,
        index=True,
    ),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("due_at", UtcMoment),
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", UtcMoment),
    Column("failure", String(200)),
    Index("notices_by_due", "due_at"),
)
