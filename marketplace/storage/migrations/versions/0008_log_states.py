"""The states of the log that its witnesses are shown, and what they answered."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing was cosigned before."""
    op.create_table(
        "log_states",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_log_states"),
    )
    op.create_table(
        "log_cosignatures",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("witness", sa.String(200), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["log_states.size"], name="fk_log_cosignatures_size_log_states", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("size", "witness", name="pk_log_cosignatures"),
    )


def downgrade() -> None:
    """Forget them; they are asked for again."""
    op.drop_table("log_cosignatures")
    op.drop_table("log_states")
