from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point, G2Point
from py_ecc import optimized_bls12_381
from py_ecc.bls.point_compression import compress_G1, compress_G2, decompress_G1

from crypto.bbs.group import (
    FIELD,
    G1_BYTES,
    G2_BASE,
    G2_BYTES,
    ORDER,
    map_to_g1,
    multiply_g2_base,
    pairings_cancel,
    read_g1,
    read_g2,
    read_scalar,
    sum_of_multiples,
    write_g1,
    write_g2,
    write_scalar,
)
from crypto.errors import MalformedError, OutOfRangeError

peer: Any = optimized_bls12_381
BASE = map_to_g1(7)
INFINITY_G1 = b"\xc0" + bytes(47)
INFINITY_G2 = b"\xc0" + bytes(95)
COMPRESSED = 0x80
scalars = st.integers(min_value=0, max_value=ORDER - 1)


def outside_of(kind: type[G1Point] | type[G2Point], length: int) -> bytes:
    """A point of the curve that is not in the subgroup of prime order: the one of the smallest such x."""
    for x in range(2, 50):
        octets = bytes([COMPRESSED]) + x.to_bytes(length - 1, "big")
        try:
            point = kind.from_compressed_bytes_unchecked(octets)
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return octets
    raise AssertionError("no such point was found")


OUTSIDE_OF_G1, OUTSIDE_OF_G2 = outside_of(G1Point, G1_BYTES), outside_of(G2Point, G2_BYTES)


def test_points_are_read_as_they_were_written():
    point = sum_of_multiples([BASE], [5])

    assert read_g1(write_g1(point), "point") == point
    assert read_g2(write_g2(multiply_g2_base(5)), "point") == multiply_g2_base(5)


@settings(max_examples=10)
@given(scalars, scalars)
def test_sums_of_multiples_are_those_of_py_ecc(a, b):
    point = decompress_G1(int.from_bytes(write_g1(BASE), "big"))  # type: ignore[arg-type]

    ours = write_g1(sum_of_multiples([BASE, BASE], [a, b]))

    theirs = peer.add(peer.multiply(point, a), peer.multiply(point, b))
    assert int.from_bytes(ours, "big") == compress_G1(theirs)


@settings(max_examples=5)
@given(scalars.filter(bool))
def test_multiples_of_the_generator_of_g2_are_those_of_py_ecc(scalar):
    high, low = compress_G2(peer.multiply(peer.G2, scalar))

    assert write_g2(multiply_g2_base(scalar)) == high.to_bytes(48, "big") + low.to_bytes(48, "big")


@settings(max_examples=5)
@given(scalars, scalars)
def test_pairings_are_bilinear(a, b):
    left = sum_of_multiples([BASE], [a])
    right = sum_of_multiples([BASE], [-a * b])

    assert pairings_cancel((left, multiply_g2_base(b)), (right, G2_BASE))
    assert not pairings_cancel((left, multiply_g2_base(b + 1)), (right, G2_BASE)) or a == 0


def test_a_negative_scalar_counts_modulo_the_order():
    assert sum_of_multiples([BASE], [-1]) == -BASE


def test_a_scalar_for_each_point_is_demanded():
    with pytest.raises(OutOfRangeError):
        sum_of_multiples([BASE, BASE], [1])


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        bytes(48),
        b"\xff" * 48,
        write_g1(BASE)[:-1],
        write_g1(BASE) + b"\x00",
        INFINITY_G1,
        b"\xe0" + bytes(47),
        b"\xc0" + bytes(46) + b"\x01",
        (FIELD + 4 + (COMPRESSED << 376)).to_bytes(48, "big"),
        OUTSIDE_OF_G1,
        bytes([write_g1(BASE)[0] & 0x7F]) + write_g1(BASE)[1:],
    ],
    ids=[
        "empty",
        "zeros",
        "ones",
        "a byte short",
        "a byte long",
        "the identity",
        "the identity with a sign",
        "the identity with a coordinate",
        "a coordinate over the field",
        "outside of the subgroup",
        "not flagged as compressed",
    ],
)
def test_bytes_that_are_no_point_of_g1_are_refused(octets):
    with pytest.raises(MalformedError):
        read_g1(octets, "point")


@pytest.mark.parametrize(
    "octets",
    [b"", bytes(96), b"\xff" * 96, write_g2(G2_BASE)[:-1], INFINITY_G2, OUTSIDE_OF_G2],
    ids=["empty", "zeros", "ones", "a byte short", "the identity", "outside of the subgroup"],
)
def test_bytes_that_are_no_point_of_g2_are_refused(octets):
    with pytest.raises(MalformedError):
        read_g2(octets, "point")


@pytest.mark.parametrize(
    "octets",
    [bytes(32), ORDER.to_bytes(32, "big"), (ORDER + 1).to_bytes(32, "big"), b"\x01", b"\x00" * 32 + b"\x01"],
    ids=["zero", "the order", "over the order", "short", "long"],
)
def test_bytes_that_are_no_canonical_scalar_are_refused(octets):
    with pytest.raises(MalformedError):
        read_scalar(octets, "scalar")


@given(scalars.filter(bool))
def test_scalars_are_read_as_they_were_written(scalar):
    assert read_scalar(write_scalar(scalar), "scalar") == scalar


@settings(max_examples=30)
@given(st.binary(max_size=100))
def test_any_bytes_are_a_point_or_a_named_error(octets):
    for read in (read_g1, read_g2):
        try:
            read(octets, "point")
        except MalformedError as error:
            assert "point" in str(error)  # noqa: PT017 — most draws fail, and all must fail like this
