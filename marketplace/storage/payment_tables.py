"""How do payments look in SQL? The revisions make exactly these tables."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, String, Table, Text

from marketplace.domain.card_payment import PaymentState, RefundState
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

payments = Table(
    "payments",
    metadata,
    Column("payment_id", String(40), primary_key=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False),
    Column("rail", String(40), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("state", Word(PaymentState), nullable=False),
    Column("started_at", UtcMoment, nullable=False),
    Column("reference", String(200), unique=True),
    Column("checkout_url", Text),
    Column("charge", String(200)),
    Column("decided_at", UtcMoment),
    CheckConstraint("amount_cents > 0", name="payment_is_positive"),
    Index("payments_by_account", "account_id", "started_at"),
    Index("payments_by_state", "state", "started_at"),
)

refunds = Table(
    "refunds",
    metadata,
    Column("refund_id", String(40), primary_key=True),
    Column("payment_id", String(40), ForeignKey("payments.payment_id"), nullable=False, index=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False),
    Column("rail", String(40), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("state", Word(RefundState), nullable=False),
    Column("requested_at", UtcMoment, nullable=False),
    Column("decided_at", UtcMoment),
    Column("reason", String(300)),
    CheckConstraint("amount_cents > 0", name="refund_is_positive"),
    Index("refunds_by_state", "state", "requested_at"),
)

payment_events = Table(
    "payment_events",
    metadata,
    Column("rail", String(40), primary_key=True),
    Column("event_id", String(250), primary_key=True),
    Column("at", UtcMoment, nullable=False),
)
