"""How do offers of scores and requests for them look in SQL? The revisions make exactly these tables."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text

from marketplace.domain.score import ScoreState
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

_ID = String(200)

score_offers = Table(
    "score_offers",
    metadata,
    Column("consent_id", String(60), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("data_set", _ID, nullable=False),
    Column("person", _ID, nullable=False),
    Column("holder_jwk", Text, nullable=False),
    Column("terms", Text, nullable=False),
    Column("public", JSON, nullable=False),
    Column("valid_from", UtcMoment, nullable=False),
    Column("valid_until", UtcMoment, nullable=False),
    Column("document", Text),
    Column("request_digest", String(43), nullable=False),
    Column("answer", JSON, nullable=False),
    Column("received_at", UtcMoment, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("withdrawn_at", UtcMoment),
    Column("withdrawal_log_index", BigInteger),
    Index("score_offers_by_data_set", "data_set", "valid_until"),
)

score_requests = Table(
    "score_requests",
    metadata,
    Column("request_id", String(40), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("consent_id", String(60), ForeignKey("score_offers.consent_id"), nullable=False, index=True),
    Column("buyer", JSON, nullable=False),
    Column("token", Text, nullable=False),
    Column("credential", Text, nullable=False),
    Column("escrow_receipt", Text, nullable=False),
    Column("offer", Text),
    Column("compensation_cents", BigInteger, nullable=False),
    Column("platform_fee_cents", BigInteger, nullable=False),
    Column("state", Word(ScoreState), nullable=False),
    Column("placed_at", UtcMoment, nullable=False),
    Column("valid_until", UtcMoment, nullable=False),
    Column("updated_at", UtcMoment, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("answer", Text),
    Column("settle_at", UtcMoment),
    Column("due_at", UtcMoment),
    Column("reason", String(500)),
    Column("use_log_index", BigInteger),
    Column("disputed_at", UtcMoment),
    Column("dispute_proven", Boolean),
    Column("dispute_reason", String(500)),
    Index("score_requests_by_due", "due_at"),
)
