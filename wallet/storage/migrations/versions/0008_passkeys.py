"""Locks of passkeys; the password's lock gets a table of its own, and each wallet's locks a generation.

The salt of the password lock was what sessions compared until now, so it is the first generation.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LOCK: dict[str, TypeEngine[Any]] = {
    "salt": sa.LargeBinary(),
    "memory_kib": sa.Integer(),
    "iterations": sa.Integer(),
    "lanes": sa.Integer(),
    "wrapped_key": sa.LargeBinary(),
}
_COPIED = f"wallet_id, {', '.join(LOCK)}"


def _of_a_wallet(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["wallet_id"], ["wallet.wallet_id"], name=f"fk_{table}_wallet_id_wallet", ondelete="CASCADE"
    )


def upgrade() -> None:
    """Move the locks and make the table of passkeys."""
    op.create_table(
        "password_lock",
        sa.Column("wallet_id", sa.String(36), nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in LOCK.items()),
        sa.PrimaryKeyConstraint("wallet_id", name="pk_password_lock"),
        _of_a_wallet("password_lock"),
    )
    op.execute(f"INSERT INTO password_lock ({_COPIED}) SELECT {_COPIED} FROM wallet")  # noqa: S608 — constants
    op.add_column("wallet", sa.Column("generation", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE wallet SET generation = salt")
    with op.batch_alter_table("wallet") as wallet:
        wallet.alter_column("generation", existing_type=sa.LargeBinary(), nullable=False)
        for column in LOCK:
            wallet.drop_column(column)
    op.create_table(
        "passkey",
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("wallet_id", sa.String(36), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("credential_id", name="pk_passkey"),
        _of_a_wallet("passkey"),
    )
    op.create_index("ix_passkey_wallet_id", "passkey", ["wallet_id"])


def downgrade() -> None:
    """Move the locks back; a wallet without a password cannot be kept in the older form and is refused."""
    connection = op.get_bind()
    missing = "SELECT count(*) FROM wallet WHERE wallet_id NOT IN (SELECT wallet_id FROM password_lock)"
    if connection.execute(sa.text(missing)).scalar():
        raise RuntimeError("a wallet without a password would be lost: its person adds one first")
    for column, kind in LOCK.items():
        op.add_column("wallet", sa.Column(column, kind, nullable=True))
        op.execute(
            f"UPDATE wallet SET {column} = (SELECT {column} FROM password_lock"  # noqa: S608 — constants
            " WHERE password_lock.wallet_id = wallet.wallet_id)"
        )
    with op.batch_alter_table("wallet") as wallet:
        for column, kind in LOCK.items():
            wallet.alter_column(column, existing_type=kind, nullable=False)
        wallet.drop_column("generation")
    op.drop_table("passkey")
    op.drop_table("password_lock")
