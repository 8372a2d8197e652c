"""How do bytes become scalars, and points that nobody knows the logarithm of?

RFC 9380: `expand_message` in both forms (§5.3), hashing to the field (§5.2) and to G1 as a random oracle
(§3); hashing to a scalar is draft-irtf-cfrg-bbs-signatures §4.2.2.
"""

import hashlib
from collections.abc import Callable

from crypto.bbs.group import FIELD, G1, ORDER, map_to_g1, sum_of_multiples
from crypto.errors import OutOfRangeError

ExpandMessage = Callable[[bytes, bytes, int], bytes]
"""Expands (message, domain separation tag) to that many uniform bytes."""

EXPAND_BYTES = 48
"""Bytes drawn for a scalar: 128 bits more than the order has, so that the remainder is uniform to 2^-128."""

_FIELD_ELEMENT_BYTES = 64
_SHA_256_BYTES = 32
_SHA_256_BLOCK = 64
_MAX_TAG_BYTES = 255
_MAX_BLOCKS = 255
_MAX_LENGTH = 0xFFFF


def expand_message_xmd(message: bytes, tag: bytes, length: int) -> bytes:
    """Expand with SHA-256 (RFC 9380 §5.3.1).

    Raises:
        OutOfRangeError: a tag over 255 bytes or more than 8160 bytes wanted.
    """
    blocks = -(-length // _SHA_256_BYTES)
    if blocks > _MAX_BLOCKS or len(tag) > _MAX_TAG_BYTES:
        raise OutOfRangeError("expected a tag of at most 255 bytes and at most 8160 bytes wanted")
    tag_prime = tag + len(tag).to_bytes(1, "big")
    first = hashlib.sha256(
        bytes(_SHA_256_BLOCK) + message + length.to_bytes(2, "big") + b"\x00" + tag_prime
    ).digest()
    uniform, previous = b"", bytes(_SHA_256_BYTES)
    for place in range(1, blocks + 1):
        mixed = bytes(a ^ b for a, b in zip(first, previous, strict=True))
        previous = hashlib.sha256(mixed + place.to_bytes(1, "big") + tag_prime).digest()
        uniform += previous
    return uniform[:length]


def expand_message_xof(message: bytes, tag: bytes, length: int) -> bytes:
    """Expand with SHAKE-256 (RFC 9380 §5.3.2).

    Raises:
        OutOfRangeError: a tag over 255 bytes or more than 65535 bytes wanted.
    """
    if length > _MAX_LENGTH or len(tag) > _MAX_TAG_BYTES:
        raise OutOfRangeError("expected a tag of at most 255 bytes and at most 65535 bytes wanted")
    tag_prime = tag + len(tag).to_bytes(1, "big")
    return hashlib.shake_256(message + length.to_bytes(2, "big") + tag_prime).digest(length)


def hash_to_scalar(message: bytes, tag: bytes, expand: ExpandMessage) -> int:
    """A scalar in ``range(ORDER)``, uniform to within 2^-128 for a random oracle (draft §4.2.2)."""
    return int.from_bytes(expand(message, tag, EXPAND_BYTES), "big") % ORDER


def hash_to_curve(message: bytes, tag: bytes, expand: ExpandMessage) -> G1:
    """A point of G1 that behaves as a random oracle's (RFC 9380 §3, §8.8.1)."""
    uniform = expand(message, tag, 2 * _FIELD_ELEMENT_BYTES)
    halves = uniform[:_FIELD_ELEMENT_BYTES], uniform[_FIELD_ELEMENT_BYTES:]
    points = [map_to_g1(int.from_bytes(half, "big") % FIELD) for half in halves]
    return sum_of_multiples(points, [1, 1])
