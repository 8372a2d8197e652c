"""The log in SQL: entries and the hashes of the tree."""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from consent.log import Entry, Leaf
from marketplace.domain.log_tree import Place
from marketplace.storage.batches import batched_values
from marketplace.storage.tables import log_entries, log_nodes


class SqlLogBook:
    """The `LogBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def size(self) -> int:
        """How many entries there are."""
        highest = self._session.execute(select(func.max(log_entries.c.entry_index))).scalar_one()
        return 0 if highest is None else highest + 1

    def nodes(self, places: Iterable[Place]) -> Mapping[Place, bytes]:
        """The hashes of the tree at these places."""
        found: dict[Place, bytes] = {}
        address = tuple_(log_nodes.c.level, log_nodes.c.position)
        for batch in batched_values(places):
            rows = self._session.execute(select(log_nodes).where(address.in_(batch)))
            found |= {(row.level, row.position): row.hash for row in rows}
        return found

    def add(
        self, entries: Mapping[int, Entry], leaves: Mapping[int, Leaf], nodes: Mapping[Place, bytes]
    ) -> None:
        """Append entries and their leaves by index, and the hashes that come with them."""
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
        self._session.execute(
            insert(log_nodes),
            [
                {"level": level, "position": position, "hash": hashed}
                for (level, position), hashed in nodes.items()
            ],
        )

    def leaf(self, index: int) -> Leaf | None:
        """What stands in the tree for an entry, if there is one."""
        row = self._session.execute(select(log_entries).where(log_entries.c.entry_index == index)).first()
        return None if row is None else Leaf(kind=row.kind, at=row.at, body_digest=row.body_digest)

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
