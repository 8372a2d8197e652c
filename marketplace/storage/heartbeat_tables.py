"""When was each worker last seen? The revisions make exactly this table."""

from sqlalchemy import Column, String, Table

from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", String(80), primary_key=True),
    Column("at", UtcMoment, nullable=False),
)
