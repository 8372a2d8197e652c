"""What jobs need of papers rests beside them in a short form; what became of a roll's people in one value."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the column. Papers that came before are put into the short form by the next job."""
    op.create_table(
        "kept_terms",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_kept_terms"),
    )
    op.create_table(
        "kept_papers",
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.Column("handle", sa.String(500), nullable=False),
        sa.Column("papers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["contribution.consent_id"],
            name="fk_kept_papers_consent_id_contribution",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("consent_id", name="pk_kept_papers"),
    )
    op.add_column("attempt", sa.Column("people", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Forget the short forms, and what became of the people of rolls."""
    op.drop_column("attempt", "people")
    op.drop_table("kept_papers")
    op.drop_table("kept_terms")
