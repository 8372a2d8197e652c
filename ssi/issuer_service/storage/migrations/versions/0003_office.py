"""Templates, batches, letters, webhooks, and what an API key may do."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables. API keys of earlier versions may do everything, as before."""
    op.add_column("api_keys", sa.Column("name", sa.String(length=100), nullable=False, server_default=""))
    op.add_column("api_keys", sa.Column("scopes", sa.String(length=300), nullable=False, server_default="*"))
    op.create_table(
        "templates",
        sa.Column("template_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("configuration", sa.String(length=100), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("retired_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("template_id", "version", name="pk_templates"),
    )
    _make_batches()
    _make_letters()
    _make_webhooks()


def _make_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("template_id", sa.String(length=32), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.Column("lease_owner", sa.String(length=32), nullable=True),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["template_id", "template_version"],
            ["templates.template_id", "templates.version"],
            name="fk_batches_template",
        ),
        sa.PrimaryKeyConstraint("batch_id", name="pk_batches"),
    )
    op.create_index("batches_by_creation", "batches", ["created_at"], unique=False)
    op.create_table(
        "batch_rows",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("credential_id", sa.String(length=32), nullable=True),
        sa.Column("faults_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name="fk_batch_rows_batch_id_batches"),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["entries.credential_id"], name="fk_batch_rows_credential_id_entries"
        ),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_batch_rows"),
    )
    op.create_index("batch_rows_by_outcome", "batch_rows", ["batch_id", "outcome", "number"], unique=False)


def _make_letters() -> None:
    op.create_table(
        "letters",
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        sa.Column("credential_id", sa.String(length=32), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["entries.credential_id"], name="fk_letters_credential_id_entries"
        ),
        sa.PrimaryKeyConstraint("letter_id", name="pk_letters"),
    )
    op.create_index("ix_letters_credential_id", "letters", ["credential_id"], unique=False)
    op.create_index("letters_by_next", "letters", ["state", "next_at"], unique=False)


def _make_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("events", sa.String(length=500), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_webhooks"),
    )
    op.create_table(
        "events",
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_events"),
        sa.UniqueConstraint("sequence", name="uq_events_sequence"),
    )
    op.create_index("ix_events_created_at", "events", ["created_at"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("webhook_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", _MOMENT, nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.event_id"], name="fk_deliveries_event_id_events"),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.webhook_id"], name="fk_deliveries_webhook_id_webhooks"
        ),
        sa.PrimaryKeyConstraint("event_id", "webhook_id", name="pk_deliveries"),
    )
    op.create_index("deliveries_by_next", "deliveries", ["state", "next_at"], unique=False)


def downgrade() -> None:
    """Refuse: rows of batches and events would be lost."""
    raise NotImplementedError("this revision is not taken back: restore a backup instead")
