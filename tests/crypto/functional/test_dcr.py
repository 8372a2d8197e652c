"""Large inner products open exactly, and nothing that was altered does."""

from contextlib import suppress
from dataclasses import replace

import gmpy2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, DecryptionError, MalformedError, OutOfRangeError
from crypto.functional.dcr import FunctionalKey, derive_key, encrypt, owner_encrypt
from crypto.functional.dcr_keys import Bounds, MasterPublicKey, MasterSecretKey, fits, setup
from crypto.functional.dcr_messages import Ciphertext
from crypto.primes import safe_prime
from crypto.randomness import stream
from tests.crypto.functional.dcr_examples import BITS, BOUNDS, COLUMNS, OTHER_OWNER, OWNER, P, Q

PUBLIC = OWNER.public
RECORD = (5, -(2**100), 2**99 + 12345)
WEIGHTS = (2**100, -3, 2**70)
RANDOM = stream(b"\x33" * 32, "encrypt")
CIPHERTEXT = encrypt(RECORD, PUBLIC, RANDOM)
numbers = st.integers(-(2**100), 2**100)
vectors = st.tuples(*[numbers] * COLUMNS)


def product(weights, record):
    return sum(y * x for y, x in zip(weights, record, strict=True))


@settings(max_examples=30, deadline=None)
@given(vectors, vectors)
def test_a_key_opens_the_inner_product_and_results_may_be_as_large_as_they_like(record, weights):
    key = derive_key(OWNER, weights)

    assert key.decrypt(encrypt(record, PUBLIC, RANDOM)) == product(weights, record)
    assert key.decrypt(owner_encrypt(record, OWNER, RANDOM)) == product(weights, record)


@settings(max_examples=10, deadline=None)
@given(vectors, st.binary(min_size=32, max_size=32))
def test_an_owner_encrypts_to_what_the_public_key_does_from_the_same_randomness(record, seed):
    public = encrypt(record, PUBLIC, stream(seed, "r"))

    assert owner_encrypt(record, OWNER, stream(seed, "r")) == public


def test_the_largest_results_of_both_signs_do_not_wrap():
    top = (2**100,) * COLUMNS

    for sign in (1, -1):
        record = tuple(sign * value for value in top)
        opened = derive_key(OWNER, top).decrypt(encrypt(record, PUBLIC, RANDOM))
        assert opened == sign * COLUMNS * 2**200


def test_keys_add_up():
    """Why there is an authority: two keys make the key of every combination."""
    first, second = derive_key(OWNER, (1, 1, 1)), derive_key(OWNER, (0, 1, 1))
    forged = replace(first, weights=(1, 0, 0), secret=first.secret - second.secret)

    assert forged.decrypt(encrypt(RECORD, PUBLIC, RANDOM)) == RECORD[0]


def test_a_short_exponent_would_be_found():
    """With secrets as short as the results, the public key is a discrete logarithm in a small range."""
    naive = gmpy2.powmod(PUBLIC.g, 1234, PUBLIC.n_squared)
    power, found = gmpy2.mpz(1), 0
    while power != naive:
        power, found = power * PUBLIC.g % PUBLIC.n_squared, found + 1

    assert found == 1234
    assert all(abs(s).bit_length() > 2 * BITS for s in OWNER.secrets)


def test_secrets_are_as_wide_as_the_proof_asks():
    owner = MasterSecretKey(P, Q, b"\x34" * 32, 60, Bounds(1, 1))
    mean_square = sum(s * s for s in owner.secrets) // 60

    wanted = 128 * (P * Q) ** 5
    assert wanted // 2 < mean_square < 2 * wanted


