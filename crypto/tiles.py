"""How is the tree of a log cut into files that never change? Tiles of height eight (C2SP `tlog-tiles`).

Tile (L, N) holds the hashes of the full subtrees at tree level 8·L and positions 256·N to 256·N + 255, one
after the other, 32 bytes each. The levels between are hashed from those. A tile with fewer than 256 hashes is
*partial*: it belongs to a size of the tree, and a later one begins with it, so a tile only ever grows at its
end. Beside them stand *entry bundles*, the leaves of one tile of level 0 with their lengths.

A root or proof of a tree of n leaves needs the hashes of at most two tiles for each eight levels. Nothing
here says that a tile is right: that is known when the root that follows from it is the signed one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from crypto.errors import MalformedError, ProofError
from crypto.log_tree import Place
from crypto.merkle import HASH_BYTES

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
TILE_BYTES: Final = WIDTH * HASH_BYTES
MOST_LEVEL: Final = 63
MOST_ENTRY_BYTES: Final = 2**16 - 1
_LENGTH_BYTES: Final = 2
_NODE: Final = b"\x01"
_INDEX = re.compile(r"(x[0-9]{3}/){0,5}[0-9]{3}", re.ASCII)
_WIDTH = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_PARTIAL = ".p/"


class Tile(NamedTuple):
    """Which tile: its level, and its number within the level (the index N of C2SP)."""

    level: int
    number: int


class Slice(NamedTuple):
    """A tile, or a bundle, of `width` hashes or entries: 256 of a full one, fewer of a partial one."""

    number: int
    width: int


def tiles_of(places: Iterable[Place]) -> set[Tile]:
    """In which tiles the hashes of these full subtrees stand, or the hashes that they are made of."""
    return {_tile_of(place) for place in places}


def nodes_of(places: Iterable[Place], tiles: Mapping[Tile, bytes]) -> dict[Place, bytes]:
    """The hashes of full subtrees from the tiles at `tiles_of`.

    Raises:
        ProofError: a tile is missing or too short for what is asked of it.
    """
    return {place: _node_of(place, tiles) for place in places}


def edge_of(size: int) -> list[Tile]:
    """The partial tiles of a tree of this size: what has to be known to append to it."""
    edge, level = [], 0
    while size:
        if size % WIDTH:
            edge.append(Tile(level, size // WIDTH))
        size, level = size // WIDTH, level + 1
    return edge


def slices_of(size: int, level: int = 0) -> list[Slice]:
    """All tiles of one level of a tree of this size, the partial one at the end."""
    width = size >> (HEIGHT * level)
    full = [Slice(index, WIDTH) for index in range(width // WIDTH)]
    return [*full, Slice(width // WIDTH, width % WIDTH)] if width % WIDTH else full


def levels_of(size: int) -> int:
    """How many levels of tiles a tree of this size has."""
    return -(-size.bit_length() // HEIGHT)


def grown(size: int, edge: Mapping[Tile, bytes], leaf_hashes: Sequence[bytes]) -> dict[Tile, bytes]:
    """The tiles that come into being or grow when leaves are appended to a tree of `size` leaves.

    `edge` holds the tiles at `edge_of(size)`; of a tile that has more hashes than this size, the first count.

    Raises:
        ProofError: one of those is missing or too short.
    """
    tiles: dict[Tile, bytes] = {}
    level, added = 0, list(leaf_hashes)
    while added:
        first, kept = divmod(size, WIDTH)
        before = _first_hashes(edge, Tile(level, first), kept) if kept else b""
        content = before + b"".join(added)
        added = []
        for number, start in enumerate(range(0, len(content), TILE_BYTES), start=first):
            tile = content[start : start + TILE_BYTES]
            tiles[Tile(level, number)] = tile
            if len(tile) == TILE_BYTES:
                added.append(subtree_hash(tile))
        size, level = first, level + 1
    return tiles


def subtree_hash(hashes: bytes) -> bytes:
    """The root over a power of two of hashes that stand one after the other."""
    level = [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [sha256(_NODE + left + right).digest() for left, right in pairs]
    return level[0]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Leaves one after the other, each after its length in two bytes, most significant first.

    Raises:
        MalformedError: a leaf is longer than such a length can say.
    """
    parts = []
    for entry in entries:
        if len(entry) > MOST_ENTRY_BYTES:
            raise MalformedError(f"an entry of a bundle has at most {MOST_ENTRY_BYTES} bytes")
        parts += [len(entry).to_bytes(_LENGTH_BYTES, "big"), entry]
    return b"".join(parts)


def decode_bundle(raw: bytes, *, width: int) -> list[bytes]:
    """The leaves of a bundle of this width.

    Raises:
        MalformedError: it is cut off, or has fewer or more leaves.
    """
    entries, place = [], 0
    while place < len(raw):
        start = place + _LENGTH_BYTES
        place = start + int.from_bytes(raw[place:start], "big")
        if place > len(raw) or start > len(raw):
            raise MalformedError("an entry bundle is cut off")
        entries.append(raw[start:place])
    if len(entries) != width:
        raise MalformedError(f"an entry bundle: expected {width} entries, got {len(entries)}")
    return entries


def path_of(found: Slice) -> str:
    """The last elements of a tile's address: `x001/x234/067`, and `.p/<width>` after it if it is partial."""
    digits = str(found.number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *front, last = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    path = "/".join([*(f"x{each}" for each in front), last])
    return path if found.width == WIDTH else f"{path}{_PARTIAL}{found.width}"


def read_path(path: str) -> Slice:
    """The inverse of `path_of`; each tile has one spelling.

    Raises:
        MalformedError: it is not such a path, or has leading zeroes where there must be none.
    """
    name, partial, width = path.partition(_PARTIAL)
    if not _INDEX.fullmatch(name) or (partial and not _WIDTH.fullmatch(width)):
        raise MalformedError("a tile: expected an index such as x001/234, or x001/234.p/5")
    found = Slice(int(name.replace("/", "").replace("x", "")), int(width) if partial else WIDTH)
    if path_of(found) != path or found.width > WIDTH:
        raise MalformedError("a tile: expected the shortest spelling of its index, and a width below 256")
    return found


def _tile_of(place: Place) -> Tile:
    level, position = place
    height = level % HEIGHT
    return Tile(level // HEIGHT, (position << height) // WIDTH)


def _node_of(place: Place, tiles: Mapping[Tile, bytes]) -> bytes:
    level, position = place
    height = level % HEIGHT
    begin = (position << height) % WIDTH
    end = begin + (1 << height)
    return subtree_hash(_first_hashes(tiles, _tile_of(place), end)[begin * HASH_BYTES :])


def _first_hashes(tiles: Mapping[Tile, bytes], tile: Tile, count: int) -> bytes:
    hashes = tiles.get(tile, b"")[: count * HASH_BYTES]
    if len(hashes) != count * HASH_BYTES:
        raise ProofError(f"tile {tile.level}/{tile.number}: expected {count} hashes or more")
    return hashes
