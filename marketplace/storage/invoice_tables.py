"""How do billing data and invoices look in SQL? The revisions make exactly these tables."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from marketplace.domain.invoice import InvoiceKind
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

billing = Table(
    "billing",
    metadata,
    Column("account_id", String(40), ForeignKey("accounts.account_id"), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("address", String(400), nullable=False),
    Column("country", String(2), nullable=False),
    Column("vat_id", String(20), nullable=False),
    Column("vat_confirmed", String(254), nullable=False),
    Column("changed_at", UtcMoment, nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("source", String(200), nullable=False, unique=True),
    Column("kind", Word(InvoiceKind), nullable=False),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False),
    Column("corrects", BigInteger, ForeignKey("invoices.number"), index=True),
    Column("document", Text, nullable=False),
    Index("invoices_by_account", "account_id", "number"),
)
