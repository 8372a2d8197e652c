"""What happened, in order and for good? The rules of the append-only log over one book.

Entries are salted (`consent.log`), so that a leaf says nothing to those who have not body and salt, and
erasing both (GDPR art. 17) leaves the tree as it is. `Log` appends in batches and makes the proofs by which
others check it; a `LogBook` only remembers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from consent.log import Checkpoint, Entry, InclusionProof, Leaf
from crypto import log_tree, tiles
from crypto.encoding import sha256
from crypto.log_tree import Place
from crypto.merkle import HASH_BYTES, leaf_hash
from crypto.tiles import Slice, Tile
from marketplace.errors import UnknownEntryError

EMPTY_ROOT = sha256()


class LogBook(Protocol):
    """Remembers entries and the tiles of the tree."""

    def size(self) -> int:
        """How many entries there are."""
        ...

    def tiles(self, wanted: Iterable[Tile]) -> Mapping[Tile, bytes]:
        """Those of the tiles that there are, each as far as it has grown."""
        ...

    def add(
        self, entries: Mapping[int, Entry], leaves: Mapping[int, Leaf], grown: Mapping[Tile, bytes]
    ) -> None:
        """Append entries and their leaves by index, and put the tiles that began or grew with them."""
        ...

    def leaf(self, index: int) -> Leaf | None:
        """What stands in the tree for an entry, if there is one."""
        ...

    def leaves(self, among: range) -> Sequence[Leaf]:
        """What stands in the tree for these entries, in their order, as far as there are any."""
        ...

    def entry(self, index: int) -> Entry | None:
        """An entry with its body; None if there is none or it was erased."""
        ...

    def erase(self, indexes: Iterable[int]) -> None:
        """Forget body and salt of entries; the tree stays."""
        ...


class Log:
    """The rules of the log over one book."""

    def __init__(self, book: LogBook) -> None:
        self._book = book

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self._book.size()

    def append(self, entries: Sequence[Entry]) -> range:
        """Append entries together and return their indexes."""
        size = self._book.size()
        if entries:
            edge = self._book.tiles(tiles.edge_of(size))
            leaves = [entry.leaf for entry in entries]
            grown = tiles.grown(size, edge, [leaf_hash(leaf.encode()) for leaf in leaves])
            self._book.add(dict(enumerate(entries, size)), dict(enumerate(leaves, size)), grown)
        return range(size, size + len(entries))

    def erase(self, index: int) -> None:
        """Forget body and salt of an entry. What is left in the tree says nothing without them."""
        self._book.erase([index])

    def entry(self, index: int) -> Entry | None:
        """An entry with its body; None if there is none or it was erased."""
        return self._book.entry(index)

    def checkpoint(self, origin: str, size: int | None = None) -> Checkpoint:
        """The state to be signed: now, or when there were `size` entries.

        Raises:
            UnknownEntryError: the log is shorter.
        """
        size = self._book.size() if size is None else size
        return Checkpoint(origin, size, self.root(size))

    def root(self, size: int) -> bytes:
        """The root of the first `size` entries.

        Raises:
            UnknownEntryError: the log is shorter.
        """
        self._require(size)
        return log_tree.root_of(size, self._nodes(log_tree.frontier_of(size))) if size else EMPTY_ROOT

    def inclusion(self, index: int, *, size: int, checkpoint: str) -> InclusionProof:
        """That an entry stands among the first `size`, of which `checkpoint` is the signed state.

        Raises:
            UnknownEntryError: there is no such entry among the first `size`, or the log is shorter.
        """
        self._require(size)
        leaf = self._book.leaf(index) if 0 <= index < size else None
        if leaf is None:
            raise UnknownEntryError(f"a log of {size} entries has no entry {index}")
        hashes = self._roots(log_tree.inclusion_ranges(index, size))
        return InclusionProof(leaf=leaf, index=index, hashes=tuple(hashes), checkpoint=checkpoint)

    def inclusions(self, leaves: Mapping[int, Leaf], *, checkpoint: str) -> list[InclusionProof]:
        """That these entries stand in the log as it is, of which `checkpoint` is the signed state.

        `leaves` are what stands in the tree for them, by their indexes.

        Raises:
            UnknownEntryError: the log is shorter.
        """
        size = self._book.size()
        if any(not 0 <= index < size for index in leaves):
            raise UnknownEntryError(f"a log of {size} entries has no such entry")
        ranges = {index: log_tree.inclusion_ranges(index, size) for index in leaves}
        nodes = self._nodes({place for each in ranges.values() for place in log_tree.places_of(each)})
        return [
            InclusionProof(leaf, index, tuple(log_tree.roots_of(ranges[index], nodes)), checkpoint)
            for index, leaf in leaves.items()
        ]

    def consistency(self, old_size: int, new_size: int) -> list[bytes]:
        """The hashes by which the later state is seen to continue the earlier one.

        Raises:
            UnknownEntryError: the sizes are not in order, or the log is shorter.
        """
        self._require(new_size)
        if not 0 <= old_size <= new_size:
            raise UnknownEntryError(f"a log of {new_size} entries has no earlier size {old_size}")
        return self._roots(log_tree.consistency_ranges(old_size, new_size))

    def tile(self, level: int, wanted: Slice) -> bytes:
        """A tile (C2SP tlog-tiles) with as many hashes as asked for.

        Raises:
            UnknownEntryError: the log has no such tile, or it is not that wide yet.
        """
        found = self._book.tiles([Tile(level, wanted.number)]).get(Tile(level, wanted.number), b"")
        if len(found) < wanted.width * HASH_BYTES:
            raise UnknownEntryError(f"the log has no tile {level}/{tiles.path_of(wanted)}")
        return found[: wanted.width * HASH_BYTES]

    def bundle(self, wanted: Slice) -> bytes:
        """The leaves under a tile of level 0 (C2SP tlog-tiles), as many as asked for.

        Raises:
            UnknownEntryError: there are not that many.
        """
        begin = wanted.number * tiles.WIDTH
        leaves = self._book.leaves(range(begin, begin + wanted.width))
        if len(leaves) < wanted.width:
            raise UnknownEntryError(f"the log has no entries {tiles.path_of(wanted)}")
        return tiles.encode_bundle(leaf.encode() for leaf in leaves)

    def _roots(self, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return log_tree.roots_of(ranges, self._nodes(log_tree.places_of(ranges)))

    def _nodes(self, places: Iterable[Place]) -> Mapping[Place, bytes]:
        named = list(places)
        return tiles.nodes_of(named, self._book.tiles(tiles.tiles_of(named)))

    def _require(self, size: int) -> None:
        if not 0 <= size <= self._book.size():
            raise UnknownEntryError(f"the log has {self._book.size()} entries, not {size}")
