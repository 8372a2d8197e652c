"""The log in SQL: entries, and the tiles of the tree."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from consent.log import Entry, Leaf
from crypto.tiles import Tile
from marketplace.storage.batches import batched_values
from marketplace.storage.tables import log_entries, log_tiles

_BEGIN = insert(log_tiles).values(
    level=bindparam("at_level"), tile_index=bindparam("at_index"), hashes=bindparam("grown_hashes")
)
_GROW = (
    update(log_tiles)
    .where(log_tiles.c.level == bindparam("at_level"), log_tiles.c.tile_index == bindparam("at_index"))
    .values(hashes=bindparam("grown_hashes"))
)


class SqlLogBook:
    """The `LogBook` of one transaction.

    It remembers size and tiles that it has read or put: within a transaction nobody else changes them.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._size: int | None = None
        self._tiles: dict[Tile, bytes] = {}

    def size(self) -> int:
        """How many entries there are."""
        if self._size is None:
            highest = self._session.execute(select(func.max(log_entries.c.entry_index))).scalar_one()
            self._size = 0 if highest is None else highest + 1
        return self._size

    def tiles(self, wanted: Iterable[Tile]) -> Mapping[Tile, bytes]:
        """Those of the tiles that there are, each as far as it has grown."""
        asked = list(wanted)
        for batch in batched_values(tile for tile in asked if tile not in self._tiles):
            rows = self._session.execute(select(log_tiles).where(_named(batch)))
            self._tiles |= {Tile(row.level, row.tile_index): row.hashes for row in rows}
        return {tile: self._tiles[tile] for tile in asked if tile in self._tiles}

    def add(
        self, entries: Mapping[int, Entry], leaves: Mapping[int, Leaf], grown: Mapping[Tile, bytes]
    ) -> None:
        """Append entries and their leaves by index, and put the tiles that began or grew with them."""
        if entries:
            self._size = max(entries) + 1
            self._session.execute(
                insert(log_entries),
                [
                    {
                        "entry_index": index,
                        "kind": entry.kind,
                        "at": entry.at,
                        "body_digest": leaves[index].body_digest,
                        "body": dict(entry.body),
                        "salt": entry.salt,
                    }
                    for index, entry in entries.items()
                ],
            )
        known = self._tile_names(grown)
        rows = [
            {"at_level": tile.level, "at_index": tile.number, "grown_hashes": hashes}
            for tile, hashes in grown.items()
        ]
        growing = [row for row, tile in zip(rows, grown, strict=True) if tile in known]
        beginning = [row for row, tile in zip(rows, grown, strict=True) if tile not in known]
        if growing:
            self._session.connection().execute(_GROW, growing)
        if beginning:
            self._session.connection().execute(_BEGIN, beginning)
        self._tiles |= grown

    def leaf(self, index: int) -> Leaf | None:
        """What stands in the tree for an entry, if there is one."""
        row = self._session.execute(select(log_entries).where(log_entries.c.entry_index == index)).first()
        return None if row is None else Leaf(kind=row.kind, at=row.at, body_digest=row.body_digest)

    def leaves(self, among: range) -> Sequence[Leaf]:
        """What stands in the tree for these entries, in their order, as far as there are any."""
        place = log_entries.c.entry_index
        rows = self._session.execute(
            select(log_entries.c.kind, log_entries.c.at, log_entries.c.body_digest)
            .where(place >= among.start, place < among.stop)
            .order_by(place)
        )
        return [Leaf(kind=row.kind, at=row.at, body_digest=row.body_digest) for row in rows]

    def entry(self, index: int) -> Entry | None:
        """An entry with its body; None if there is none or it was erased."""
        row = self._session.execute(select(log_entries).where(log_entries.c.entry_index == index)).first()
        if row is None or row.body is None:
            return None
        return Entry(kind=row.kind, at=row.at, body=row.body, salt=row.salt)

    def erase(self, indexes: Iterable[int]) -> None:
        """Forget body and salt of entries; the tree stays."""
        for batch in batched_values(indexes):
            named = log_entries.c.entry_index.in_(batch)
            self._session.execute(update(log_entries).where(named).values(body=None, salt=None))

    def _tile_names(self, wanted: Collection[Tile]) -> set[Tile]:
        """Which of the tiles have begun. Those of a batch are the edge, and new ones to the right of it."""
        names = {tile for tile in wanted if tile in self._tiles}
        leftmost: dict[int, int] = {}
        for level, number in (tile for tile in wanted if tile not in names):
            leftmost[level] = min(number, leftmost.get(level, number))
        for batch in batched_values(Tile(level, number) for level, number in leftmost.items()):
            found = select(log_tiles.c.level, log_tiles.c.tile_index).where(_named(batch))
            names |= {Tile(row.level, row.tile_index) for row in self._session.execute(found)}
        return names


def _named(batch: Iterable[Tile]) -> ColumnElement[bool]:
    """One of these tiles. Level by level: SQLite reads the whole table to find pairs in a list of pairs."""
    numbers: dict[int, list[int]] = {}
    for level, number in batch:
        numbers.setdefault(level, []).append(number)
    return or_(
        *(
            and_(log_tiles.c.level == level, log_tiles.c.tile_index.in_(named))
            for level, named in numbers.items()
        )
    )
