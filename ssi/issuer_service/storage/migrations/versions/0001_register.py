"""The register: entries, their history and offers, status lists, and who may come in."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(length=20), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
    )
    op.create_table(
        "failed_attempts",
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "at", name="pk_failed_attempts"),
    )
    op.create_table(
        "passwords",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("memory_kib", sa.Integer(), nullable=False),
        sa.Column("iterations", sa.Integer(), nullable=False),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_passwords"),
    )
    op.create_table(
        "status_lists",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_status_lists"),
    )
    op.create_table(
        "used_nonces",
        sa.Column("nonce_fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce_fingerprint", name="pk_used_nonces"),
    )
    op.create_index("ix_used_nonces_until", "used_nonces", ["until"], unique=False)
    op.create_table(
        "entries",
        sa.Column("credential_id", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("configuration", sa.String(length=100), nullable=False),
        sa.Column("record_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("external_id_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("external_id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("delivery", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("list_number", sa.Integer(), nullable=True),
        sa.Column("list_index", sa.Integer(), nullable=True),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("offers_made", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_number"], ["status_lists.number"], name="fk_entries_list_number_status_lists"
        ),
        sa.PrimaryKeyConstraint("credential_id", name="pk_entries"),
        sa.UniqueConstraint("list_number", "list_index", name="one_entry_per_place"),
        sa.UniqueConstraint("record_key", "version", name="one_entry_per_version"),
    )
    op.create_index("entries_by_delivery", "entries", ["delivery", "standing"], unique=False)
    op.create_index("entries_by_external_id", "entries", ["external_id_key"], unique=False)
    op.create_index("entries_by_sequence", "entries", ["sequence"], unique=True)
    op.create_table(
        "grants",
        sa.Column("token_fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("credential_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["entries.credential_id"], name="fk_grants_credential_id_entries"
        ),
        sa.PrimaryKeyConstraint("token_fingerprint", name="pk_grants"),
    )
    op.create_index("ix_grants_credential_id", "grants", ["credential_id"], unique=False)
    op.create_index("ix_grants_expires_at", "grants", ["expires_at"], unique=False)
    op.create_table(
        "offers",
        sa.Column("credential_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("offer_fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("needs_transaction_code", sa.Boolean(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("code_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["entries.credential_id"], name="fk_offers_credential_id_entries"
        ),
        sa.PrimaryKeyConstraint("credential_id", name="pk_offers"),
        sa.UniqueConstraint("code_fingerprint", name="uq_offers_code_fingerprint"),
        sa.UniqueConstraint("offer_fingerprint", name="uq_offers_offer_fingerprint"),
    )
    op.create_index("ix_offers_expires_at", "offers", ["expires_at"], unique=False)
    op.create_table(
        "status_changes",
        sa.Column("change_id", sa.String(length=32), nullable=False),
        sa.Column("credential_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["entries.credential_id"], name="fk_status_changes_credential_id_entries"
        ),
        sa.PrimaryKeyConstraint("change_id", name="pk_status_changes"),
    )
    op.create_index("ix_status_changes_credential_id", "status_changes", ["credential_id"], unique=False)


def downgrade() -> None:
    """Refuse: the tables hold what was issued."""
    raise NotImplementedError("the first revision is not taken back: restore a backup instead")
