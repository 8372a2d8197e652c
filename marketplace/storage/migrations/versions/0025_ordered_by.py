"""An order names the member who placed it, so that nobody has to look through the register of acts."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_orders = sa.table("orders", sa.column("order_id", sa.String), sa.column("ordered_by", sa.String))
_acts = sa.table(
    "acts",
    sa.column("number", sa.BigInteger),
    sa.column("register", sa.String),
    sa.column("kind", sa.String),
    sa.column("actor", sa.String),
    sa.column("told", sa.JSON),
)


def upgrade() -> None:
    """Add the column, and fill it from the acts in which members placed orders."""
    op.add_column("orders", sa.Column("ordered_by", sa.String(40)))
    placed = sa.select(_acts.c.actor, _acts.c.told).where(
        _acts.c.register == "member", _acts.c.kind == "ordered"
    )
    connection = op.get_bind()
    for actor, told in connection.execute(placed.order_by(_acts.c.number)).all():
        mine = _orders.c.order_id == told["about"]
        connection.execute(sa.update(_orders).where(mine).values(ordered_by=actor))


def downgrade() -> None:
    """Remove the column; the acts tell it, too."""
    op.drop_column("orders", "ordered_by")
