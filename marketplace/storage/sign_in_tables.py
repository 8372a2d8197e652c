"""How do passkeys and organisations' own sign-ins look in SQL? The revisions make exactly these tables."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from marketplace.domain.member import Role
from marketplace.domain.sign_in import MAX_ADDRESS, MAX_CLIENT, MAX_TEXT
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word
from ssi.passkey import MAX_ID_BYTES, MAX_LABEL

member_passkeys = Table(
    "member_passkeys",
    metadata,
    Column("credential_id", LargeBinary(MAX_ID_BYTES), primary_key=True),
    Column("member_id", String(40), ForeignKey("members.member_id"), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Integer, nullable=False),
    Column("label", String(MAX_LABEL), nullable=False),
    Column("added_at", UtcMoment, nullable=False),
    Column("used_at", UtcMoment, nullable=False),
)

institutions = Table(
    "institutions",
    metadata,
    Column("account_id", String(40), ForeignKey("accounts.account_id"), primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("issuer", String(MAX_ADDRESS), nullable=False),
    Column("client_id", String(MAX_TEXT), nullable=False),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("domains", String(6000), nullable=False),
    Column("role", Word(Role), nullable=False),
    Column("set_at", UtcMoment, nullable=False),
)

institution_bonds = Table(
    "institution_bonds",
    metadata,
    Column("account_id", String(40), ForeignKey("accounts.account_id"), primary_key=True),
    Column("issuer", String(MAX_ADDRESS), primary_key=True),
    Column("subject", String(MAX_TEXT), primary_key=True),
    Column("member_id", String(40), ForeignKey("members.member_id"), nullable=False, index=True),
    Column("since", UtcMoment, nullable=False),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("digest", String(43), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("ends_at", UtcMoment, nullable=False, index=True),
    Column("begun_at", UtcMoment),
    Column("client", String(MAX_CLIENT)),
    Column("provider", String(40)),
)
Index("ix_sign_in_tries_client", sign_in_tries.c.client, sign_in_tries.c.begun_at)
Index("ix_sign_in_tries_provider", sign_in_tries.c.provider, sign_in_tries.c.begun_at)
