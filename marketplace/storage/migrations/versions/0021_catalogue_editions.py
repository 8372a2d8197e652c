"""Catalogues are numbered, so that one that was put together may be shown until there is another."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table with its one row."""
    made = op.create_table(
        "catalogue_editions",
        sa.Column("only", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(made, [{"only": 1, "number": 1}])


def downgrade() -> None:
    """Remove it: nothing is told by it."""
    op.drop_table("catalogue_editions")
