"""Encrypted vectors add up, come back from bytes, and hide what they were made of."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.secp256k1 import secp256k1 as peer

from crypto.base_point import BASE, multiply_base
from crypto.curve import INFINITY, ORDER, Point
from crypto.discrete_log import discrete_log
from crypto.elgamal import ciphertext as module
from crypto.elgamal.ciphertext import MAX_BINS, Bin, Ciphertext, add, encrypt, rerandomize
from crypto.errors import MalformedError, OutOfRangeError
from crypto.randomness import stream
from crypto.sharing.shamir import combine_shares
from tests.crypto.elgamal.parties import key_shares

RANDOM = stream(b"\x01" * 16, "masks")
SHARES = key_shares()
KEY = SHARES[0].public
SECRET = combine_shares([one.share for one in SHARES], threshold=2)
OTHER = key_shares(name="another")[0].public
vectors = st.lists(st.integers(-1000, 1000), min_size=3, max_size=3)
RAW = encrypt(KEY, (1, 0, 5), RANDOM).ciphertext.encode()


def opened(ciphertext):
    """By the whole secret, which nobody has outside of a test."""
    points = (one.masked - one.mask.multiply(SECRET) for one in ciphertext.bins)
    return [discrete_log(point, low=-(2**20), high=2**20) for point in points]


@settings(max_examples=20)
@given(vectors)
def test_a_vector_comes_back(values):
    assert opened(encrypt(KEY, values, RANDOM).ciphertext) == values


@settings(max_examples=20)
@given(st.lists(vectors, min_size=1, max_size=5))
def test_adding_ciphertexts_adds_vectors(rows):
    total = add([encrypt(KEY, row, RANDOM).ciphertext for row in rows])

    assert opened(total) == [sum(column) for column in zip(*rows, strict=True)]


@settings(max_examples=10)
@given(vectors)
def test_rerandomising_keeps_the_vector_and_changes_every_point(values):
    before = encrypt(KEY, values, RANDOM).ciphertext
    after = rerandomize(KEY, before, RANDOM)

    assert opened(after) == values
    points = [{one.mask for one in made.bins} | {one.masked for one in made.bins} for made in (before, after)]
    assert not points[0] & points[1]


def test_a_sum_tells_what_it_was_made_of_until_it_is_rerandomised():
    yes, no = encrypt(KEY, (1, 0), RANDOM), encrypt(KEY, (0, 1), RANDOM)
    total = add([yes.ciphertext, no.ciphertext])

    # Whoever holds the parts recognises the sum.
    assert add([yes.ciphertext, no.ciphertext]) == total
    assert rerandomize(KEY, total, RANDOM) != total


def test_a_bin_is_the_formula_of_the_paper_in_another_implementation():
    r = 5
    made = encrypt(KEY, (3,), lambda length: (r - 1).to_bytes(length, "big")).ciphertext.bins[0]

    def theirs(point):
        raw = point.to_bytes()
        x = int.from_bytes(raw[1:], "big")
        y = pow(x**3 + 7, (peer.P + 1) // 4, peer.P)
        return (x, y if y % 2 == raw[0] % 2 else peer.P - y)

    assert theirs(made.mask) == peer.multiply(peer.G, r)
    assert theirs(made.masked) == peer.add(peer.multiply(theirs(KEY.point), r), peer.multiply(peer.G, 3))


def test_a_zero_costs_as_many_multiplications_as_a_one(monkeypatch):
    multiplied = []
    original = Point.multiply

    def counted(point, scalar):
        multiplied.append(scalar % ORDER)
        return original(point, scalar)

    monkeypatch.setattr(Point, "multiply", counted)
    based = []
    original_base = multiply_base

    def counted_base(scalar):
        based.append(scalar % ORDER)
        return original_base(scalar)

    monkeypatch.setattr(module, "multiply_base", counted_base)

    encrypt(KEY, (0, 1, 0), RANDOM)

    assert (len(multiplied), len(based)) == (3, 6)
    assert 0 not in {*multiplied, *based}


@pytest.mark.parametrize("value", [2**64, -(2**64)])
def test_a_value_out_of_range_is_refused_by_its_place_alone(value):
    with pytest.raises(OutOfRangeError, match="value 1") as refused:
        encrypt(KEY, (0, value), RANDOM)

    assert str(value) not in str(refused.value)


@pytest.mark.parametrize("count", [0, MAX_BINS + 1])
def test_a_number_of_bins_out_of_range_is_refused(count):
    with pytest.raises(OutOfRangeError):
        encrypt(KEY, (0,) * count, RANDOM)


def test_ciphertexts_of_two_keys_or_lengths_do_not_mix():
    one = encrypt(KEY, (1, 0), RANDOM).ciphertext

    for other in (encrypt(OTHER, (1, 0), RANDOM), encrypt(KEY, (1, 0, 0), RANDOM)):
        with pytest.raises(OutOfRangeError):
            add([one, other.ciphertext])
    with pytest.raises(OutOfRangeError):
        add([])
    with pytest.raises(OutOfRangeError):
        rerandomize(OTHER, one, RANDOM)


def test_ciphertexts_round_trip_in_66_bytes_a_bin():
    assert Ciphertext.decode(RAW).encode() == RAW
    assert len(RAW) == 3 + 32 + 3 * 66


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        RAW[:-1],
        RAW + b"\0",
        b"\x02" + RAW[1:],
        RAW[:1] + b"\0\0" + RAW[3:],
        RAW[:1] + b"\xff\xff" + RAW[3:],
        RAW[:35] + bytes(33) + RAW[68:],
        RAW[:35] + b"\x02" + bytes(31) + b"\x05" + RAW[68:],
    ],
    ids=["empty", "short", "long", "version", "no bins", "many bins", "infinity", "not on curve"],
)
def test_bytes_that_are_no_ciphertext_are_refused(raw):
    with pytest.raises(MalformedError):
        Ciphertext.decode(raw)


@given(st.binary(max_size=120))
def test_arbitrary_bytes_are_no_ciphertext(raw):
    with pytest.raises(MalformedError):
        Ciphertext.decode(raw)


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_another_ciphertext(place, change):
    changed = bytearray(RAW)
    changed[place] ^= change

    try:
        other = Ciphertext.decode(bytes(changed))
    except MalformedError:
        return
    assert other.encode() == bytes(changed)


def test_ciphertexts_made_to_cancel_have_no_bytes():
    one = encrypt(KEY, (1,), RANDOM).ciphertext
    bins = tuple(Bin(-each.mask, -each.masked) for each in one.bins)
    total = add([one, replace(one, bins=bins)])

    assert total.bins[0] == Bin(INFINITY, INFINITY)
    with pytest.raises(OutOfRangeError):
        total.encode()


def test_without_its_mask_a_bin_says_nothing_and_is_malleable():
    made = encrypt(KEY, (4,), RANDOM).ciphertext
    more = replace(made, bins=(Bin(made.bins[0].mask, made.bins[0].masked + BASE),))

    assert made.bins[0].masked != multiply_base(4)
    assert opened(more) == [5]


def test_no_secret_stands_in_the_representation():
    made = encrypt(KEY, (4,), RANDOM)

    assert repr(made) == f"Encryption(ciphertext={made.ciphertext!r})"
