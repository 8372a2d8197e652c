"""What people asked for under the GDPR, and when workers were last seen."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rights_requests",
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("consent_id", sa.String(60), nullable=False),
        sa.Column("right", sa.String(20), nullable=False),
        sa.Column("request_digest", sa.String(43), nullable=False),
        sa.Column("filed_at", UtcMoment(), nullable=False),
        sa.Column("words", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("request_id", name="pk_rights_requests"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("worker", sa.String(80), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name="pk_heartbeats"),
    )
    op.create_index("rights_requests_by_agreement", "rights_requests", ["consent_id"])


def downgrade() -> None:
    """Remove the tables. NOTE: what people asked for is forgotten with them."""
    op.drop_table("heartbeats")
    op.drop_index("rights_requests_by_agreement", "rights_requests")
    op.drop_table("rights_requests")
