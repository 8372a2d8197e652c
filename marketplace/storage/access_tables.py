"""How do requests for accounts look in SQL? The revisions make exactly this table."""

from sqlalchemy import Column, String, Table

from marketplace.domain.account_request import RequestState
from marketplace.domain.sign_in import MAX_CLIENT
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

account_requests = Table(
    "account_requests",
    metadata,
    Column("request_id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("country", String(2), nullable=False),
    Column("register_number", String(100), nullable=False),
    Column("contact", String(100), nullable=False),
    Column("email", String(254), nullable=False),
    Column("requested_at", UtcMoment, nullable=False),
    Column("state", Word(RequestState), nullable=False),
    Column("decided_at", UtcMoment),
    Column("account_id", String(40)),
    Column("client", String(MAX_CLIENT), nullable=False, server_default=""),
)
