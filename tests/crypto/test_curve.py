"""secp256k1 is the group that other implementations know, with its edges handled."""

import pytest
from coincurve._libsecp256k1 import ffi
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from py_ecc.secp256k1 import secp256k1 as peer

from crypto import curve
from crypto.curve import INFINITY, ORDER, Point, combine, hash_to_point
from crypto.errors import CryptoError, MalformedError, OutOfRangeError

BASE = Point.from_bytes(bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"))
A, B = hash_to_point("test", 0), hash_to_point("test", 1)
scalars = st.integers(-ORDER, 2 * ORDER)
FIELD = 2**256 - 2**32 - 977


@settings(max_examples=15)
@given(st.integers(1, ORDER - 1))
def test_multiples_of_the_base_point_are_those_of_another_implementation(scalar):
    x, y = peer.multiply(peer.G, scalar)
    expected = bytes([2 + y % 2]) + x.to_bytes(32, "big")

    assert BASE.multiply(scalar).to_bytes() == expected
    assert BASE.multiply_public(scalar).to_bytes() == expected


@settings(max_examples=15)
@given(st.integers(1, ORDER - 1), st.integers(1, ORDER - 1))
def test_sums_are_those_of_another_implementation(one, other):
    assume(one + other != ORDER)
    x, y = peer.add(peer.multiply(peer.G, one), peer.multiply(peer.G, other))

    total = BASE.multiply(one) + BASE.multiply(other)

    assert total.to_bytes() == bytes([2 + y % 2]) + x.to_bytes(32, "big")


@given(scalars, scalars)
def test_multiplication_distributes_over_addition(k, m):
    assert A.multiply(k) + A.multiply(m) == A.multiply(k + m)
    assert A.multiply(k) + B.multiply(k) == (A + B).multiply(k)


@given(scalars)
def test_secret_and_public_multiplication_agree(k):
    assert A.multiply(k) == A.multiply_public(k)


@pytest.mark.parametrize("scalar", [0, ORDER, -ORDER])
def test_zero_times_a_point_is_infinity(scalar):
    assert A.multiply(scalar) == A.multiply_public(scalar) == INFINITY


def test_an_interrupted_multiplication_is_no_point(monkeypatch):
    signature = "int (unsigned char *, const unsigned char *, const unsigned char *, void *)"
    interrupted = ffi.callback(signature, lambda output, x, y, data: 0)
    monkeypatch.setattr(curve, "_whole_point", interrupted)

    with pytest.raises(CryptoError):
        A.multiply(2)


def test_infinity_is_the_neutral_element():
    assert A + INFINITY == INFINITY + A == A
    assert A - A == INFINITY
    assert -INFINITY == INFINITY
    assert INFINITY.multiply(3) == INFINITY.multiply_public(3) == INFINITY
    assert INFINITY != A
    assert hash(INFINITY) == hash(A - A)


def test_a_combination_is_the_sum_whatever_cancels_in_it():
    assert combine([]) == combine([INFINITY]) == combine([A, B, -A, -B]) == INFINITY
    assert combine([A, -A, B]) == B
    assert combine([A, A]) == A.multiply(2)
    assert combine(iter((A, B, A))) == A.multiply(2) + B


def test_points_are_equal_by_value_and_immutable():
    copy = Point.from_bytes(A.to_bytes())

    assert copy == A
    assert hash(copy) == hash(A)
    assert A != B
    assert A.to_bytes() != A
    assert {A, copy, B} == {A, B}
    _ = -A
    assert copy == A


@given(st.integers(1, ORDER - 1))
def test_points_round_trip(k):
    point = BASE.multiply(k)

    assert Point.from_bytes(point.to_bytes()) == point
    assert len(point.to_bytes()) == 33


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        bytes(33),
        A.to_bytes()[:32],
        A.to_bytes() + b"\0",
        b"\x04" + A.to_bytes()[1:],
        b"\x02" + bytes(31) + b"\x05",
        b"\x02" + FIELD.to_bytes(32, "big"),
        b"\x02" + (FIELD + 1).to_bytes(32, "big"),
        b"\x04" + BASE.to_bytes()[1:] + bytes(32),
    ],
    ids=range(9),
)
def test_bytes_that_are_no_point_are_refused(raw):
    with pytest.raises(MalformedError):
        Point.from_bytes(raw)


def test_infinity_has_no_bytes():
    with pytest.raises(OutOfRangeError):
        INFINITY.to_bytes()


def test_hashed_points_depend_on_the_domain_and_the_index():
    points = {hash_to_point(domain, index) for domain in ("a", "b", "a/0") for index in range(5)}

    assert len(points) == 15
    assert all(peer_is_on_curve(point) for point in points)


@pytest.mark.parametrize(("domain", "index"), [("a", -1), ("a", 2**32), ("a" * 65536, 0)])
def test_domains_and_indices_out_of_range_are_refused(domain, index):
    with pytest.raises(OutOfRangeError):
        hash_to_point(domain, index)


def test_a_point_is_shown_as_its_public_bytes():
    assert repr(A) == f"Point({A.to_bytes().hex()})"
    assert repr(INFINITY) == "Point(infinity)"


def peer_is_on_curve(point: Point) -> bool:
    raw = point.to_bytes()
    x = int.from_bytes(raw[1:], "big")
    y = pow(x**3 + 7, (FIELD + 1) // 4, FIELD)
    return (y * y - x**3 - 7) % FIELD == 0
