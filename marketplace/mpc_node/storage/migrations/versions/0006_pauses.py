"""The latest word of each person about pausing her contribution."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nobody has paused anything before."""
    op.create_table(
        "pause",
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["contribution.consent_id"],
            name="fk_pause_consent_id_contribution",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("consent_id", name="pk_pause"),
    )


def downgrade() -> None:
    """Forget who paused. NOTE: what was paused is computed on again."""
    op.drop_table("pause")
