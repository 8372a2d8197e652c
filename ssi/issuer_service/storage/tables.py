"""How the register looks in SQL. The migrations under `migrations/` make exactly these tables."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from ssi.hosting.columns import UtcMoment, Word, new_metadata
from ssi.issuer_service.domain.entry import Delivery, Standing
from ssi.issuer_service.domain.ticket import TicketKind

metadata = new_metadata()

entries = Table(
    "entries",
    metadata,
    Column("credential_id", String(32), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("configuration", String(100), nullable=False),
    Column("record_key", LargeBinary(32), nullable=False),
    Column("external_id_key", LargeBinary(32), nullable=False),
    Column("external_id_sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content_digest", LargeBinary(32), nullable=False),
    Column("standing", Word(Standing), nullable=False),
    Column("delivery", Word(Delivery), nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("expires_at", UtcMoment, nullable=False),
    Column("collected_at", UtcMoment),
    Column("list_number", Integer, ForeignKey("status_lists.number")),
    Column("list_index", Integer),
    Column("values_sealed", LargeBinary),
    Column("offers_made", Integer, nullable=False),
    Column("achievement_id", String(100)),
    Column("achievement_name", String(100)),
    UniqueConstraint("record_key", "version", name="one_entry_per_version"),
    UniqueConstraint("list_number", "list_index", name="one_entry_per_place"),
    Index("entries_by_external_id", "external_id_key"),
    Index("entries_by_sequence", "sequence", unique=True),
    Index("entries_by_delivery", "delivery", "standing"),
)

status_changes = Table(
    "status_changes",
    metadata,
    Column("change_id", String(32), primary_key=True),
    Column("credential_id", String(32), ForeignKey("entries.credential_id"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("changed_at", UtcMoment, nullable=False),
    Column("standing", Word(Standing), nullable=False),
    Column("reason_sealed", LargeBinary, nullable=False),
    Column("changed_by", String(60), nullable=False),
)

offers = Table(
    "offers",
    metadata,
    Column("credential_id", String(32), ForeignKey("entries.credential_id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("offer_fingerprint", LargeBinary(32), nullable=False, unique=True),
    Column("code_fingerprint", LargeBinary(32), nullable=False, unique=True),
    Column("claim_fingerprint", LargeBinary(32)),
    Column("needs_transaction_code", Boolean, nullable=False),
    Column("wrong_codes", Integer, nullable=False),
    Column("code_used_at", UtcMoment),
    Column("expires_at", UtcMoment, nullable=False, index=True),
    Index("offers_by_claim", "claim_fingerprint", unique=True),
)

grants = Table(
    "grants",
    metadata,
    Column("token_fingerprint", LargeBinary(32), primary_key=True),
    Column("credential_id", String(32), ForeignKey("entries.credential_id"), nullable=False, index=True),
    Column("expires_at", UtcMoment, nullable=False, index=True),
    Column("key_thumbprint", String(64)),
    Column("by_identifier", Boolean, nullable=False),
    Column("spent", Boolean, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    Column("fingerprint", LargeBinary(32), primary_key=True),
    Column("kind", Word(TicketKind), nullable=False),
    Column("credential_id", String(32), ForeignKey("entries.credential_id"), index=True),
    Column("document_sealed", LargeBinary, nullable=False),
    Column("used_at", UtcMoment),
    Column("expires_at", UtcMoment, nullable=False, index=True),
)

notices = Table(
    "notices",
    metadata,
    Column("credential_id", String(32), ForeignKey("entries.credential_id"), primary_key=True),
    Column("event", String(40), nullable=False),
    Column("description_sealed", LargeBinary),
    Column("noticed_at", UtcMoment, nullable=False),
)

used_nonces = Table(
    "used_nonces",
    metadata,
    Column("nonce_fingerprint", LargeBinary(32), primary_key=True),
    Column("until", UtcMoment, nullable=False, index=True),
)

status_lists = Table(
    "status_lists",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
)

copies = Table(
    "copies",
    metadata,
    Column("list_number", Integer, ForeignKey("status_lists.number"), primary_key=True),
    Column("list_index", Integer, primary_key=True),
    Column("credential_id", String(32), ForeignKey("entries.credential_id"), nullable=False, index=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(20), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("revoked_at", UtcMoment),
    Column("name", String(100), nullable=False),
    Column("scopes", String(300), nullable=False),
)

passwords = Table(
    "passwords",
    metadata,
    Column("account", String(40), primary_key=True),
    Column("salt", LargeBinary(32), nullable=False),
    Column("memory_kib", Integer, nullable=False),
    Column("iterations", Integer, nullable=False),
    Column("lanes", Integer, nullable=False),
    Column("verifier", LargeBinary(32), nullable=False),
)

failed_attempts = Table(
    "failed_attempts",
    metadata,
    Column("subject", LargeBinary(32), primary_key=True),
    Column("at", UtcMoment, primary_key=True),
    Column("count", Integer, nullable=False),
)
