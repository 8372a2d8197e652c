"""Keys and ciphertexts of the scheme over rings as bytes."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, DecryptionError, MalformedError
from crypto.functional.rlwe.messages import Ciphertext, MasterPublicKey
from crypto.functional.rlwe.parameters import (
    choose,
)
from crypto.functional.rlwe.scheme import FunctionalKey, MasterSecretKey, encrypt, setup
from crypto.randomness import stream
from tests.crypto.functional.rlwe_keys import (
    DEGREE,
    KEY,
    OTHER_OWNER,
    OWNER,
    PUBLIC,
    RANDOM,
    RAW,
    SMALL,
    WEIGHTS,
    results,
)


def test_public_keys_and_ciphertexts_round_trip():
    ciphertext = encrypt([(1, 2, 3), (4, 5, 6)], PUBLIC, RANDOM)
    public = MasterPublicKey.decode(PUBLIC.encode(), least_degree=DEGREE)

    decoded = Ciphertext.decode(ciphertext.encode(), public)

    assert public.key_id == PUBLIC.key_id
    assert (public.bases == PUBLIC.bases).all()
    assert KEY.decrypt(decoded) == results(WEIGHTS, [(1, 2, 3), (4, 5, 6)])


def test_a_key_of_a_small_degree_is_refused_unless_asked_for():
    with pytest.raises(MalformedError):
        MasterPublicKey.decode(PUBLIC.encode())


def test_a_key_whose_degree_is_too_small_for_its_bounds_is_refused():
    chosen = choose(10, 1000, 1000, degree=4096)
    bases = np.zeros((10, len(chosen.primes), 4096), dtype=np.uint32)
    raw = MasterPublicKey(chosen, bytes(32), bases).encode()

    with pytest.raises(MalformedError):
        MasterPublicKey.decode(raw)


def test_a_key_with_impossible_parameters_is_refused():
    raw = bytearray(PUBLIC.encode())
    raw[2:4] = bytes(2)

    with pytest.raises(MalformedError):
        MasterPublicKey.decode(bytes(raw), least_degree=DEGREE)


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_refused_by_name(raw):
    with pytest.raises(MalformedError):
        MasterPublicKey.decode(raw, least_degree=DEGREE)
    with pytest.raises(MalformedError):
        Ciphertext.decode(raw, PUBLIC)
    with pytest.raises(MalformedError):
        FunctionalKey.decode(raw, PUBLIC)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_tells_fewer_records(position, change):
    """A residue is a value of the transform, so a change spreads over all coefficients and is noticed."""
    raw = bytearray(RAW)
    raw[position] ^= change
    try:
        ciphertext = Ciphertext.decode(bytes(raw), PUBLIC)
    except MalformedError:
        return

    if ciphertext.records == DEGREE:
        with pytest.raises(DecryptionError):
            KEY.decrypt(ciphertext)
    else:
        assert KEY.decrypt(ciphertext) == results(WEIGHTS, [(1, 2, 3)] * ciphertext.records)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_of_a_public_key_is_refused_or_another_key(position, change):
    raw = bytearray(PUBLIC.encode())
    raw[position % len(raw)] ^= change

    with suppress(CryptoError):
        assert MasterPublicKey.decode(bytes(raw), least_degree=DEGREE).key_id != PUBLIC.key_id


def test_a_functional_key_round_trips():
    decoded = FunctionalKey.decode(KEY.encode(), PUBLIC)

    assert decoded.weights == WEIGHTS
    assert (decoded.secret == KEY.secret).all()
    assert decoded.decrypt(Ciphertext.decode(RAW, PUBLIC)) == results(WEIGHTS, [(1, 2, 3)] * DEGREE)


def test_a_functional_key_of_another_owner_or_with_a_weight_beyond_its_bound_is_refused():
    raw = KEY.encode()

    for bad in (
        OTHER_OWNER.derive_key(WEIGHTS).encode(),
        replace(KEY, weights=(51, 0, 0)).encode(),
        raw[:-1],
        raw[:40],
        b"\x02" + raw[1:],
        raw[:-4] + b"\xff" * 4,
    ):
        with pytest.raises(MalformedError):
            FunctionalKey.decode(bad, PUBLIC)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(KEY.encode()) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_functional_key_is_refused_or_opens_nothing(position, change):
    raw = bytearray(KEY.encode())
    raw[position] ^= change

    with pytest.raises((MalformedError, DecryptionError)):
        FunctionalKey.decode(bytes(raw), PUBLIC).decrypt(Ciphertext.decode(RAW, PUBLIC))


def test_secrets_stay_out_of_repr():
    assert repr(OWNER.seed) not in repr(OWNER)
    assert str(KEY.secret[0, 0]) not in repr(KEY)
    assert "bases" not in repr(PUBLIC)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_has_32_bytes(length):
    with pytest.raises(MalformedError):
        MasterSecretKey(SMALL, bytes(length))


@pytest.mark.slow
def test_a_batch_of_4096_records_opens_at_real_size():
    owner = setup(choose(10, 100, 100), stream(b"\x44" * 32, "setup"))
    records = np.random.default_rng(5).integers(-100, 101, (4096, 10)).tolist()
    weights = [100, -100, 1, 2, 3, 4, 5, 6, 7, 8]

    opened = owner.derive_key(weights).decrypt(encrypt(records, owner.public, RANDOM))

    assert opened == results(weights, records)
