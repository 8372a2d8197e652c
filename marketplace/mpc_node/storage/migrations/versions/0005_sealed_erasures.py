"""Of a row that is to be overwritten it is noted whether the seal of its file expects that already."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column. Of rows that were noted before, the file itself shows which it is."""
    op.add_column("erasure", sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("erasure", "sealed")
