"""Members sign in by passkey, and through their organisation's own sign-in."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nobody has a passkey yet."""
    op.create_table(
        "member_passkeys",
        sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
        sa.Column("member_id", sa.String(40), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("added_at", UtcMoment(), nullable=False),
        sa.Column("used_at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("credential_id", name="pk_member_passkeys"),
        _to("member_passkeys", "member_id", "members"),
    )
    op.create_index("ix_member_passkeys_member_id", "member_passkeys", ["member_id"])
    op.create_table(
        "institutions",
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("client_id", sa.String(255), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("domains", sa.String(6000), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("set_at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_institutions"),
        sa.UniqueConstraint("name", name="uq_institutions_name"),
        _to("institutions", "account_id", "accounts"),
    )
    op.create_table(
        "institution_bonds",
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("member_id", sa.String(40), nullable=False),
        sa.Column("since", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "issuer", "subject", name="pk_institution_bonds"),
        _to("institution_bonds", "account_id", "accounts"),
        _to("institution_bonds", "member_id", "members"),
    )
    op.create_index("ix_institution_bonds_member_id", "institution_bonds", ["member_id"])
    op.create_table(
        "sign_in_tries",
        sa.Column("digest", sa.String(43), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_ends_at", "sign_in_tries", ["ends_at"])


def downgrade() -> None:
    """Forget them. NOTE: whoever has no password cannot sign in any more, until she is invited again."""
    for table in ("sign_in_tries", "institution_bonds", "institutions", "member_passkeys"):
        op.drop_table(table)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{column}"], name=f"fk_{table}_{column}_{other}")
