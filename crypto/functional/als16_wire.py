"""The bytes of keys and ciphertexts of `crypto.functional.als16`.

Every form starts with a version, a kind and the number of places (2 bytes, big-endian), which fixes its
length:

    secret key      2 + 2 + seed 32
    public key      2 + 2 + 33 (1 + n)
    function key    2 + 2 + key id 32 + 8 n + 64
    ciphertext      2 + 2 + key id 32 + 33 (2 + n)

Points are compressed (SEC 1 §2.3.3) and never infinity, scalars are 32 bytes and reduced, weights are 8
bytes in two's complement. Each object has one form, and whatever is not one is refused.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from crypto.curve import ORDER, POINT_BYTES, SCALAR_BYTES, Point
from crypto.errors import MalformedError
from crypto.functional.als16 import (
    MAX_LENGTH,
    SEED_BYTES,
    WEIGHT_BITS,
    Ciphertext,
    FunctionalKey,
    MasterPublicKey,
    MasterSecretKey,
)

_VERSION: Final = 1
_SECRET_KEY: Final = 0
_PUBLIC_KEY: Final = 1
_FUNCTION_KEY: Final = 2
_CIPHERTEXT: Final = 3
_NAMES: Final = ("secret key", "public key", "function key", "ciphertext")
_HEAD_BYTES: Final = 4
_ID_BYTES: Final = 32
_WEIGHT_BYTES: Final = 8


def encode_secret_key(key: MasterSecretKey) -> bytes:
    """Write a secret key, 36 bytes."""
    return _head(_SECRET_KEY, key.length) + key.seed


def decode_secret_key(raw: bytes) -> MasterSecretKey:
    """Read a secret key.

    Raises:
        MalformedError: not the form of one.
    """
    length, body = _opened(raw, _SECRET_KEY, fixed=SEED_BYTES, each=0)
    return MasterSecretKey(length, body)


def encode_public_key(key: MasterPublicKey) -> bytes:
    """Write a public key."""
    return _head(_PUBLIC_KEY, len(key.bases)) + _points((key.h, *key.bases))


def decode_public_key(raw: bytes) -> MasterPublicKey:
    """Read a public key.

    Raises:
        MalformedError: not the form of one, or not a point.
    """
    _, body = _opened(raw, _PUBLIC_KEY, fixed=POINT_BYTES, each=POINT_BYTES)
    h, *bases = _read_points(body)
    return MasterPublicKey(h, tuple(bases))


def encode_function_key(key: FunctionalKey) -> bytes:
    """Write a function key."""
    weights = b"".join(weight.to_bytes(_WEIGHT_BYTES, "big", signed=True) for weight in key.weights)
    scalars = b"".join(scalar.to_bytes(SCALAR_BYTES, "big") for scalar in (key.s, key.t))
    return _head(_FUNCTION_KEY, len(key.weights)) + key.key_id + weights + scalars


def decode_function_key(raw: bytes) -> FunctionalKey:
    """Read a function key.

    Raises:
        MalformedError: not the form of one, a weight of -2^63, or a scalar that is not reduced.
    """
    length, body = _opened(raw, _FUNCTION_KEY, fixed=_ID_BYTES + 2 * SCALAR_BYTES, each=_WEIGHT_BYTES)
    end = _ID_BYTES + length * _WEIGHT_BYTES
    pieces = _cut(body[_ID_BYTES:end], _WEIGHT_BYTES)
    weights = tuple(int.from_bytes(piece, "big", signed=True) for piece in pieces)
    s, t = (int.from_bytes(piece, "big") for piece in _cut(body[end:], SCALAR_BYTES))
    if max(s, t) >= ORDER or min(weights) <= -(1 << WEIGHT_BITS):
        raise MalformedError("a number of the function key is out of range")
    return FunctionalKey(body[:_ID_BYTES], weights, s, t)


def encode_ciphertext(ciphertext: Ciphertext) -> bytes:
    """Write a ciphertext."""
    points = (ciphertext.mask, ciphertext.second_mask, *ciphertext.values)
    return _head(_CIPHERTEXT, len(ciphertext.values)) + ciphertext.key_id + _points(points)


def decode_ciphertext(raw: bytes) -> Ciphertext:
    """Read a ciphertext.

    Raises:
        MalformedError: not the form of one, or not a point.
    """
    _, body = _opened(raw, _CIPHERTEXT, fixed=_ID_BYTES + 2 * POINT_BYTES, each=POINT_BYTES)
    mask, second_mask, *values = _read_points(body[_ID_BYTES:])
    return Ciphertext(body[:_ID_BYTES], mask, second_mask, tuple(values))


def _head(kind: int, length: int) -> bytes:
    return bytes((_VERSION, kind)) + length.to_bytes(2, "big")


def _opened(raw: bytes, kind: int, *, fixed: int, each: int) -> tuple[int, bytes]:
    """The number of places, and what follows it, of exactly the length that it fixes."""
    length = int.from_bytes(raw[2:_HEAD_BYTES], "big")
    if raw[:2] != bytes((_VERSION, kind)) or not 1 <= length <= MAX_LENGTH:
        raise MalformedError(f"expected a {_NAMES[kind]} of version {_VERSION}")
    if len(raw) != _HEAD_BYTES + fixed + each * length:
        raise MalformedError(f"expected a {_NAMES[kind]} of {length} places, got {len(raw)} bytes")
    return length, raw[_HEAD_BYTES:]


def _points(points: Sequence[Point]) -> bytes:
    return b"".join(point.to_bytes() for point in points)


def _read_points(raw: bytes) -> list[Point]:
    return [Point.from_bytes(piece) for piece in _cut(raw, POINT_BYTES)]


def _cut(raw: bytes, size: int) -> list[bytes]:
    return [raw[start:end] for start, end in pairwise(range(0, len(raw) + 1, size))]
