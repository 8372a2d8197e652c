"""How templates, batches, letters and webhooks look in SQL, beside the tables of the register."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from ssi.hosting.columns import UtcMoment, Word
from ssi.issuer_service.domain.batch import BatchState, Outcome
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.storage.tables import metadata

templates = Table(
    "templates",
    metadata,
    Column("template_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("configuration", String(100), nullable=False),
    Column("document", String, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("created_by", String(60), nullable=False),
    Column("retired_at", UtcMoment),
)

batches = Table(
    "batches",
    metadata,
    Column("batch_id", String(32), primary_key=True),
    Column("template_id", String(32), nullable=False),
    Column("template_version", Integer, nullable=False),
    Column("document_sealed", LargeBinary, nullable=False),
    Column("state", Word(BatchState), nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("created_by", String(60), nullable=False),
    Column("finished_at", UtcMoment),
    Column("lease_owner", String(32)),
    Column("lease_until", UtcMoment),
    ForeignKeyConstraint(
        ["template_id", "template_version"],
        ["templates.template_id", "templates.version"],
        name="fk_batches_template",
    ),
    Index("batches_by_creation", "created_at"),
)

batch_rows = Table(
    "batch_rows",
    metadata,
    Column("batch_id", String(32), ForeignKey("batches.batch_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("cells_sealed", LargeBinary),
    Column("outcome", Word(Outcome), nullable=False),
    Column("credential_id", String(32), ForeignKey("entries.credential_id")),
    Column("faults_sealed", LargeBinary),
    Index("batch_rows_by_outcome", "batch_id", "outcome", "number"),
)

letters = Table(
    "letters",
    metadata,
    Column("letter_id", String(32), primary_key=True),
    Column("credential_id", String(32), ForeignKey("entries.credential_id"), nullable=False, index=True),
    Column("address_sealed", LargeBinary),
    Column("state", Word(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcMoment, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("answer", String(200)),
    Index("letters_by_next", "state", "next_at"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", String(32), primary_key=True),
    Column("url", String(500), nullable=False),
    Column("events", String(500), nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("active", Boolean, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("event_id", String(40), primary_key=True),
    Column("sequence", BigInteger, nullable=False, unique=True),
    Column("kind", String(60), nullable=False),
    Column("document", String, nullable=False),
    Column("created_at", UtcMoment, nullable=False, index=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("event_id", String(40), ForeignKey("events.event_id"), primary_key=True),
    Column("webhook_id", String(32), ForeignKey("webhooks.webhook_id"), primary_key=True),
    Column("state", Word(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcMoment, nullable=False),
    Column("answer", String(200)),
    Index("deliveries_by_next", "state", "next_at"),
)
