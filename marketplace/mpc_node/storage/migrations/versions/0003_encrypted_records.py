"""Records under encryption rest beside their contributions and go with them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "encrypted",
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("bins", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["contribution.consent_id"],
            name="fk_encrypted_consent_id_contribution",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("consent_id", name="pk_encrypted"),
    )


def downgrade() -> None:
    """Forget the encrypted records; their people take part in the other engine only."""
    op.drop_table("encrypted")
