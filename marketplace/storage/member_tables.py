"""How do members and their sessions look in SQL? The revisions make exactly these tables."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from marketplace.domain.member import MAX_DEVICE, MAX_NAME, Role
from marketplace.domain.member_link import LinkKind
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

members = Table(
    "members",
    metadata,
    Column("member_id", String(40), primary_key=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("email", String(254), nullable=False),
    Column("name", String(max(MAX_NAME, 254)), nullable=False),
    Column("role", Word(Role), nullable=False),
    Column("joined_at", UtcMoment, nullable=False),
    Column("invited_by", String(40)),
    Column("ended_at", UtcMoment),
    Column("spends_most_cents", BigInteger),
    Column("password_salt", LargeBinary),
    Column("password_memory_kib", Integer),
    Column("password_iterations", Integer),
    Column("password_lanes", Integer),
    Column("password_stretched", LargeBinary),
)
Index(
    "members_by_email",
    members.c.email,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

member_sessions = Table(
    "member_sessions",
    metadata,
    Column("session_id", String(40), primary_key=True),
    Column("member_id", String(40), ForeignKey("members.member_id"), nullable=False, index=True),
    Column("device", String(MAX_DEVICE), nullable=False),
    Column("started_at", UtcMoment, nullable=False, index=True),
    Column("seen_at", UtcMoment),
    Column("proven_at", UtcMoment),
)

member_links = Table(
    "member_links",
    metadata,
    Column("link_id", String(40), primary_key=True),
    Column("kind", Word(LinkKind), nullable=False),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("email", String(254), nullable=False),
    Column("made_at", UtcMoment, nullable=False),
    Column("valid_until", UtcMoment, nullable=False),
    Column("made_by", String(40)),
    Column("role", Word(Role)),
    Column("spends_most_cents", BigInteger),
    Column("member_id", String(40), ForeignKey("members.member_id")),
    Column("ended_at", UtcMoment),
    Column("digest", String(43), nullable=False, unique=True),
)
