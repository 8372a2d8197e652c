"""Who asked about which data set lately."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; questions before are not counted."""
    op.create_table(
        "question",
        sa.Column("job_id", sa.String(500), nullable=False),
        sa.Column("data_set", sa.String(500), nullable=False),
        sa.Column("buyer", sa.String(500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "data_set", name="pk_question"),
    )
    op.create_index("ix_question_buyer", "question", ["buyer"])
    op.create_index("ix_question_asked_at", "question", ["asked_at"])


def downgrade() -> None:
    """Forget who asked."""
    op.drop_table("question")