def test_the_generator_is_a_2n_th_residue():
    order = (P // 2) * (Q // 2)

    assert gmpy2.powmod(PUBLIC.g, order, PUBLIC.n_squared) == 1
    assert gmpy2.powmod(PUBLIC.g, P // 2, PUBLIC.n_squared) != 1


@pytest.mark.parametrize("record", [(1, 2), (1, 2, 3, 4), (2**100 + 1, 0, 0)])
def test_records_that_do_not_fit_are_refused(record):
    for make in (lambda: encrypt(record, PUBLIC), lambda: owner_encrypt(record, OWNER)):
        with pytest.raises(OutOfRangeError) as refused:
            make()
        assert str(2**100 + 1) not in str(refused.value)


@pytest.mark.parametrize("weights", [(1, 2), (0, 0, -(2**100) - 1)])
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(OutOfRangeError):
        derive_key(OWNER, weights)


def test_a_ciphertext_of_another_owner_opens_nothing():
    key = derive_key(OWNER, WEIGHTS)
    foreign = encrypt(RECORD, OTHER_OWNER.public, RANDOM)

    with pytest.raises(DecryptionError):
        key.decrypt(foreign)
    with pytest.raises(DecryptionError):
        key.decrypt(replace(foreign, key_id=PUBLIC.key_id))


def test_a_mask_of_another_ciphertext_opens_nothing():
    first, second = encrypt(RECORD, PUBLIC, RANDOM), encrypt(RECORD, PUBLIC, RANDOM)

    with pytest.raises(DecryptionError):
        derive_key(OWNER, WEIGHTS).decrypt(replace(first, mask=second.mask))


def test_an_element_without_inverse_opens_nothing():
    broken = replace(encrypt(RECORD, PUBLIC, RANDOM), elements=(gmpy2.mpz(P), 1, 1))

    with pytest.raises(DecryptionError):
        derive_key(OWNER, (-1, 1, 1)).decrypt(broken)


def test_a_scaled_element_opens_nothing():
    """Twice C_1 holds twice the value, which is in range; that it is no power of 1 + N tells."""
    ciphertext = encrypt((3, 0, 0), PUBLIC, RANDOM)
    first, *rest = ciphertext.elements
    doubled = replace(ciphertext, elements=(2 * first % PUBLIC.n_squared, *rest))

    with pytest.raises(DecryptionError):
        derive_key(OWNER, (1, 0, 0)).decrypt(doubled)


def test_a_value_beyond_its_bound_opens_nothing():
    """Anybody can shift a plaintext; beyond the largest result that is seen."""
    ciphertext = encrypt(RECORD, PUBLIC, RANDOM)
    first, *rest = ciphertext.elements
    shifted = first * (1 + (2**102) * PUBLIC.n) % PUBLIC.n_squared

    with pytest.raises(DecryptionError):
        derive_key(OWNER, (1, 0, 0)).decrypt(replace(ciphertext, elements=(shifted, *rest)))


# Keys.


def test_bounds_leave_room_for_every_result():
    n = 2**64
    assert fits(Bounds(2**29, 2**29), 15, n)
    assert not fits(Bounds(2**29, 2**30), 15, n)
    assert not fits(Bounds(2**30, 2**29), 15, n)
    assert not fits(Bounds(0, 1), 1, n)
    assert not fits(Bounds(1, 1), 0, n)
    assert n // 4 > 15 * 2**29 * 2**29


@pytest.mark.parametrize(
    ("columns", "bounds", "bits"),
    [(0, Bounds(1, 1), 320), (2, Bounds(2**160, 1), 320), (1, Bounds(1, 1), 321), (1, Bounds(1, 1), 9008)],
)
def test_setup_refuses_what_does_not_fit(columns, bounds, bits):
    with pytest.raises(OutOfRangeError):
        setup(columns, bounds, RANDOM, bits=bits)


def test_setup_draws_a_working_key():
    owner = setup(2, Bounds(10, 10), stream(b"\x35" * 32, "setup"), bits=128)

    assert owner.public.bits == 128
    assert derive_key(owner, (3, -4)).decrypt(encrypt((5, 6), owner.public, RANDOM)) == -9


@pytest.mark.parametrize(("p", "q"), [(P, P), (P, 2**61 - 1), (P, P * Q)])
def test_factors_are_two_safe_primes(p, q):
    with pytest.raises(MalformedError):
        MasterSecretKey(p, q, b"\x31" * 32, COLUMNS, BOUNDS)


def test_secrets_stay_out_of_repr():
    key = derive_key(OWNER, WEIGHTS)

    for secret in (P, Q, OWNER.secrets[0], key.secret):
        assert str(secret) not in repr(OWNER) + repr(key) + repr(PUBLIC)


def test_a_public_key_round_trips():
    assert MasterPublicKey.decode(PUBLIC.encode(), least_bits=BITS) == PUBLIC


def test_a_short_public_key_is_refused_unless_asked_for():
    with pytest.raises(MalformedError):
        MasterPublicKey.decode(PUBLIC.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"n": P},
        {"n": P * P},
        {"n": P * Q + 2},
        {"n": 3 * P * Q},
        {"n": 1},
        {"g": 1},
        {"g": P},
        {"h": (1, 2, 3)},
        {"h": ()},
        {"h": (P * P * Q * Q + 1,) * 3},
        {"bounds": Bounds(2**160, 1)},
    ],
)
def test_public_keys_that_cannot_be_right_are_refused(change):
    fields = {"n": PUBLIC.n, "g": PUBLIC.g, "h": PUBLIC.h, "bounds": BOUNDS, **change}

    with pytest.raises(MalformedError):
        MasterPublicKey(**fields)


