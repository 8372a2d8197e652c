"""What wallets of a subscription keep and send: keys, ciphertexts and key shares, in versioned binary forms.

Lengths depend on the number of columns only. Nothing here is authenticated: a changed point or scalar that is
well formed is read, and opens nothing. See `crypto.functional.multi_client`.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from crypto.curve import ORDER, POINT_BYTES, SCALAR_BYTES, Point
from crypto.errors import MalformedError, OutOfRangeError
from crypto.functional.decentralised_keys import BINDING_BYTES
from crypto.functional.multi_client_function import LABEL_DIGEST_BYTES, MAX_WIDTH
from crypto.randomness import RandomBytes, expand, random_bytes

SEED_BYTES: Final = 32
_CIPHERTEXT: Final = b"\x01\x03"
_SHARE: Final = b"\x01\x04"
_COUNT_BYTES: Final = 2
_SECRETS: Final = "argonauta multi-client secrets v1"
# 512 bits reduced modulo a 256-bit order are uniform up to 2^-256.
_WIDE_SCALAR_BYTES: Final = 64

Pair = tuple[int, int]


@dataclass(frozen=True)
class EncryptionKey:
    """The secrets of one wallet for one epoch, from a seed of 32 bytes. They stay out of ``repr``."""

    width: int
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.width <= MAX_WIDTH:
            raise OutOfRangeError(f"expected 1 to {MAX_WIDTH} columns, got {self.width}")
        if len(self.seed) != SEED_BYTES:
            raise MalformedError(f"expected a seed of {SEED_BYTES} bytes, got {len(self.seed)}")

    @classmethod
    def generate(cls, width: int, random: RandomBytes = random_bytes) -> "EncryptionKey":
        """Draw the key of a wallet with this many columns.

        Raises:
            OutOfRangeError: there are not 1 to 65535 columns.
        """
        return cls(width, random(SEED_BYTES))

    @cached_property
    def scalars(self) -> tuple[Pair, ...]:
        """(s_j, t_j) for each column; a zero has probability 2^-256."""
        raw = expand(self.seed, _SECRETS, 2 * self.width * _WIDE_SCALAR_BYTES)
        starts = range(0, len(raw), _WIDE_SCALAR_BYTES)
        drawn = [int.from_bytes(raw[at : at + _WIDE_SCALAR_BYTES], "big") % ORDER for at in starts]
        return tuple(zip(drawn[::2], drawn[1::2], strict=True))


@dataclass(frozen=True)
class Ciphertext:
    """One wallet's vector under one label."""

    label_digest: bytes
    points: tuple[Point, ...]

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || label digest (32) || columns (2) || one point of 33 bytes each."""
        width = len(self.points).to_bytes(_COUNT_BYTES, "big")
        return _CIPHERTEXT + self.label_digest + width + b"".join(point.to_bytes() for point in self.points)

    @classmethod
    def decode(cls, raw: bytes) -> "Ciphertext":
        """Read a ciphertext.

        Raises:
            MalformedError: another version, kind or length, no column, or a point that is not on the curve.
        """
        start = len(_CIPHERTEXT) + LABEL_DIGEST_BYTES
        width = int.from_bytes(raw[start : start + _COUNT_BYTES], "big")
        body = raw[start + _COUNT_BYTES :]
        if raw[: len(_CIPHERTEXT)] != _CIPHERTEXT or width < 1 or len(body) != width * POINT_BYTES:
            raise MalformedError(
                "expected a multi-client ciphertext of a known version and its stated length"
            )
        starts = range(0, len(body), POINT_BYTES)
        points = tuple(Point.from_bytes(body[at : at + POINT_BYTES]) for at in starts)
        return cls(raw[len(_CIPHERTEXT) : start], points)


@dataclass(frozen=True)
class KeyShare:
    """One member's part of the key for one function in one epoch."""

    binding: bytes
    place: int
    terms: Pair = field(repr=False)

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || binding (32) || place (2) || two scalars of 32 bytes; 100 bytes."""
        scalars = b"".join(term.to_bytes(SCALAR_BYTES, "big") for term in self.terms)
        return _SHARE + self.binding + self.place.to_bytes(_COUNT_BYTES, "big") + scalars

    @classmethod
    def decode(cls, raw: bytes) -> "KeyShare":
        """Read a key share.

        Raises:
            MalformedError: another version, kind or length, or a scalar that is not reduced.
        """
        ends = len(_SHARE), len(_SHARE) + BINDING_BYTES, len(_SHARE) + BINDING_BYTES + _COUNT_BYTES
        if raw[: ends[0]] != _SHARE or len(raw) != ends[2] + 2 * SCALAR_BYTES:
            raise MalformedError("expected a multi-client key share of a known version and length")
        first, second = raw[ends[2] : -SCALAR_BYTES], raw[-SCALAR_BYTES:]
        terms = int.from_bytes(first, "big"), int.from_bytes(second, "big")
        if max(terms) >= ORDER:
            raise MalformedError("a scalar of the key share is not reduced")
        return cls(raw[ends[0] : ends[1]], int.from_bytes(raw[ends[1] : ends[2]], "big"), terms)
