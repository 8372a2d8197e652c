"""How do payouts look in SQL? The revisions make exactly these tables."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table

from marketplace.domain.payout import PayoutState
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

payouts = Table(
    "payouts",
    metadata,
    Column("payout_id", String(40), primary_key=True),
    Column("state", Word(PayoutState), nullable=False),
    Column("request_digest", String(43), nullable=False),
    Column("requested_at", UtcMoment, nullable=False),
    Column("payee", LargeBinary),
    Column("exported_at", UtcMoment),
    Column("decided_at", UtcMoment),
    Column("reason", String(300)),
    Index("payouts_by_state", "state", "requested_at"),
)

payout_lines = Table(
    "payout_lines",
    metadata,
    Column("payout_id", String(40), ForeignKey("payouts.payout_id"), primary_key=True),
    Column("consent_id", String(60), primary_key=True),
    Column("amount_cents", BigInteger, nullable=False),
)
