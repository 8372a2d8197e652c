"""The operator's registers: who did what, and when."""

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, and the triggers that keep what was written as it was."""
    op.create_table(
        "acts",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("register", sa.String(20), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_acts"),
    )
    op.create_index("acts_by_case", "acts", ["register", "case_id"])
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER acts_refuse_{action.lower()} BEFORE {action} ON acts "
                "BEGIN SELECT RAISE(ABORT, 'acts is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION acts_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'acts is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER acts_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON acts "
        "FOR EACH STATEMENT EXECUTE FUNCTION acts_refuse()"
    )


def downgrade() -> None:
    """Remove the table. NOTE: breaches, requests and approvals are forgotten with it."""
    op.drop_table("acts")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION acts_refuse()")
