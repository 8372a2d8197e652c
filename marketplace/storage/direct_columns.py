"""Which columns has each table of offers by people themselves, and each table of purchases under them?"""

from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, String, Text

from ssi.hosting.columns import UtcMoment, Word

_ID = String(200)


def offer_columns() -> tuple[Column[object], ...]:
    """The columns of a standing offer; a column belongs to one table, so each call makes new ones."""
    return (
        Column("consent_id", String(60), primary_key=True),
        Column("number", BigInteger, nullable=False, unique=True),
        Column("data_set", _ID, nullable=False),
        Column("person", _ID, nullable=False),
        Column("holder_jwk", Text, nullable=False),
        Column("terms", Text, nullable=False),
        Column("valid_from", UtcMoment, nullable=False),
        Column("valid_until", UtcMoment, nullable=False),
        Column("document", Text),
        Column("request_digest", String(43), nullable=False),
        Column("answer", JSON, nullable=False),
        Column("received_at", UtcMoment, nullable=False),
        Column("log_index", BigInteger, nullable=False),
        Column("withdrawn_at", UtcMoment),
        Column("withdrawal_log_index", BigInteger),
    )


def purchase_columns(key: str, states: type[StrEnum]) -> tuple[Column[object], ...]:
    """The columns of a purchase whose id is in the column `key`."""
    return (
        Column(key, String(40), primary_key=True),
        Column("number", BigInteger, nullable=False, unique=True),
        Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
        Column("buyer", JSON, nullable=False),
        Column("token", Text, nullable=False),
        Column("credential", Text, nullable=False),
        Column("escrow_receipt", Text, nullable=False),
        Column("compensation_cents", BigInteger, nullable=False),
        Column("platform_fee_cents", BigInteger, nullable=False),
        Column("state", Word(states), nullable=False),
        Column("placed_at", UtcMoment, nullable=False),
        Column("updated_at", UtcMoment, nullable=False),
        Column("log_index", BigInteger, nullable=False),
        Column("due_at", UtcMoment),
        Column("reason", String(500)),
        Column("disputed_at", UtcMoment),
        Column("dispute_proven", Boolean),
        Column("dispute_reason", String(500)),
    )
