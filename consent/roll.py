"""How are a million people named in a manifest? On a roll: a sorted file of ids and digests, cut into pieces.

A consent id is a UUID and so 16 bytes, the digest of its inputs 32. A row of a roll is both, once for each
record that stands in a row of the computation (two where data sets are joined). Rows are in ascending order
of their first id, and of no consent are there two. A roll is cut into *pieces* of at most 3 MiB; the signed
manifest names each by its SHA-256 digest, so that pieces can travel by themselves, in any order and again,
and none can be left out, exchanged or altered.

Reading is strict: another length, an order that does not ascend, or a consent that stands twice is refused.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import MalformedError

ID_BYTES: Final = 16
DIGEST_BYTES: Final = 32
RECORD_BYTES: Final = ID_BYTES + DIGEST_BYTES
PIECE_RECORDS: Final = 1 << 16
PIECE_BYTES: Final = PIECE_RECORDS * RECORD_BYTES
_PREFIX: Final = "urn:uuid:"

Record = tuple[str, str]
"""A consent id and the digest of its inputs."""

FindPiece = Callable[[str], bytes | None]
"""Gives the bytes that are held under a digest, or None."""


def nothing(_digest: str) -> None:
    """No piece is held: a `FindPiece` for whoever expects none."""


def pack_id(consent_id: str) -> bytes:
    """The 16 bytes of a consent id.

    Raises:
        MalformedError: it is not a consent id.
    """
    try:
        raw = bytes.fromhex(consent_id.removeprefix(_PREFIX).replace("-", ""))
    except ValueError as error:
        raise MalformedError("expected a consent id of the form urn:uuid:…") from error
    if len(raw) != ID_BYTES or unpack_id(raw) != consent_id:
        raise MalformedError("expected a consent id of the form urn:uuid:…")
    return raw


def unpack_id(raw: bytes) -> str:
    """The consent id of 16 bytes."""
    text = raw.hex()
    return f"{_PREFIX}{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def digest_of_piece(piece: bytes) -> str:
    """The digest by which a piece is named."""
    return b64url_encode(hashlib.sha256(piece).digest())


def rows_in_piece(records: int) -> int:
    """How many rows of so many records each stand in a full piece."""
    return PIECE_RECORDS // records


def write_roll(rows: Iterable[Sequence[Record]], *, records: int) -> tuple[bytes, ...]:
    """The pieces of a roll of rows of so many records each; rows are put in order.

    Raises:
        MalformedError: a consent id or digest is none.
    """
    packed = sorted(b"".join(pack_id(each) + _digest(digest) for each, digest in row) for row in rows)
    size = rows_in_piece(records)
    return tuple(b"".join(packed[start : start + size]) for start in range(0, len(packed), size))


def read_roll(
    digests: Sequence[str], find: FindPiece, *, rows: int, records: int
) -> tuple[list[list[Record]], tuple[str, ...]]:
    """The rows that stand on the pieces with these digests, record by record, and which pieces are missing.

    The first list holds the first record of every row, the next the second. If a piece is missing, nothing
    is read.

    Raises:
        MalformedError: the pieces are not those of a roll of so many rows, in order, without repetitions.
    """
    size = rows_in_piece(records)
    if len(digests) != -(-rows // size):
        raise MalformedError("the roll has another number of pieces than its rows need")
    missing = tuple(digest for digest in digests if find(digest) is None)
    if missing:
        return [], missing
    columns: list[list[Record]] = [[] for _ in range(records)]
    for place, digest in enumerate(digests):
        piece = find(digest)
        if piece is None or digest_of_piece(piece) != digest:
            return [], (digest,)
        if len(piece) != min(size, rows - place * size) * records * RECORD_BYTES:
            raise MalformedError("a piece of the roll has another length than its rows need")
        for column, read in zip(columns, _read_piece(piece, records), strict=True):
            column.extend(read)
    _check_order(columns)
    return columns, ()


def _read_piece(piece: bytes, records: int) -> list[list[Record]]:
    step = records * RECORD_BYTES
    return [
        [
            (unpack_id(piece[at : at + ID_BYTES]), b64url_encode(piece[at + ID_BYTES : at + RECORD_BYTES]))
            for at in range(offset, len(piece), step)
        ]
        for offset in range(0, step, RECORD_BYTES)
    ]


def _check_order(columns: Sequence[Sequence[Record]]) -> None:
    if any(left >= right for (left, _), (right, _) in pairwise(columns[0])):
        raise MalformedError("the roll is not in ascending order of distinct consents")
    if len(columns) > 1 and len({each for column in columns for each, _ in column}) != sum(map(len, columns)):
        raise MalformedError("a consent stands twice on the roll")


def _digest(digest: str) -> bytes:
    return b64url_decode(digest, length=DIGEST_BYTES)
