"""How do negotiations and transfers look in SQL? The revisions make exactly these tables."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from consent.negotiation import NegotiationState
from consent.transfer import TransferState
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

connectors = Table(
    "connectors",
    metadata,
    Column("account_id", String(40), ForeignKey("accounts.account_id"), primary_key=True),
    Column("callback", Text, nullable=False),
    Column("registered_at", UtcMoment, nullable=False),
)

negotiations = Table(
    "negotiations",
    metadata,
    Column("provider_pid", String(60), primary_key=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False),
    Column("consumer_pid", String(200), nullable=False),
    Column("callback", Text, nullable=False),
    Column("buyer", String(500), nullable=False),
    Column("state", Word(NegotiationState), nullable=False),
    Column("offer_id", String(500), nullable=False),
    Column("terms", JSON, nullable=False),
    Column("request_digest", String(43), nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("until", UtcMoment, nullable=False),
    Column("due_at", UtcMoment),
    Column("agreement_id", String(60), unique=True),
    Column("outgoing", JSON(none_as_null=True)),
    Column("reason", String(300)),
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("account_id", "consumer_pid"),
    Index("negotiations_by_due", "due_at"),
)

transfer_processes = Table(
    "transfer_processes",
    metadata,
    Column("provider_pid", String(60), primary_key=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False),
    Column("consumer_pid", String(200), nullable=False),
    Column("callback", Text, nullable=False),
    Column("agreement_id", String(60), nullable=False),
    Column("order_id", String(40), ForeignKey("orders.order_id"), nullable=False),
    Column("state", Word(TransferState), nullable=False),
    Column("request_digest", String(43), nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("due_at", UtcMoment),
    Column("outgoing", JSON(none_as_null=True)),
    Column("reason", String(300)),
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("account_id", "consumer_pid"),
    Index("transfer_processes_by_due", "due_at"),
)

supply_terms = Table(
    "supply_terms",
    metadata,
    Column("data_set", String(500), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("summed_up_at", UtcMoment, nullable=False),
)
