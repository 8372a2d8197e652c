"""Whom exact answers were about, in parts of people whom no answer tells apart."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. NOTE: exact answers given before are not in them."""
    op.create_table(
        "answered_part",
        sa.Column("data_set", sa.String(500), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("data_set", "part", name="pk_answered_part"),
    )
    op.create_table(
        "answered_person",
        sa.Column("data_set", sa.String(500), nullable=False),
        sa.Column("account", sa.LargeBinary(16), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("data_set", "account", name="pk_answered_person"),
    )


def downgrade() -> None:
    """Forget whom exact answers were about. NOTE: later ones may differ from them by one person."""
    op.drop_table("answered_person")
    op.drop_table("answered_part")
