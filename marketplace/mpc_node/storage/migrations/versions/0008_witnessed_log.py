"""The last state of the marketplace's log that this node cosigned."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = "witnessed_log"


def upgrade() -> None:
    """Make the table, and the triggers that keep a state from going back."""
    op.create_table(
        _TABLE,
        sa.Column("origin", sa.String(500), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=f"pk_{_TABLE}"),
    )
    changed = (
        "NEW.origin <> OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)"
    )
    if op.get_bind().dialect.name == "sqlite":
        for when in ("DELETE", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER {_TABLE}_refuse_{when.lower()} BEFORE {when} ON {_TABLE} "
                + (f"WHEN {changed} " if when == "UPDATE" else "")
                + f"BEGIN SELECT RAISE(ABORT, '{_TABLE} never goes back'); END"
            )
        return
    for when, condition in (("DELETE", ""), ("UPDATE", f"WHEN ({changed}) ")):
        op.execute(
            f"CREATE FUNCTION {_TABLE}_refuse_{when.lower()}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_TABLE} never goes back'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {_TABLE}_refuse_{when.lower()} BEFORE {when} ON {_TABLE} "
            f"FOR EACH ROW {condition}EXECUTE FUNCTION {_TABLE}_refuse_{when.lower()}()"
        )


def downgrade() -> None:
    """Forget it. NOTE: the node can then be shown another log than before."""
    op.drop_table(_TABLE)
    if op.get_bind().dialect.name == "postgresql":
        for when in ("delete", "update"):
            op.execute(f"DROP FUNCTION {_TABLE}_refuse_{when}()")
