"""How do the books look in SQL? The revisions under `migrations/` make exactly these tables.

Moments are UTC, money is whole cents, privacy cost is whole millionths of epsilon. Transfers, job events and
log entries are only ever added; triggers refuse to change or delete a transfer or a hash of the log, whose
tiles grow at their end only.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from marketplace.domain.account import AccountKind
from marketplace.domain.job import JobState, PartOutcome
from marketplace.domain.ledger import EntryKind
from marketplace.domain.offer import NodeAnswer, OfferState
from ssi.hosting.columns import UtcMoment, Word, new_metadata

metadata = new_metadata()

_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up INTEGER keys only
_ID = String(200)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", String(40), primary_key=True),
    Column("kind", Word(AccountKind), nullable=False),
    Column("created_at", UtcMoment, nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("account_id", String(40), ForeignKey("accounts.account_id"), primary_key=True),
    Column("subject", _ID, nullable=False),
    Column("name", _ID, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("country", String(40), nullable=False),
    Column("credential", Text, nullable=False),
    Column("mandate", Text, nullable=False),
    Column("valid_until", UtcMoment, nullable=False),
    Column("mandate_valid_until", UtcMoment, nullable=False),
    Column("registered_at", UtcMoment, nullable=False),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("email_digest", String(43), nullable=False),
    Column("at", UtcMoment, nullable=False),
    Index("sign_in_failures_by_email", "email_digest", "at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(40), primary_key=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("label", _ID, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("revoked_at", UtcMoment),
    Column("secret_digest", String(43), nullable=False, unique=True),
    Column("scopes", String(200), nullable=False, server_default=""),
    Column("last_used_on", Date),
    Column("made_by", String(40)),
)

offers = Table(
    "offers",
    metadata,
    Column("consent_id", String(60), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("data_set", _ID, nullable=False),
    Column("person", _ID, nullable=False),
    Column("holder_jwk", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("public", JSON, nullable=False),
    Column("compensation_cents", BigInteger, nullable=False),
    Column("valid_until", UtcMoment, nullable=False),
    Column("inputs_digest", String(43), nullable=False),
    Column("state", Word(OfferState), nullable=False),
    Column("received_at", UtcMoment, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("epsilon_spent_millionths", BigInteger, nullable=False),
    Column("runs_spent", BigInteger, nullable=False, server_default="0"),
    Column("withdrawn_at", UtcMoment),
    Column("withdrawal", Text),
    Column("withdrawal_log_index", BigInteger),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("pause_sequence", BigInteger, nullable=False, server_default="0"),
    Column("pause", Text),
    Column("request_digest", String(43), nullable=False),
    Column("answer", JSON, nullable=False),
    Index("offers_by_data_set", "data_set", "state", "valid_until"),
)

contributions = Table(
    "contributions",
    metadata,
    Column("consent_id", String(60), ForeignKey("offers.consent_id"), primary_key=True),
    Column("document", Text, nullable=False),
)

offer_nodes = Table(
    "offer_nodes",
    metadata,
    Column("consent_id", String(60), ForeignKey("offers.consent_id"), primary_key=True),
    Column("node_id", _ID, primary_key=True),
    Column("role", Integer, nullable=False),
    Column("answer", Word(NodeAnswer), nullable=False),
    Column("reason", String(500)),
    Column("tell_after", UtcMoment),
    Column("deletion_receipt", Text),
    Column("tell_pause_after", UtcMoment),
    Index("offer_nodes_by_answer", "node_id", "answer"),
    Index("offer_nodes_to_be_told", "node_id", "tell_after"),
    Index("offer_nodes_to_be_told_of_pauses", "node_id", "tell_pause_after"),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", String(40), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("job_id", String(40), nullable=False, unique=True),
    Column("buyer", JSON, nullable=False),
    Column("query", JSON, nullable=False),
    Column("price", JSON, nullable=False),
    Column("request_digest", String(43), nullable=False),
    Column("credential", Text, nullable=False),
    Column("mandate", Text, nullable=False),
    Column("escrow_receipt", Text, nullable=False),
    Column("placed_at", UtcMoment, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("dispute", JSON),
    Column("ordered_by", String(40)),
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", String(40), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("order_id", String(40), ForeignKey("orders.order_id"), nullable=False, unique=True),
    Column("node_ids", JSON, nullable=False),
    Column("state", Word(JobState), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("updated_at", UtcMoment, nullable=False),
    Column("manifest", Text),
    Column("attempt_until", UtcMoment),
    Column("admitted", Integer),
    Column("dispute_until", UtcMoment),
    Column("reason", String(500)),
    Column("culprits", JSON, nullable=False),
    Column("charged_cents", BigInteger),
    Column("due_at", UtcMoment),
    Column("leased_by", String(80)),
    Column("leased_until", UtcMoment),
    Index("jobs_by_due", "due_at"),
)

job_events = Table(
    "job_events",
    metadata,
    Column("job_id", String(40), ForeignKey("jobs.job_id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("at", UtcMoment, nullable=False),
    Column("state", Word(JobState), nullable=False),
    Column("note", String(500), nullable=False),
    Column("attempt", Integer, nullable=False),
)

parts = Table(
    "parts",
    metadata,
    Column("job_id", String(40), ForeignKey("jobs.job_id"), primary_key=True),
    Column("consent_id", String(60), ForeignKey("offers.consent_id"), primary_key=True),
    Column("inputs_digest", String(43), nullable=False),
    Column("outcome", Word(PartOutcome), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("reason", String(500)),
    Column("log_index", BigInteger),
    Index("parts_by_consent", "consent_id"),
)

releases = Table(
    "releases",
    metadata,
    Column("job_id", String(40), ForeignKey("jobs.job_id"), primary_key=True),
    Column("admitted_root", String(43), nullable=False),
    Column("computation", JSON, nullable=False),
)

outputs = Table(
    "outputs",
    metadata,
    Column("job_id", String(40), ForeignKey("releases.job_id"), primary_key=True),
    Column("role", Integer, primary_key=True),
    Column("node_id", _ID, nullable=False),
    Column("statement", Text, nullable=False),
    Column("held_statement", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
)

transfers = Table(
    "transfers",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("transfer_id", String(200), nullable=False, unique=True),
    Column("kind", Word(EntryKind), nullable=False),
    Column("debit", _ID, nullable=False),
    Column("credit", _ID, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("at", UtcMoment, nullable=False),
    Column("order_id", String(40), index=True),
    Column("hold_id", String(200), unique=True),
    Column("valid_until", UtcMoment),
    CheckConstraint("amount_cents > 0", name="amount_is_positive"),
    CheckConstraint("debit <> credit", name="two_accounts"),
    Index("transfers_by_debit", "debit"),
    Index("transfers_by_credit", "credit"),
)

balances = Table(
    "balances",
    metadata,
    Column("account", _ID, primary_key=True),
    Column("posted_debits", BigInteger, nullable=False),
    Column("posted_credits", BigInteger, nullable=False),
    Column("held_debits", BigInteger, nullable=False),
    Column("is_guarded", Boolean, nullable=False),
    CheckConstraint(
        "NOT is_guarded OR posted_credits - posted_debits - held_debits >= 0", name="not_below_zero"
    ),
    CheckConstraint("held_debits >= 0", name="holds_are_positive"),
)

log_entries = Table(
    "log_entries",
    metadata,
    Column("entry_index", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(100), nullable=False),
    Column("at", UtcMoment, nullable=False),
    Column("body_digest", String(43), nullable=False),
    Column("body", JSON(none_as_null=True)),
    Column("salt", LargeBinary),
)

log_tiles = Table(
    "log_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("tile_index", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary(8192), nullable=False),
)

log_states = Table(
    "log_states",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("published", Boolean, nullable=False),
)

log_cosignatures = Table(
    "log_cosignatures",
    metadata,
    Column("size", BigInteger, ForeignKey("log_states.size", ondelete="CASCADE"), primary_key=True),
    Column("witness", _ID, primary_key=True),
    Column("line", Text, nullable=False),
    Column("at", UtcMoment, nullable=False),
)
