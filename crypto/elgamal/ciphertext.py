"""Encrypted vectors that add up: lifted ElGamal, one ciphertext of 66 bytes for each bin.

A bin m under Y = x·G is (A, B) = (r·G, m·G + r·Y) for a fresh uniform r (ElGamal 1985, with the message in
the exponent: Cramer, Gennaro, Schoenmakers, Eurocrypt 1997). Sums of both points are a ciphertext of the
sum. IND-CPA under DDH, and malleable: (A, B + G) is one more. What a contribution contains is proved by
`crypto.elgamal.one_hot`; that it is a contribution at all is its sender's signature, elsewhere.

A sum's masks are the sums of its parts' masks: whoever made some of them, or sees the parts, can tell what
was added up. `rerandomize` makes the sum independent of its parts, and is due before it leaves the one who
added.

Timing. r and m meet the curve by constant-time multiplications, and m = 0 does not show.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto.base_point import SHIFT, UNSHIFT, multiply_base, random_scalar
from crypto.curve import POINT_BYTES, Point, combine
from crypto.elgamal.keys import KEY_ID_BYTES, PublicKey
from crypto.errors import MalformedError, OutOfRangeError
from crypto.randomness import RandomBytes, random_bytes

MAX_BINS: Final = 4096
BIN_BYTES: Final = 2 * POINT_BYTES
MESSAGE_BITS: Final = 64
_VERSION: Final = 1
_HEAD_BYTES: Final = 3 + KEY_ID_BYTES


@dataclass(frozen=True)
class Bin:
    """One ciphertext: `mask` r·G and `masked` m·G + r·Y."""

    mask: Point
    masked: Point


@dataclass(frozen=True)
class Ciphertext:
    """An encrypted vector and the key that it belongs to."""

    key_id: bytes
    bins: tuple[Bin, ...]

    def encode(self) -> bytes:
        """Version, number of bins (2 bytes), key id, 66 bytes for each bin.

        Raises:
            OutOfRangeError: a point is infinity, which is met only where ciphertexts were made to cancel.
        """
        points = b"".join(one.mask.to_bytes() + one.masked.to_bytes() for one in self.bins)
        return bytes((_VERSION,)) + len(self.bins).to_bytes(2, "big") + self.key_id + points

    @classmethod
    def decode(cls, raw: bytes) -> "Ciphertext":
        """Read a ciphertext.

        Raises:
            MalformedError: another version or length, no bin or more than 4096, or not a point.
        """
        count = int.from_bytes(raw[1:3], "big")
        if raw[:1] != bytes((_VERSION,)) or not 1 <= count <= MAX_BINS:
            raise MalformedError(f"expected a ciphertext of version {_VERSION} and 1 to {MAX_BINS} bins")
        if len(raw) != _HEAD_BYTES + count * BIN_BYTES:
            raise MalformedError(f"expected a ciphertext of {count} bins, got {len(raw)} bytes")
        starts = range(_HEAD_BYTES, len(raw), POINT_BYTES)
        points = [Point.from_bytes(raw[start : start + POINT_BYTES]) for start in starts]
        return cls(raw[3:_HEAD_BYTES], tuple(map(Bin, points[::2], points[1::2])))


@dataclass(frozen=True)
class Encryption:
    """A ciphertext with what its maker knows of it, for the proof. The secrets stay out of ``repr``."""

    ciphertext: Ciphertext
    values: tuple[int, ...] = field(repr=False)
    masks: tuple[int, ...] = field(repr=False)


def encrypt(key: PublicKey, values: Sequence[int], random: RandomBytes = random_bytes) -> Encryption:
    """Encrypt a vector; about 58 µs a bin.

    Raises:
        OutOfRangeError: there is no value, more than 4096, or one that is not below 2^64 in magnitude; its
        place
            is named.
    """
    if not 1 <= len(values) <= MAX_BINS:
        raise OutOfRangeError(f"expected 1 to {MAX_BINS} values, got {len(values)}")
    for place, value in enumerate(values):
        if not -(1 << MESSAGE_BITS) < value < 1 << MESSAGE_BITS:
            raise OutOfRangeError(f"value {place}: expected a magnitude below 2^{MESSAGE_BITS}")
    masks = tuple(random_scalar(random) for _ in values)
    bins = tuple(_encrypt(key.point, value, mask) for value, mask in zip(values, masks, strict=True))
    return Encryption(Ciphertext(key.key_id, bins), tuple(values), masks)


def add(ciphertexts: Sequence[Ciphertext]) -> Ciphertext:
    """The ciphertext of the sum, bin by bin; 0.2 µs for each point added.

    Raises:
        OutOfRangeError: there is none, or they differ in their key or number of bins.
    """
    if len({(one.key_id, len(one.bins)) for one in ciphertexts}) != 1:
        raise OutOfRangeError("expected ciphertexts of one key and one number of bins")
    columns = zip(*(one.bins for one in ciphertexts), strict=True)
    sums = (Bin(combine(c.mask for c in column), combine(c.masked for c in column)) for column in columns)
    return Ciphertext(ciphertexts[0].key_id, tuple(sums))


def rerandomize(key: PublicKey, ciphertext: Ciphertext, random: RandomBytes = random_bytes) -> Ciphertext:
    """A ciphertext of the same vector, independent of this one to whoever cannot decrypt.

    Raises:
        OutOfRangeError: the ciphertext belongs to another key.
    """
    if ciphertext.key_id != key.key_id:
        raise OutOfRangeError("the ciphertext belongs to another key")
    zeros = encrypt(key, (0,) * len(ciphertext.bins), random).ciphertext
    return add((ciphertext, zeros))


def _encrypt(point: Point, value: int, mask: int) -> Bin:
    masked = combine((point.multiply(mask), multiply_base(value + SHIFT), UNSHIFT))
    return Bin(multiply_base(mask), masked)
