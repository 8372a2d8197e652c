"""The prime-order group secp256k1 (SEC 2 §2.4.1), by libsecp256k1 through the bindings of `coincurve`.

The discrete logarithm costs about 2^128 group operations. The group has prime order, so that there are no
small subgroups to check and a random linear combination over many equations is sound.

Two multiplications are offered and the difference matters:

- `Point.multiply` is for secret scalars. It is `secp256k1_ecdh` with a hash callback that copies the whole
  point out: the library's constant-time variable-base multiplication (28 µs).
- `Point.multiply_public` is for public scalars. It is `secp256k1_ec_pubkey_tweak_mul`, which takes 21 µs
  and whose time depends on the scalar.

Neither multiplies by zero, and addition has special cases: both are handled here, and a zero scalar shows in
the result (infinity) and in the time. Where even a zero is secret, as in a commitment, callers use a shifted
scalar; see `crypto.commitments`. Python's own reduction of a scalar modulo the order is not constant time.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from coincurve._libsecp256k1 import ffi, lib

from crypto.errors import CryptoError, MalformedError, OutOfRangeError

ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
POINT_BYTES: Final = 33
SCALAR_BYTES: Final = 32

_CONTEXT: Final = lib.secp256k1_context_create(lib.SECP256K1_CONTEXT_NONE)
_UNCOMPRESSED_BYTES: Final = 65
_HASH_TAG: Final = b"argonauta hash to point v1"


@ffi.callback("int (unsigned char *, const unsigned char *, const unsigned char *, void *)")  # type: ignore[untyped-decorator]
def _whole_point(output: Any, x: Any, y: Any, _data: Any) -> int:
    """Copy both coordinates out, where `secp256k1_ecdh` would by default hash them."""
    ffi.memmove(output, x, 32)
    ffi.memmove(output + 32, y, 32)
    return 1


class Point:
    """An element of the group; an immutable value, equal by its coordinates."""

    __slots__ = ("_native",)

    def __init__(self, native: Any) -> None:
        self._native = native

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Point":
        """Read a compressed point of 33 bytes (SEC 1 §2.3.4). Infinity has no such form.

        Raises:
            MalformedError: another length or form, or not a point of the curve.
        """
        native = ffi.new("secp256k1_pubkey *")
        if len(raw) != POINT_BYTES or not lib.secp256k1_ec_pubkey_parse(_CONTEXT, native, raw, len(raw)):
            raise MalformedError(f"expected a compressed secp256k1 point of {POINT_BYTES} bytes")
        return cls(native)

    def to_bytes(self) -> bytes:
        """The compressed form, 33 bytes (SEC 1 §2.3.3).

        Raises:
            OutOfRangeError: the point is infinity.
        """
        if self._native is None:
            raise OutOfRangeError("the point at infinity has no compressed form")
        output = ffi.new("unsigned char[]", POINT_BYTES)
        length = ffi.new("size_t *", POINT_BYTES)
        lib.secp256k1_ec_pubkey_serialize(_CONTEXT, output, length, self._native, lib.SECP256K1_EC_COMPRESSED)
        return bytes(ffi.buffer(output))

    def __add__(self, other: "Point") -> "Point":
        return combine((self, other))

    def __neg__(self) -> "Point":
        if self._native is None:
            return self
        native = ffi.new("secp256k1_pubkey *", self._native[0])
        lib.secp256k1_ec_pubkey_negate(_CONTEXT, native)
        return Point(native)

    def __sub__(self, other: "Point") -> "Point":
        return combine((self, -other))

    def multiply(self, scalar: int) -> "Point":
        """Multiply by a secret integer modulo the order, in constant time unless it is zero.

        Raises:
            CryptoError: a signal interrupted the computation.
        """
        reduced = scalar % ORDER
        if self._native is None or reduced == 0:
            return INFINITY
        output = ffi.new("unsigned char[]", _UNCOMPRESSED_BYTES)
        output[0] = 4
        key = reduced.to_bytes(SCALAR_BYTES, "big")
        native = ffi.new("secp256k1_pubkey *")
        computed = lib.secp256k1_ecdh(_CONTEXT, output + 1, self._native, key, _whole_point, ffi.NULL)
        parsed = lib.secp256k1_ec_pubkey_parse(_CONTEXT, native, output, _UNCOMPRESSED_BYTES)
        # Valid operands cannot fail, but a signal handler that raises inside of the callback makes them.
        if not (computed and parsed):
            raise CryptoError("the multiplication was interrupted")
        return Point(native)

    def multiply_public(self, scalar: int) -> "Point":
        """Multiply by a public integer modulo the order; the time depends on it."""
        reduced = scalar % ORDER
        if self._native is None or reduced == 0:
            return INFINITY
        native = ffi.new("secp256k1_pubkey *", self._native[0])
        lib.secp256k1_ec_pubkey_tweak_mul(_CONTEXT, native, reduced.to_bytes(SCALAR_BYTES, "big"))
        return Point(native)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Point):
            return NotImplemented
        if self._native is None or other._native is None:
            return self._native is other._native
        return bool(lib.secp256k1_ec_pubkey_cmp(_CONTEXT, self._native, other._native) == 0)

    def __hash__(self) -> int:
        return hash(None if self._native is None else self.to_bytes())

    def __repr__(self) -> str:
        return "Point(infinity)" if self._native is None else f"Point({self.to_bytes().hex()})"


INFINITY: Final = Point(None)


def combine(points: Iterable[Point]) -> Point:
    """Add points; the sum of none is infinity.

    The time depends on the points only where they are equal, opposite or infinite.
    """
    natives = [point._native for point in points if point._native is not None]
    if not natives:
        return INFINITY
    native = ffi.new("secp256k1_pubkey *")
    # The only failure of the library for valid points is a sum at infinity, which it cannot represent.
    if not lib.secp256k1_ec_pubkey_combine(_CONTEXT, native, natives, len(natives)):
        return INFINITY
    return Point(native)


def hash_to_point(domain: str, index: int) -> Point:
    """A point whose discrete logarithm nobody knows, independent for each (domain, index).

    SHA-512 of the tag, the length-prefixed domain and the index (4 bytes) is decoded by ElligatorSwift
    (Chávez-Saab, Rodríguez-Henríquez, Tibouchi, Asiacrypt 2022; BIP 324), whose image of 64 uniform bytes is
    statistically close to uniform on the curve. Not constant time: domain and index are public.

    Raises:
        OutOfRangeError: the index is not in [0, 2^32) or the domain is longer than 65535 bytes.
    """
    encoded = domain.encode()
    try:
        hashed = len(encoded).to_bytes(2, "big") + encoded + index.to_bytes(4, "big")
    except OverflowError as error:
        raise OutOfRangeError("expected an index in [0, 2^32) and a domain below 65536 bytes") from error
    native = ffi.new("secp256k1_pubkey *")
    lib.secp256k1_ellswift_decode(_CONTEXT, native, hashlib.sha512(_HASH_TAG + hashed).digest())
    return Point(native)
