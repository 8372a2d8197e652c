"""How often each offer's record was computed on."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count the jobs that were placed before, but those that gave the people's part back."""
    op.add_column("offers", sa.Column("runs_spent", sa.BigInteger(), nullable=False, server_default="0"))
    offers = sa.table("offers", sa.column("consent_id"), sa.column("runs_spent"))
    parts = sa.table("parts", sa.column("job_id"), sa.column("consent_id"), sa.column("outcome"))
    events = sa.table("job_events", sa.column("job_id"), sa.column("state"))
    computed = sa.exists().where(events.c.job_id == parts.c.job_id, events.c.state == "running")
    counted = parts.c.outcome.in_(("matched", "took_part", "paid")) | (
        (parts.c.outcome == "failed") & computed
    )
    runs = sa.select(sa.func.count()).where(parts.c.consent_id == offers.c.consent_id, counted)
    op.execute(sa.update(offers).values(runs_spent=runs.scalar_subquery()))


def downgrade() -> None:
    """Forget the counts."""
    op.drop_column("offers", "runs_spent")
