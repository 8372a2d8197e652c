"""How do events, webhooks and their deliveries look in SQL? The revisions make exactly these tables."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from marketplace.domain.event import EventKind
from marketplace.domain.webhook import WebhookState
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

event_numbers = Table(
    "event_numbers",
    metadata,
    Column("account_id", String(40), ForeignKey("accounts.account_id"), primary_key=True),
    Column("last_number", BigInteger, nullable=False),
)
"""The number that an account's last event has; it stays when the event is forgotten."""

account_events = Table(
    "account_events",
    metadata,
    Column("account_id", String(40), ForeignKey("accounts.account_id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Word(EventKind), nullable=False),
    Column("at", UtcMoment, nullable=False, index=True),
    Column("told", JSON, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", String(40), primary_key=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("made_by", String(40)),
    Column("url", Text, nullable=False),
    Column("made_at", UtcMoment, nullable=False),
    Column("due_at", UtcMoment, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_before", LargeBinary),
    Column("before_until", UtcMoment),
    Column("sent_until", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Word(WebhookState), nullable=False),
    Column("failure", Text),
    Column("lease", String(40)),
    Column("leased_until", UtcMoment),
    Column("tested_at", UtcMoment),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("webhook_id", String(40), ForeignKey("webhooks.webhook_id"), primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("at", UtcMoment, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failure", Text),
)
