"""Whom to bill, and what was billed."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the triggers that keep a document as it was issued."""
    op.create_table(
        "billing",
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("vat_id", sa.String(20), nullable=False),
        sa.Column("vat_confirmed", sa.String(254), nullable=False),
        sa.Column("changed_at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_billing"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_billing_account_id_accounts"
        ),
    )
    op.create_table(
        "invoices",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("corrects", sa.BigInteger()),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_invoices"),
        sa.UniqueConstraint("source", name="uq_invoices_source"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_invoices_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(["corrects"], ["invoices.number"], name="fk_invoices_corrects_invoices"),
    )
    op.create_index("invoices_by_account", "invoices", ["account_id", "number"])
    op.create_index("ix_invoices_corrects", "invoices", ["corrects"])
    _refuse_changes()


def downgrade() -> None:
    """Remove the tables. NOTE: what was billed is forgotten, and the law wants it kept."""
    op.drop_table("invoices")
    op.drop_table("billing")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION invoices_refuse()")


def _refuse_changes() -> None:
    """Have the database itself refuse to change or delete a document, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER invoices_refuse_{action.lower()} BEFORE {action} ON invoices "
                "BEGIN SELECT RAISE(ABORT, 'invoices is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION invoices_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'invoices is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER invoices_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON invoices "
        "FOR EACH STATEMENT EXECUTE FUNCTION invoices_refuse()"
    )
