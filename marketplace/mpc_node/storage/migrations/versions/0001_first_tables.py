"""Contributions, withdrawals, jobs with their attempts, messages of peers and the privacy ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _people()
    _jobs()
    _messages()


def _people() -> None:
    op.create_table(
        "contribution",
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.Column("body_digest", sa.String(64), nullable=False),
        sa.Column("handle", sa.String(500), nullable=False),
        sa.Column("holder_key", sa.JSON(), nullable=False),
        sa.Column("presentation", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("shares", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consent_id", name="pk_contribution"),
    )
    op.create_index("ix_contribution_handle", "contribution", ["handle"])
    op.create_table(
        "withdrawal",
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.Column("holder_key", sa.JSON(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("consent_id", name="pk_withdrawal"),
    )
    op.create_table(
        "withdrawal_note",
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_digest", name="pk_withdrawal_note"),
    )
    op.create_index("ix_withdrawal_note_consent_id", "withdrawal_note", ["consent_id"])
    op.create_index("ix_withdrawal_note_noted_at", "withdrawal_note", ["noted_at"])
    op.create_table(
        "charge",
        sa.Column("handle", sa.String(500), nullable=False),
        sa.Column("job_id", sa.String(500), nullable=False),
        sa.Column("admitted_root", sa.String(64), nullable=False),
        sa.Column("epsilon", sa.String(50), nullable=False),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("handle", "job_id", "admitted_root", name="pk_charge"),
    )


def _jobs() -> None:
    op.create_table(
        "job",
        sa.Column("job_id", sa.String(500), nullable=False),
        sa.Column("order_id", sa.String(500), nullable=False),
        sa.Column("terms_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_job"),
        sa.UniqueConstraint("order_id", name="uq_job_order_id"),
    )
    op.create_table(
        "attempt",
        sa.Column("job_id", sa.String(500), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("manifest_digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(100), nullable=True),
        sa.Column("culprits", sa.JSON(), nullable=False),
        sa.Column("admitted", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("held_statement", sa.Text(), nullable=True),
        sa.Column("envelope", sa.LargeBinary(), nullable=True),
        sa.Column("admitted_ids", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.job_id"], name="fk_attempt_job_id_job"),
        sa.PrimaryKeyConstraint("job_id", "attempt", name="pk_attempt"),
    )


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("job_id", sa.String(500), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("sender", sa.String(500), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("payload_digest", sa.String(64), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "attempt", "step", "sender", name="pk_message"),
    )
    op.create_index("ix_message_received_at", "message", ["received_at"])


def downgrade() -> None:
    """Remove the tables with everything in them."""
    for table in ("message", "attempt", "job", "charge", "withdrawal_note", "withdrawal", "contribution"):
        op.drop_table(table)
