"""Authorisation codes, bound tokens, deferred deliveries, copies for showing, what wallets tell."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Offers of earlier versions have no claim code; their links work as before."""
    op.add_column("offers", sa.Column("claim_fingerprint", sa.LargeBinary(length=32), nullable=True))
    op.create_index("offers_by_claim", "offers", ["claim_fingerprint"], unique=True)
    op.add_column("grants", sa.Column("key_thumbprint", sa.String(length=64), nullable=True))
    for name in ("by_identifier", "spent"):
        op.add_column("grants", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "copies",
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["entries.credential_id"], name="fk_copies_credential_id_entries"
        ),
        sa.ForeignKeyConstraint(
            ["list_number"], ["status_lists.number"], name="fk_copies_list_number_status_lists"
        ),
        sa.PrimaryKeyConstraint("list_number", "list_index", name="pk_copies"),
    )
    op.create_index("ix_copies_credential_id", "copies", ["credential_id"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("credential_id", sa.String(length=32), nullable=True),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["entries.credential_id"], name="fk_tickets_credential_id_entries"
        ),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_tickets"),
    )
    op.create_index("ix_tickets_credential_id", "tickets", ["credential_id"], unique=False)
    op.create_index("ix_tickets_expires_at", "tickets", ["expires_at"], unique=False)
    op.create_table(
        "notices",
        sa.Column("credential_id", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("description_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["entries.credential_id"], name="fk_notices_credential_id_entries"
        ),
        sa.PrimaryKeyConstraint("credential_id", name="pk_notices"),
    )


def downgrade() -> None:
    """Refuse: copies that were issued would lose their status."""
    raise NotImplementedError("this revision is not taken back: restore a backup instead")