# Bytes.


def test_a_ciphertext_round_trips():
    ciphertext = encrypt(RECORD, PUBLIC, RANDOM)
    raw = ciphertext.encode(PUBLIC)

    assert Ciphertext.decode(raw, PUBLIC) == ciphertext
    assert len(raw) == 36 + 4 * BITS // 4


@settings(max_examples=20, deadline=None)
@given(vectors)
def test_a_functional_key_round_trips(weights):
    key = derive_key(OWNER, weights)

    decoded = FunctionalKey.decode(key.encode(), PUBLIC)

    assert decoded == key
    assert len(key.encode()) == 34 + COLUMNS * (BITS // 16 + 1) + 3 * BITS // 8 + 8


def test_a_functional_key_of_another_owner_or_with_a_weight_beyond_its_bound_is_refused():
    key = derive_key(OWNER, WEIGHTS)
    raw = key.encode()

    for bad in (
        derive_key(OTHER_OWNER, WEIGHTS).encode(),
        replace(key, weights=(2**100 + 1, 0, 0)).encode(),
        raw[:-1],
        b"\x02" + raw[1:],
    ):
        with pytest.raises(MalformedError):
            FunctionalKey.decode(bad, PUBLIC)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_of_a_functional_key_is_refused_or_opens_nothing(position, change):
    raw = bytearray(derive_key(OWNER, WEIGHTS).encode())
    raw[position % len(raw)] ^= change

    with pytest.raises((MalformedError, DecryptionError)):
        FunctionalKey.decode(bytes(raw), PUBLIC).decrypt(CIPHERTEXT)


@given(st.binary(max_size=80))
def test_arbitrary_bytes_are_refused_by_name(raw):
    with pytest.raises(MalformedError):
        FunctionalKey.decode(raw, PUBLIC)
    with pytest.raises(MalformedError):
        Ciphertext.decode(raw, PUBLIC)
    with pytest.raises(MalformedError):
        MasterPublicKey.decode(raw, least_bits=BITS)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_opens_nothing(position, change):
    key = derive_key(OWNER, WEIGHTS)
    raw = bytearray(encrypt(RECORD, PUBLIC, RANDOM).encode(PUBLIC))
    raw[position % len(raw)] ^= change

    try:
        ciphertext = Ciphertext.decode(bytes(raw), PUBLIC)
    except MalformedError:
        return
    with pytest.raises(DecryptionError):
        key.decrypt(ciphertext)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_of_a_public_key_is_refused_or_another_key(position, change):
    raw = bytearray(PUBLIC.encode())
    raw[position % len(raw)] ^= change

    with suppress(CryptoError):
        assert MasterPublicKey.decode(bytes(raw), least_bits=BITS).key_id != PUBLIC.key_id


@pytest.mark.slow
def test_a_key_of_3072_bits_opens_results_of_a_thousand_bits():
    random = stream(b"\x01" * 32, "safe prime 1536"), stream(b"\x02" * 32, "safe prime 1536")
    p, q = (safe_prime(1536, draw) for draw in random)
    owner = MasterSecretKey(p, q, b"\x36" * 32, 2, Bounds(2**600, 2**600))

    record, weights = (2**600, -(3**300)), (2**600, 5**200)
    opened = derive_key(owner, weights).decrypt(encrypt(record, owner.public, RANDOM))

    assert opened == product(weights, record)
    assert opened.bit_length() > 1000
