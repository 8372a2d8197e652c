"""What an Open Badge of a record says was achieved."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Records of earlier versions have no badge, as before."""
    op.add_column("entries", sa.Column("achievement_id", sa.String(length=100), nullable=True))
    op.add_column("entries", sa.Column("achievement_name", sa.String(length=100), nullable=True))


def downgrade() -> None:
    """Take them away again; nothing else depends on them."""
    with op.batch_alter_table("entries") as batch:
        batch.drop_column("achievement_name")
        batch.drop_column("achievement_id")
