"""How do offers of scores and requests for them look in SQL? The revisions make exactly these tables."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table, Text

from marketplace.domain.score import ScoreState
from marketplace.storage.direct_columns import offer_columns, purchase_columns
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment

score_offers = Table(
    "score_offers",
    metadata,
    *offer_columns(),
    Column("public", JSON, nullable=False),
    Index("score_offers_by_data_set", "data_set", "valid_until"),
)

score_requests = Table(
    "score_requests",
    metadata,
    *purchase_columns("request_id", ScoreState),
    Column("consent_id", String(60), ForeignKey("score_offers.consent_id"), nullable=False, index=True),
    Column("offer", Text),
    Column("valid_until", UtcMoment, nullable=False),
    Column("answer", Text),
    Column("settle_at", UtcMoment),
    Column("use_log_index", BigInteger),
    Index("score_requests_by_due", "due_at"),
)
