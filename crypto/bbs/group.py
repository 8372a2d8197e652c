"""How are points of BLS12-381 read, written, added up and paired?

The only place that knows the library (arkworks, by `py_arkworks_bls12381`). Points are written compressed
(draft-irtf-cfrg-bbs-signatures appendix B.2): 48 bytes in G1, 96 in G2. Reading is strict: what is read lies
in the subgroup of prime order, is not its identity and has this one spelling.

NOTE: sums of multiples take a time that depends on the scalars.
"""

from collections.abc import Sequence
from typing import TypeAlias

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from crypto.errors import MalformedError, OutOfRangeError

G1: TypeAlias = G1Point
G2: TypeAlias = G2Point

ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""The prime number of points in G1 and in G2; scalars are numbers in ``range(ORDER)``."""
FIELD = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
"""The prime of the field of coordinates."""

SCALAR_BYTES = 32
G1_BYTES = 48
G2_BYTES = 96

G2_BASE: G2 = G2Point()
"""The generator of G2 by which public keys are multiples (BP2 of the draft)."""


def read_g1(octets: bytes, what: str) -> G1:
    """The point of G1 that 48 bytes spell; `what` names it in errors.

    Raises:
        MalformedError: not 48 bytes, no point of the curve, not in the subgroup of prime order, its identity,
            or not the canonical spelling.
    """
    try:
        point = G1Point.from_compressed_bytes(octets)
    except ValueError as error:
        raise MalformedError(f"{what}: expected a compressed point of G1 in {G1_BYTES} bytes") from error
    if point == G1Point.identity() or point.to_compressed_bytes() != octets:
        raise MalformedError(f"{what}: expected a canonical point of G1 other than the identity")
    return point


def read_g2(octets: bytes, what: str) -> G2:
    """The point of G2 that 96 bytes spell; `what` names it in errors.

    Raises:
        MalformedError: as `read_g1`, for 96 bytes and G2.
    """
    try:
        point = G2Point.from_compressed_bytes(octets)
    except ValueError as error:
        raise MalformedError(f"{what}: expected a compressed point of G2 in {G2_BYTES} bytes") from error
    if point == G2Point.identity() or point.to_compressed_bytes() != octets:
        raise MalformedError(f"{what}: expected a canonical point of G2 other than the identity")
    return point


def read_scalar(octets: bytes, what: str) -> int:
    """The scalar in [1, ORDER) that 32 big-endian bytes spell; `what` names it in errors.

    Raises:
        MalformedError: not 32 bytes, zero, or not below the order.
    """
    scalar = int.from_bytes(octets, "big")
    if len(octets) != SCALAR_BYTES or not 0 < scalar < ORDER:
        raise MalformedError(f"{what}: expected a scalar in [1, r) in {SCALAR_BYTES} bytes")
    return scalar


def write_g1(point: G1) -> bytes:
    """The 48 bytes of a point."""
    return point.to_compressed_bytes()


def write_g2(point: G2) -> bytes:
    """The 96 bytes of a point."""
    return point.to_compressed_bytes()


def write_scalar(scalar: int) -> bytes:
    """The 32 big-endian bytes of a scalar."""
    return scalar.to_bytes(SCALAR_BYTES, "big")


def map_to_g1(element: int) -> G1:
    """A point of the subgroup for each number in ``range(FIELD)`` (RFC 9380 §8.8.1, simplified SWU)."""
    return G1Point.map_from_fp_be(element.to_bytes(G1_BYTES, "big"))


def sum_of_multiples(points: Sequence[G1], scalars: Sequence[int]) -> G1:
    """Σ scalars[i] · points[i]; scalars are any integers, reduced modulo the order.

    Raises:
        OutOfRangeError: not as many scalars as points. The library itself would leave out what is over.
    """
    if len(points) != len(scalars):
        raise OutOfRangeError(f"expected a scalar for each of {len(points)} points, got {len(scalars)}")
    return G1Point.multiexp_unchecked(list(points), [Scalar(scalar % ORDER) for scalar in scalars])


def multiply_g2_base(scalar: int) -> G2:
    """Scalar times the generator of G2."""
    return G2_BASE * Scalar(scalar % ORDER)


def pairings_cancel(left: tuple[G1, G2], right: tuple[G1, G2]) -> bool:
    """Whether e(left) · e(right) is one, the identity of the target group."""
    return GT.pairing_check([left[0], right[0]], [left[1], right[1]])
