"""A key is read only if it is one, and its secrets do not show."""

from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError, OutOfRangeError
from crypto.paillier.key_generation import generate
from crypto.paillier.keys import LEAST_BITS, Profile, PublicKey
from crypto.paillier.private_key import PrivateKey
from crypto.primes import SubgroupPrime
from crypto.randomness import stream
from tests.crypto.paillier.keyring import BOTH, DJN, SUBGROUP, TEST_BITS, private_key


@pytest.mark.parametrize("key", BOTH, ids=["subgroup", "djn"])
def test_keys_round_trip(key):
    assert PublicKey.decode(key.public.encode(), least_bits=TEST_BITS) == key.public
    assert PrivateKey.decode(key.encode(), least_bits=TEST_BITS) == key


@pytest.mark.parametrize("read", [PublicKey.decode, PrivateKey.decode])
@pytest.mark.parametrize("raw", [SUBGROUP.public.encode(), SUBGROUP.encode()])
def test_short_keys_are_refused_unless_asked_for(read, raw):
    with pytest.raises(MalformedError, match=str(LEAST_BITS)):
        read(raw)


def test_the_base_of_all_blinding_is_recomputed_and_an_nth_residue():
    public = SUBGROUP.public
    n = int(public.n)
    carmichael_over_n = int((SUBGROUP.first.prime - 1) * (SUBGROUP.second.prime - 1))

    assert public.hs == pow(int(public.h), n, n * n)
    assert pow(int(public.hs), carmichael_over_n, n * n) == 1


@pytest.mark.parametrize("key", BOTH, ids=["subgroup", "djn"])
def test_h_has_the_order_of_the_profile(key):
    n, h = int(key.public.n), int(key.public.h)
    p, q = int(key.first.order), int(key.second.order)

    assert pow(h, 2 * p * q, n) == 1
    assert all(pow(h, 2 * p * q // part, n) != 1 for part in (2, p, q))


def test_the_lengths_of_the_profiles():
    assert SUBGROUP.public.exponent_bits == 2 * SUBGROUP.first.order.bit_length()
    assert DJN.public.exponent_bits == TEST_BITS // 2
    assert private_key(Profile.SUBGROUP, 2048).public.exponent_bits == 448
    assert private_key(Profile.SUBGROUP, 3072).public.exponent_bits == 512
    assert private_key(Profile.DJN, 3072).public.exponent_bits == 1536


def test_only_keys_below_the_full_level_carry_a_warning():
    assert private_key(Profile.SUBGROUP, 3072).public.warning is None
    assert "2030" in (private_key(Profile.SUBGROUP, 2048).public.warning or "")
    assert "tests only" in (SUBGROUP.public.warning or "")


def test_key_ids_tell_keys_and_profiles_apart():
    public = SUBGROUP.public
    other = PublicKey(public.n, public.h, Profile.DJN)

    assert len({public.key_id, other.key_id, DJN.public.key_id}) == 3


def test_the_factors_stay_out_of_messages_and_logs():
    for secret in (SUBGROUP.first.prime, SUBGROUP.first.order, SUBGROUP.second.prime):
        assert str(secret) not in repr(SUBGROUP)


@pytest.mark.parametrize("profile", Profile)
def test_a_key_is_determined_by_its_randomness(profile):
    first, again, other = (
        generate(profile, stream(seed * 16, "key"), bits=TEST_BITS) for seed in (b"\x01", b"\x01", b"\x02")
    )

    assert first == again != other


def test_a_length_that_is_not_offered_is_refused():
    with pytest.raises(OutOfRangeError):
        generate(bits=1024)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_no_key(raw):
    for read in (PublicKey.decode, PrivateKey.decode):
        with pytest.raises(MalformedError):
            read(raw, least_bits=TEST_BITS)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_of_a_private_key_is_refused(place, change):
    raw = bytearray(SUBGROUP.encode())
    raw[place % len(raw)] ^= change

    with pytest.raises(MalformedError):
        PrivateKey.decode(bytes(raw), least_bits=TEST_BITS)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_of_a_public_key_gives_another_key_or_none(place, change):
    raw = bytearray(SUBGROUP.public.encode())
    raw[place % len(raw)] ^= change

    # Only the holder of the factors can tell some of them from a key.
    try:
        read = PublicKey.decode(bytes(raw), least_bits=TEST_BITS)
    except MalformedError:
        return

    assert read.key_id != SUBGROUP.public.key_id


def test_close_primes_are_refused():
    """Fermat factors n = PQ in one step where P and Q are neighbours; here P - Q < 2^(|P| - 100)."""
    p = SUBGROUP.first
    near = SubgroupPrime(p.prime + 4, p.order, p.cofactor)

    with pytest.raises(MalformedError):
        PrivateKey(SUBGROUP.public, p, near)


@pytest.mark.parametrize(
    ("key", "profile", "message"),
    [(SUBGROUP, Profile.DJN, "safe primes"), (DJN, Profile.SUBGROUP, "p of 64 bits")],
)
def test_the_factors_of_another_profile_are_refused(key, profile, message):
    with pytest.raises(MalformedError, match=message):
        PrivateKey(PublicKey(key.public.n, key.public.h, profile), key.first, key.second)


def test_the_prime_factors_of_p_minus_one_are_distinct_from_those_of_q_minus_one():
    for key in BOTH:
        assert gcd(int(key.first.prime) - 1, int(key.second.prime) - 1) == 2


def test_the_factors_of_another_key_are_refused():
    with pytest.raises(MalformedError):
        PrivateKey(SUBGROUP.public, DJN.first, DJN.second)
