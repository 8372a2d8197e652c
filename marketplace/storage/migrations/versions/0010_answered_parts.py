"""Whom released exact answers were about, in parts of people whom no answer tells apart."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. NOTE: exact answers released before are not in them; the nodes remember theirs."""
    op.create_table(
        "answered_parts",
        sa.Column("data_set", sa.String(200), nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("data_set", "part", name="pk_answered_parts"),
    )
    op.create_table(
        "answered_people",
        sa.Column("data_set", sa.String(200), nullable=False),
        sa.Column("account", sa.LargeBinary(16), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("data_set", "account", name="pk_answered_people"),
    )
    op.create_index("answered_people_by_part", "answered_people", ["data_set", "part"])


def downgrade() -> None:
    """Forget them. The nodes go on refusing; it is found only after the money is held."""
    op.drop_index("answered_people_by_part", "answered_people")
    op.drop_table("answered_people")
    op.drop_table("answered_parts")
