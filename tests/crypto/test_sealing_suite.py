"""A hybrid key is told from an old one by its bytes, and what is sealed to it needs both halves to open."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import MalformedError, SealError
from crypto.randomness import stream
from crypto.sealing import SealingKey, SealingPublicKey, open_sealed, seal
from crypto.sealing_suite import (
    HYBRID_OVERHEAD_BYTES,
    HYBRID_PRIVATE_BYTES,
    HYBRID_PUBLIC_BYTES,
    HYBRID_VERSION,
    X25519_OVERHEAD_BYTES,
)

HYBRID = SealingKey.generate_hybrid(stream(b"\x10" * 16, "hybrid"))
OLD = SealingKey.generate(stream(b"\x10" * 16, "old"))
SEALED = seal(b"a record", HYBRID.public, context=b"purpose")
LATTICE_PART = slice(1, 1 + 1088)
CURVE_PART = slice(1 + 1088, 1 + 1120)


@settings(max_examples=30)
@given(st.binary(max_size=200), st.binary(max_size=80))
def test_a_message_sealed_to_a_hybrid_key_opens(plaintext, context):
    sealed = seal(plaintext, HYBRID.public, context=context)

    assert open_sealed(sealed, HYBRID, context=context) == plaintext
    assert len(sealed) == len(plaintext) + HYBRID_OVERHEAD_BYTES
    assert sealed.startswith(HYBRID_VERSION)


@settings(max_examples=200)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_hybrid_envelope_is_refused(position, flip):
    altered = bytearray(SEALED)
    altered[position] ^= flip

    with pytest.raises(SealError, match="the sealed message does not open"):
        open_sealed(bytes(altered), HYBRID, context=b"purpose")


@settings(max_examples=60)
@given(st.binary(max_size=1200))
def test_any_bytes_are_no_envelope(raw):
    for key in (HYBRID, OLD):
        for sealed in (raw, HYBRID_VERSION + raw):
            with pytest.raises(SealError):
                open_sealed(sealed, key, context=b"purpose")


@pytest.mark.parametrize("length", [0, 1, 1120, 1121, 1136, len(SEALED) - 1])
def test_a_shortened_envelope_is_refused(length):
    with pytest.raises(SealError):
        open_sealed(SEALED[:length], HYBRID, context=b"purpose")


def test_the_context_is_bound_whole_however_long_it_is():
    long = b"c" * 5000
    sealed = seal(b"a record", HYBRID.public, context=long)

    assert open_sealed(sealed, HYBRID, context=long) == b"a record"
    with pytest.raises(SealError):
        open_sealed(sealed, HYBRID, context=long[:-1])


def test_both_halves_of_the_exchange_are_needed():
    other = seal(b"a record", HYBRID.public, context=b"purpose")

    for part in (LATTICE_PART, CURVE_PART):
        mixed = bytearray(SEALED)
        mixed[part] = other[part]
        with pytest.raises(SealError):
            open_sealed(bytes(mixed), HYBRID, context=b"purpose")


def test_an_envelope_of_one_suite_does_not_open_in_the_other():
    old = seal(b"a record", OLD.public, context=b"purpose")

    assert len(old) == len(b"a record") + X25519_OVERHEAD_BYTES
    for sealed, key in ((old, HYBRID), (SEALED, OLD), (HYBRID_VERSION + old, HYBRID), (SEALED[1:], OLD)):
        with pytest.raises(SealError):
            open_sealed(sealed, key, context=b"purpose")


def test_keys_of_both_suites_round_trip_and_keep_their_meaning():
    for key, private, public in ((OLD, 32, 32), (HYBRID, HYBRID_PRIVATE_BYTES, HYBRID_PUBLIC_BYTES)):
        restored = SealingKey.from_bytes(key.to_bytes())
        sealed = seal(b"x", SealingPublicKey.from_bytes(key.public.to_bytes()), context=b"c")

        assert (len(key.to_bytes()), len(key.public.to_bytes())) == (private, public)
        assert restored.public == key.public
        assert open_sealed(sealed, restored, context=b"c") == b"x"


def test_the_halves_of_a_hybrid_key_are_expanded_from_its_seed():
    expanded = hashlib.shake_256(HYBRID.to_bytes()[1:]).digest(96)
    lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).public_key()
    curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:]).public_key()

    halves = lattice.public_bytes_raw() + curve.public_bytes_raw()

    assert HYBRID.public.to_bytes() == HYBRID_VERSION + halves


@settings(max_examples=200)
@given(st.sampled_from([0, 31, 32, 33, 96, 1216, 1217, 1218]), st.data())
def test_any_bytes_are_a_key_or_a_named_error(length, data):
    raw = data.draw(st.binary(min_size=length, max_size=length))
    for read in (SealingKey.from_bytes, SealingPublicKey.from_bytes):
        for candidate in (raw, HYBRID_VERSION + raw[1:]):
            try:
                key = read(candidate)
            except MalformedError:
                continue
            assert key.to_bytes() == candidate


def test_a_lattice_key_with_a_coefficient_out_of_range_is_refused():
    public = HYBRID.public.to_bytes()

    # Two coefficients of twelve bits stand in three bytes; 4095 is not below the modulus 3329.
    with pytest.raises(MalformedError, match="no ML-KEM-768 key"):
        SealingPublicKey.from_bytes(public[:1] + b"\xff" * 3 + public[4:])


@pytest.mark.parametrize("u", [0, 1, 2**255 - 20, 2**255 - 19])
def test_a_hybrid_key_with_a_point_of_small_order_is_refused(u):
    public = HYBRID.public.to_bytes()

    with pytest.raises(MalformedError, match="small order"):
        SealingPublicKey.from_bytes(public[:-32] + u.to_bytes(32, "little"))


def test_no_secret_stands_in_the_representation():
    assert repr(HYBRID) == "SealingKey()"
    assert HYBRID.to_bytes()[1:].hex() not in repr(HYBRID._form)
    assert repr(HYBRID.to_bytes()) not in repr(HYBRID._form)


def test_two_hybrid_keys_differ():
    assert SealingKey.generate_hybrid().public != HYBRID.public
