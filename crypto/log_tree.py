"""How does a log of any length prove itself by reading a few dozen hashes? The Merkle tree by full subtrees.

The tree is that of RFC 9162 §2.1. What matters are the hashes of *full* subtrees, addressed by (level,
position): level 0 holds the leaf hashes, and node (l, p) covers the leaves [p·2^l, (p+1)·2^l). Those never
change once they exist, and every root, inclusion proof (§2.1.3.1) and consistency proof (§2.1.4.1) of any
size so far is put together from O(log² n) of them. In which form they are kept: `crypto.tiles`.
"""

from collections.abc import Iterable, Mapping

from crypto.encoding import sha256
from crypto.errors import OutOfRangeError

Place = tuple[int, int]
"""(level, position) of a full subtree."""

_NODE_PREFIX = b"\x01"


def frontier_of(size: int) -> list[Place]:
    """The places of the largest full subtrees that make up the first `size` leaves, left to right."""
    return _full_subtrees(0, size)


def root_of(size: int, nodes: Mapping[Place, bytes]) -> bytes:
    """The root of the first `size` leaves from the nodes at `frontier_of(size)`; of none, the empty hash."""
    return _range_root(0, size, nodes) if size else sha256()


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose roots are the inclusion proof of a leaf, lowest first (RFC 9162 §2.1.3.1).

    Raises:
        OutOfRangeError: a tree of this size has no such leaf.
    """
    if not 0 <= index < size:
        raise OutOfRangeError(f"a log of {size} entries has no entry {index}")
    ranges, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin = middle
    return ranges[::-1]


def consistency_ranges(old_size: int, new_size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose roots are the consistency proof of two sizes (RFC 9162 §2.1.4.1).

    Raises:
        OutOfRangeError: the sizes are not in order.
    """
    if not 0 <= old_size <= new_size:
        raise OutOfRangeError(f"a log of {new_size} entries has no earlier size {old_size}")
    if old_size in {0, new_size}:
        return []
    ranges, begin, end, complete = [], 0, new_size, True
    while old_size < end:
        middle = begin + _split(end - begin)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin, complete = middle, False
    own = [] if complete else [(begin, end)]
    return own + ranges[::-1]


def places_of(ranges: Iterable[tuple[int, int]]) -> set[Place]:
    """Which full subtrees must be read to know the roots of these ranges."""
    return {place for begin, end in ranges for place in _full_subtrees(begin, end)}


def roots_of(ranges: Iterable[tuple[int, int]], nodes: Mapping[Place, bytes]) -> list[bytes]:
    """The root of each range from the nodes at `places_of`."""
    return [_range_root(begin, end, nodes) for begin, end in ranges]


def _full_subtrees(begin: int, end: int) -> list[Place]:
    """Every range that a proof asks for starts at a multiple of the largest power of two within it."""
    places = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        places.append((level, begin >> level))
        begin += 1 << level
    return places


def _range_root(begin: int, end: int, nodes: Mapping[Place, bytes]) -> bytes:
    *others, computed = [nodes[place] for place in _full_subtrees(begin, end)]
    for left in reversed(others):
        computed = node_hash(left, computed)
    return computed


def _split(size: int) -> int:
    """The largest power of two below a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)


def node_hash(left: bytes, right: bytes) -> bytes:
    """A node's hash: SHA-256(0x01 || left || right) (RFC 9162 §2.1.1)."""
    return sha256(_NODE_PREFIX + left + right)
