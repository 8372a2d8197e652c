"""How do offers to crowds, orders of sums and their members look in SQL? The revisions make these tables."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from marketplace.domain.crowd import CrowdState
from marketplace.storage.direct_columns import offer_columns, purchase_columns
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment

_ID = String(200)

crowd_offers = Table(
    "crowd_offers",
    metadata,
    *offer_columns(),
    Index("crowd_offers_by_data_set", "data_set", "valid_until"),
)

crowd_orders = Table(
    "crowd_orders",
    metadata,
    *purchase_columns("order_id", CrowdState),
    Column("data_set", _ID, nullable=False),
    Column("join_until", UtcMoment, nullable=False),
    Column("cohort", Text),
    Column("cohort_digest", String(43)),
    Column("partners", Text),
    Column("heard", Text),
    Column("release", Text),
    Index("crowd_orders_by_due", "due_at"),
    Index("crowd_orders_by_data_set", "data_set", "state"),
)

crowd_members = Table(
    "crowd_members",
    metadata,
    Column("order_id", String(40), ForeignKey("crowd_orders.order_id"), primary_key=True),
    Column("consent_id", String(60), ForeignKey("crowd_offers.consent_id"), primary_key=True, index=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("person", _ID, nullable=False),
    Column("join_token", Text, nullable=False),
    Column("presentation", Text, nullable=False),
    Column("place", Integer),
    Column("shares_digest", String(43)),
    Column("word_digest", String(43)),
    Column("word_ciphertext", LargeBinary),
    Column("word_term", LargeBinary),
    Column("word_sealed", LargeBinary),
    Column("reveal_digest", String(43)),
    Column("revealed", LargeBinary),
    Column("left_reason", String(500)),
    Column("use_log_index", BigInteger),
)

crowd_shares = Table(
    "crowd_shares",
    metadata,
    Column("order_id", String(40), ForeignKey("crowd_orders.order_id"), primary_key=True),
    Column("receiver", Integer, primary_key=True),
    Column("sender", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
