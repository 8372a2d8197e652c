"""Accounts, offers, orders with their jobs, the ledger and the log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IMMUTABLE = ("transfers", "log_nodes")


def upgrade() -> None:
    """Make the tables, and the triggers that keep what was written as it was."""
    _accounts()
    _offers()
    _orders()
    _parts()
    _money()
    _log()
    for table in _IMMUTABLE:
        _refuse_changes(table)


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_salt", sa.LargeBinary(), nullable=False),
        sa.Column("password_memory_kib", sa.Integer(), nullable=False),
        sa.Column("password_iterations", sa.Integer(), nullable=False),
        sa.Column("password_lanes", sa.Integer(), nullable=False),
        sa.Column("password_stretched", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
        sa.UniqueConstraint("email", name="uq_accounts_email"),
    )
    op.create_table(
        "organisations",
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("country", sa.String(40), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("mandate", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mandate_valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_organisations_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_organisations"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("email_digest", sa.String(43), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_sign_in_failures"),
    )
    op.create_index("sign_in_failures_by_email", "sign_in_failures", ["email_digest", "at"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(40), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("secret_digest", sa.String(43), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_api_keys_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
        sa.UniqueConstraint("secret_digest", name="uq_api_keys_secret_digest"),
    )
    op.create_index("ix_api_keys_account_id", "api_keys", ["account_id"], unique=False)


def _offers() -> None:
    op.create_table(
        "offers",
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("data_set", sa.String(200), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("holder_jwk", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("public", sa.JSON(), nullable=False),
        sa.Column("compensation_cents", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inputs_digest", sa.String(43), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("epsilon_spent_millionths", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawal", sa.Text()),
        sa.Column("withdrawal_log_index", sa.BigInteger()),
        sa.Column("request_digest", sa.String(43), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("consent_id", name="pk_offers"),
        sa.UniqueConstraint("number", name="uq_offers_number"),
    )
    op.create_index("offers_by_data_set", "offers", ["data_set", "state", "valid_until"], unique=False)
    op.create_table(
        "contributions",
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["offers.consent_id"], name="fk_contributions_consent_id_offers"
        ),
        sa.PrimaryKeyConstraint("consent_id", name="pk_contributions"),
    )
    op.create_table(
        "offer_nodes",
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("node_id", sa.String(200), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.Column("tell_after", sa.DateTime(timezone=True)),
        sa.Column("deletion_receipt", sa.Text()),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["offers.consent_id"], name="fk_offer_nodes_consent_id_offers"
        ),
        sa.PrimaryKeyConstraint("consent_id", "node_id", name="pk_offer_nodes"),
    )
    op.create_index("offer_nodes_by_answer", "offer_nodes", ["node_id", "answer"], unique=False)
    op.create_index("offer_nodes_to_be_told", "offer_nodes", ["node_id", "tell_after"], unique=False)


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("buyer", sa.JSON(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("price", sa.JSON(), nullable=False),
        sa.Column("request_digest", sa.String(43), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("mandate", sa.Text(), nullable=False),
        sa.Column("escrow_receipt", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("dispute", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_orders_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("order_id", name="pk_orders"),
        sa.UniqueConstraint("job_id", name="uq_orders_job_id"),
        sa.UniqueConstraint("number", name="uq_orders_number"),
    )
    op.create_index("ix_orders_account_id", "orders", ["account_id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.Column("node_ids", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manifest", sa.Text()),
        sa.Column("attempt_until", sa.DateTime(timezone=True)),
        sa.Column("admitted", sa.Integer()),
        sa.Column("dispute_until", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(500)),
        sa.Column("culprits", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("leased_by", sa.String(80)),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name="fk_jobs_order_id_orders"),
        sa.PrimaryKeyConstraint("job_id", name="pk_jobs"),
        sa.UniqueConstraint("number", name="uq_jobs_number"),
        sa.UniqueConstraint("order_id", name="uq_jobs_order_id"),
    )
    op.create_index("jobs_by_due", "jobs", ["due_at"], unique=False)
    op.create_table(
        "job_events",
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.job_id"], name="fk_job_events_job_id_jobs"),
        sa.PrimaryKeyConstraint("job_id", "ordinal", name="pk_job_events"),
    )


def _parts() -> None:
    op.create_table(
        "parts",
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("inputs_digest", sa.String(43), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.Column("log_index", sa.BigInteger()),
        sa.ForeignKeyConstraint(["consent_id"], ["offers.consent_id"], name="fk_parts_consent_id_offers"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.job_id"], name="fk_parts_job_id_jobs"),
        sa.PrimaryKeyConstraint("job_id", "consent_id", name="pk_parts"),
    )
    op.create_index("parts_by_consent", "parts", ["consent_id"], unique=False)
    op.create_table(
        "releases",
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("admitted_root", sa.String(43), nullable=False),
        sa.Column("computation", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.job_id"], name="fk_releases_job_id_jobs"),
        sa.PrimaryKeyConstraint("job_id", name="pk_releases"),
    )
    op.create_table(
        "outputs",
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(200), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("held_statement", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["releases.job_id"], name="fk_outputs_job_id_releases"),
        sa.PrimaryKeyConstraint("job_id", "role", name="pk_outputs"),
    )
    # ### end Alembic commands ###


def _money() -> None:
    op.create_table(
        "transfers",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("transfer_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("debit", sa.String(200), nullable=False),
        sa.Column("credit", sa.String(200), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.String(40)),
        sa.Column("hold_id", sa.String(200)),
        sa.Column("valid_until", sa.DateTime(timezone=True)),
        sa.CheckConstraint("amount_cents > 0", name="ck_transfers_amount_is_positive"),
        sa.CheckConstraint("debit <> credit", name="ck_transfers_two_accounts"),
        sa.PrimaryKeyConstraint("number", name="pk_transfers"),
        sa.UniqueConstraint("hold_id", name="uq_transfers_hold_id"),
        sa.UniqueConstraint("transfer_id", name="uq_transfers_transfer_id"),
    )
    op.create_index("ix_transfers_order_id", "transfers", ["order_id"], unique=False)
    op.create_index("transfers_by_credit", "transfers", ["credit"], unique=False)
    op.create_index("transfers_by_debit", "transfers", ["debit"], unique=False)
    op.create_table(
        "balances",
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("posted_debits", sa.BigInteger(), nullable=False),
        sa.Column("posted_credits", sa.BigInteger(), nullable=False),
        sa.Column("held_debits", sa.BigInteger(), nullable=False),
        sa.Column("is_guarded", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "NOT is_guarded OR posted_credits - posted_debits - held_debits >= 0",
            name="ck_balances_not_below_zero",
        ),
        sa.CheckConstraint("held_debits >= 0", name="ck_balances_holds_are_positive"),
        sa.PrimaryKeyConstraint("account", name="pk_balances"),
    )


def _log() -> None:
    op.create_table(
        "log_entries",
        sa.Column("entry_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_digest", sa.String(43), nullable=False),
        sa.Column("body", sa.JSON()),
        sa.Column("salt", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("entry_index", name="pk_log_entries"),
    )
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_log_nodes"),
    )


def _refuse_changes(table: str) -> None:
    """Have the database itself refuse to change or delete a row, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
