"""Which answers were published? The revisions make exactly this table."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, String, Table

from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment

published_answers = Table(
    "published_answers",
    metadata,
    Column("order_id", String(100), ForeignKey("orders.order_id"), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("published_at", UtcMoment, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("withdrawn_at", UtcMoment),
)
