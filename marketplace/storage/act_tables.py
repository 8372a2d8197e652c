"""How do the operator's registers look in SQL? The revisions make exactly this table; it only grows."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table

from marketplace.domain.act import Register
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

acts = Table(
    "acts",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("register", Word(Register), nullable=False),
    Column("case_id", String(200), nullable=False),
    Column("at", UtcMoment, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("told", JSON, nullable=False),
    Index("acts_by_case", "register", "case_id"),
)
