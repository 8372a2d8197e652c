"""How do people's requests look in SQL? The revisions make exactly this table."""

from sqlalchemy import Column, Index, LargeBinary, String, Table

from consent.rights_request import Right
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

rights_requests = Table(
    "rights_requests",
    metadata,
    Column("request_id", String(40), primary_key=True),
    Column("consent_id", String(60), nullable=False),
    Column("right", Word(Right), nullable=False),
    Column("request_digest", String(43), nullable=False),
    Column("filed_at", UtcMoment, nullable=False),
    Column("words", LargeBinary),
    Index("rights_requests_by_agreement", "consent_id"),
)
