"""Merkle trees: what stands in a log, in one hash (RFC 9162 §2.1, which is RFC 6962 §2.1).

Hashes are SHA-256; leaves and nodes are hashed with different prefixes, so that a node never passes for a
leaf. An inclusion proof shows that a leaf stands in a tree, a consistency proof that a tree of a later size
begins with the earlier one. Verification needs the proof and two roots, never the log. A root means nothing
until somebody signed it.

>>> proof = inclusion_proof(1, [b"a", b"b", b"c"])
>>> verify_inclusion(leaf_hash(b"b"), 1, 3, proof, root([b"a", b"b", b"c"]))
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ProofError

HASH_BYTES: Final = 32
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one entry: SHA-256(0x00 || entry)."""
    return sha256(_LEAF + leaf)


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle Tree Hash of entries in their order (RFC 9162 §2.1.1); of none, the hash of no bytes."""
    return _root(list(map(leaf_hash, leaves)))


def set_root(items: Iterable[bytes]) -> bytes:
    """The root over the distinct leaf hashes of the items in ascending order: equal for equal sets."""
    return _root(sorted({leaf_hash(item) for item in items}))


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The sibling hashes from a leaf up to the root, lowest first (RFC 9162 §2.1.3.1).

    Raises:
        OutOfRangeError: no leaf has this index.
    """
    if not 0 <= index < len(leaves):
        raise OutOfRangeError(f"expected an index below {len(leaves)}, got {index}")
    return _path(index, list(map(leaf_hash, leaves)))


def verify_inclusion(hashed_leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Return only if the tree of this size and root holds the leaf at this index (RFC 9162 §2.1.3.2).

    Raises:
        ProofError: the index is not in the tree, the proof has another length than the tree's shape asks
            for, or it leads to another root.
    """
    if not 0 <= index < size:
        raise ProofError(f"expected an index below the tree size {size}, got {index}")
    _check_hashes(hashed_leaf, root, *proof)
    node, last, computed = index, size - 1, hashed_leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the inclusion proof is too long for the tree")
        if node & 1 or node == last:
            computed = _node(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = _node(computed, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofError("the inclusion proof is too short for the tree")
    if computed != root:
        raise ProofError("the inclusion proof leads to another root")


def consistency_proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes that lead from the first `old_size` leaves to all of them (RFC 9162 §2.1.4.1).

    Empty where there is nothing to show: for no leaf, and for all of them.

    Raises:
        OutOfRangeError: the earlier tree is larger than the later one.
    """
    if not 0 <= old_size <= len(leaves):
        raise OutOfRangeError(f"expected an earlier size of at most {len(leaves)}, got {old_size}")
    if old_size in {0, len(leaves)}:
        return []
    return _subproof(old_size, list(map(leaf_hash, leaves)), complete=True)


def verify_consistency(
    old_size: int, new_size: int, *, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Return only if the later tree begins with the leaves of the earlier one (RFC 9162 §2.1.4.2).

    Raises:
        ProofError: the sizes are in the wrong order, the proof has another length than the sizes ask for, or
            it leads to other roots.
    """
    _check_hashes(old_root, new_root, *proof)
    if not 0 <= old_size <= new_size:
        raise ProofError(f"a tree of {new_size} leaves cannot continue one of {old_size}")
    if old_size in {0, new_size}:
        if proof:
            raise ProofError("the consistency proof is too long for the trees")
        _verify_trivial(old_size, new_size, old_root, new_root)
        return
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        raise ProofError("the consistency proof is empty")
    if _climb(old_size - 1, new_size - 1, path) != (old_root, new_root):
        raise ProofError("the consistency proof leads to other roots")


@dataclass(frozen=True)
class Frontier:
    """A growing tree as its full subtrees, largest first: (level, hash) with strictly falling levels.

    It grows and knows its root in O(log n) without keeping a leaf.
    """

    peaks: tuple[tuple[int, bytes], ...] = ()

    def __post_init__(self) -> None:
        levels = [level for level, _ in self.peaks]
        falling = all(higher > lower for higher, lower in pairwise(levels))
        if not falling or any(not 0 <= level < 64 for level in levels):  # noqa: PLR2004 — a size has 64 bits
            raise MalformedError("a frontier holds full subtrees of strictly falling levels below 64")
        if any(len(peak) != HASH_BYTES for _, peak in self.peaks):
            raise MalformedError(f"a frontier holds hashes of {HASH_BYTES} bytes")

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return sum(1 << level for level, _ in self.peaks)

    def append(self, leaf: bytes) -> "Frontier":
        """The tree with one more leaf, given as the entry itself."""
        peaks = list(self.peaks)
        level, grown = 0, leaf_hash(leaf)
        while peaks and peaks[-1][0] == level:
            level, grown = level + 1, _node(peaks.pop()[1], grown)
        return Frontier((*peaks, (level, grown)))

    def root(self) -> bytes:
        """The Merkle Tree Hash of all leaves so far."""
        if not self.peaks:
            return _root([])
        computed = self.peaks[-1][1]
        for _, peak in self.peaks[-2::-1]:
            computed = _node(peak, computed)
        return computed


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right)


def _split(size: int) -> int:
    """The largest power of two below a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)


def _root(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return sha256()
    level = list(hashes)
    # Pairing level by level and carrying a lone last node up gives the same tree as the recursive definition.
    while len(level) > 1:
        paired = [_node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def _path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    middle = _split(len(hashes))
    left, right = hashes[:middle], hashes[middle:]
    if index < middle:
        return [*_path(index, left), _root(right)]
    return [*_path(index - middle, right), _root(left)]


def _subproof(old_size: int, hashes: Sequence[bytes], *, complete: bool) -> list[bytes]:
    if old_size == len(hashes):
        return [] if complete else [_root(hashes)]
    middle = _split(len(hashes))
    left, right = hashes[:middle], hashes[middle:]
    if old_size <= middle:
        return [*_subproof(old_size, left, complete=complete), _root(right)]
    return [*_subproof(old_size - middle, right, complete=False), _root(left)]


def _verify_trivial(old_size: int, new_size: int, old_root: bytes, new_root: bytes) -> None:
    if old_size == 0 and old_root != _root([]):
        raise ProofError("the earlier root is not that of a tree without leaves")
    if old_size == new_size and old_root != new_root:
        raise ProofError("two trees of one size have different roots")


def _climb(node: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Steps 4 to 6 of RFC 9162 §2.1.4.2: both roots that a non-empty path leads to."""
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("the consistency proof is too long for the trees")
        if node & 1 or node == last:
            old, new = _node(sibling, old), _node(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = _node(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofError("the consistency proof is too short for the trees")
    return old, new


def _check_hashes(*hashes: bytes) -> None:
    if any(len(hashed) != HASH_BYTES for hashed in hashes):
        raise ProofError(f"every hash of a proof has {HASH_BYTES} bytes")
