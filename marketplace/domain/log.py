"""What happened, in order and for good? The rules of the append-only log over one book.

Entries are salted (`consent.log`), so that a leaf says nothing to those who have not body and salt, and
erasing both (GDPR art. 17) leaves the tree as it is. `Log` appends in batches and makes the proofs by which
others check it; a `LogBook` only remembers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from consent.log import Checkpoint, Entry, InclusionProof, Leaf
from crypto.merkle import leaf_hash
from marketplace.domain import log_tree
from marketplace.domain.log_tree import Place
from marketplace.errors import UnknownEntryError


class LogBook(Protocol):
    """Remembers entries and the hashes of the tree."""

    def size(self) -> int:
        """How many entries there are."""
        ...

    def nodes(self, places: Iterable[Place]) -> Mapping[Place, bytes]:
        """The hashes of the tree at these places."""
        ...

    def add(
        self, entries: Mapping[int, Entry], leaves: Mapping[int, Leaf], nodes: Mapping[Place, bytes]
    ) -> None:
        """Append entries and their leaves by index, and the hashes that come with them."""
        ...

    def leaf(self, index: int) -> Leaf | None:
        """What stands in the tree for an entry, if there is one."""
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
            frontier = self._book.nodes(log_tree.frontier_of(size))
            leaves = [entry.leaf for entry in entries]
            nodes = log_tree.grown(size, frontier, [leaf_hash(leaf.encode()) for leaf in leaves])
            self._book.add(dict(enumerate(entries, size)), dict(enumerate(leaves, size)), nodes)
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
        return log_tree.root_of(size, self._book.nodes(log_tree.frontier_of(size)))

    def inclusion(self, index: int, *, size: int, checkpoint: str) -> InclusionProof:
        """That an entry stands among the first `size`, of which `checkpoint` is the signed state.

        Raises:
            UnknownEntryError: there is no such entry among the first `size`, or the log is shorter.
        """
        self._require(size)
        ranges = log_tree.inclusion_ranges(index, size)
        hashes = log_tree.roots_of(ranges, self._book.nodes(log_tree.places_of(ranges)))
        leaf = self._book.leaf(index)
        if leaf is None:
            raise UnknownEntryError(f"the log has no entry {index}")
        return InclusionProof(leaf=leaf, index=index, hashes=tuple(hashes), checkpoint=checkpoint)

    def consistency(self, old_size: int, new_size: int) -> list[bytes]:
        """The hashes by which the later state is seen to continue the earlier one.

        Raises:
            UnknownEntryError: the sizes are not in order, or the log is shorter.
        """
        self._require(new_size)
        ranges = log_tree.consistency_ranges(old_size, new_size)
        return log_tree.roots_of(ranges, self._book.nodes(log_tree.places_of(ranges)))

    def _require(self, size: int) -> None:
        if not 0 <= size <= self._book.size():
            raise UnknownEntryError(f"the log has {self._book.size()} entries, not {size}")
