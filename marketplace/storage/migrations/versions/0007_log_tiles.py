"""The hashes of the log as tiles of 256 (C2SP tlog-tiles); every hash, and so every root, stays."""

from collections.abc import Iterator
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WIDTH = 256
_HEIGHT = 8
_HASH = 32
_nodes = sa.table("log_nodes", *map(sa.column, ("level", "position", "hash")))
_tiles = sa.table("log_tiles", *map(sa.column, ("level", "tile_index", "hashes")))


def upgrade() -> None:
    """Put the hashes of each eighth level together; those between follow from them."""
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tile_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(8192), nullable=False),
        sa.PrimaryKeyConstraint("level", "tile_index", name="pk_log_tiles"),
    )
    for tile in _joined():
        op.get_bind().execute(sa.insert(_tiles).values(tile))
    op.drop_table("log_nodes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION log_nodes_refuse()")
    _let_grow_only("log_tiles")


def downgrade() -> None:
    """Write every hash by itself again."""
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_log_nodes"),
    )
    for nodes in _cut():
        op.get_bind().execute(sa.insert(_nodes), nodes)
    op.drop_table("log_tiles")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION log_tiles_refuse()")
        op.execute("DROP FUNCTION log_tiles_refuse_other()")
    _refuse_changes("log_nodes")


def _joined() -> Iterator[dict[str, object]]:
    rows = op.get_bind().execute(
        sa.select(_nodes).where(_nodes.c.level % _HEIGHT == 0).order_by(_nodes.c.level, _nodes.c.position)
    )
    place: tuple[int, int] | None = None
    hashes = b""
    for level, position, hashed in rows:
        here = (level // _HEIGHT, position // _WIDTH)
        if place is not None and here != place:
            yield {"level": place[0], "tile_index": place[1], "hashes": hashes}
            hashes = b""
        place, hashes = here, hashes + hashed
    if place is not None:
        yield {"level": place[0], "tile_index": place[1], "hashes": hashes}


def _cut() -> Iterator[list[dict[str, object]]]:
    for tile_level, index, hashes in op.get_bind().execute(sa.select(_tiles)).all():
        nodes = [hashes[start : start + _HASH] for start in range(0, len(hashes), _HASH)]
        rows: list[dict[str, object]] = []
        for height in range(_HEIGHT):
            first = index * (_WIDTH >> height)
            rows += [
                {"level": tile_level * _HEIGHT + height, "position": position, "hash": hashed}
                for position, hashed in enumerate(nodes, first)
            ]
            pairs = zip(nodes[::2], nodes[1::2], strict=False)
            nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        yield rows


def _let_grow_only(table: str) -> None:
    """Have the database itself refuse to delete a tile, or to put another one in its place."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuse_other BEFORE UPDATE ON {table} "
            "WHEN NEW.level <> OLD.level OR NEW.tile_index <> OLD.tile_index "
            "OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
    op.execute(
        f"CREATE FUNCTION {table}_refuse_other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.level <> OLD.level OR NEW.tile_index <> OLD.tile_index "
        "OR substring(NEW.hashes from 1 for length(OLD.hashes)) <> OLD.hashes "
        f"THEN RAISE EXCEPTION '{table} is append-only'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuse_other BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse_other()"
    )


def _refuse_changes(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
