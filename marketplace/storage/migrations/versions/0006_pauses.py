"""Whether each person paused her offer, and which nodes are to be told."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns; nobody has paused anything before."""
    op.add_column("offers", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("offers", sa.Column("pause_sequence", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("offers", sa.Column("pause", sa.Text()))
    op.add_column("offer_nodes", sa.Column("tell_pause_after", UtcMoment()))
    op.create_index("offer_nodes_to_be_told_of_pauses", "offer_nodes", ["node_id", "tell_pause_after"])


def downgrade() -> None:
    """Forget who paused. NOTE: what was paused is matched again."""
    op.drop_index("offer_nodes_to_be_told_of_pauses", "offer_nodes")
    op.drop_column("offer_nodes", "tell_pause_after")
    op.drop_column("offers", "pause")
    op.drop_column("offers", "pause_sequence")
    op.drop_column("offers", "paused")
