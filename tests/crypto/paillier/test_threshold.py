"""Any t decryptors open a ciphertext, fewer do not, and who lies is named."""

from dataclasses import replace
from itertools import combinations
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import DecryptionError, MalformedError, OutOfRangeError, ProtocolError, ShareError
from crypto.paillier.encryption import Encryptor
from crypto.paillier.partial_decryption import PartialDecryption, combine, decrypt_partially, verify_partial
from crypto.paillier.threshold import KeyShare, ThresholdKey, deal, lagrange_at_zero
from crypto.randomness import stream
from tests.crypto.paillier.keyring import DJN, SUBGROUP, TEST_BITS, shared_key

KEY, SHARES = shared_key()
N = int(DJN.public.n)
CONTEXT = b"an aggregate"
ENCRYPTOR = Encryptor(DJN.public, expected=1000)
CIPHERTEXT = ENCRYPTOR.encrypt(987654321, stream(b"\x01" * 16, "c"))
RANDOM = stream(b"\x02" * 16, "partial")
PARTIALS = tuple(decrypt_partially(share, CIPHERTEXT, RANDOM, context=CONTEXT) for share in SHARES)


@pytest.mark.parametrize("chosen", list(combinations(range(5), 3)))
def test_any_three_of_five_open_the_ciphertext(chosen):
    assert combine(KEY, CIPHERTEXT, [PARTIALS[place] for place in chosen], context=CONTEXT) == 987654321


@settings(max_examples=15)
@given(st.integers(0, N - 1), st.integers(1, 4), st.integers(0, 3), st.data())
def test_any_threshold_works(plaintext, threshold, spare, data):
    key, shares = shared_key(threshold, threshold + spare)
    chosen = data.draw(st.permutations(shares))[:threshold]
    ciphertext = ENCRYPTOR.encrypt(plaintext)

    partials = [decrypt_partially(share, ciphertext) for share in chosen]

    assert combine(key, ciphertext, partials) == plaintext


def test_a_sum_that_others_made_is_opened_too():
    foreign = (1 + 5 * N) * pow(7, N, N * N) % (N * N)
    ciphertext = CIPHERTEXT.scale(3) + type(CIPHERTEXT).from_integer(DJN.public, foreign)

    partials = [decrypt_partially(share, ciphertext) for share in SHARES[:3]]

    assert combine(KEY, ciphertext, partials) == 3 * 987654321 + 5


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_answers_than_the_threshold_are_refused(count):
    with pytest.raises(ShareError):
        combine(KEY, CIPHERTEXT, PARTIALS[:count], context=CONTEXT)


def test_an_answer_given_twice_counts_once():
    with pytest.raises(ShareError):
        combine(KEY, CIPHERTEXT, [PARTIALS[0], PARTIALS[0], PARTIALS[1]], context=CONTEXT)


def test_two_shares_of_three_open_nothing_even_if_somebody_says_two_are_enough():
    lowered = replace(KEY, threshold=2)
    partials = [decrypt_partially(replace(share, key=lowered), CIPHERTEXT) for share in SHARES[:2]]

    with pytest.raises(DecryptionError):
        combine(lowered, CIPHERTEXT, partials)


def test_two_shares_of_three_fit_every_secret():
    """For any f(0) there is a third share that completes them: two alone say nothing about it."""
    modulus = N * int(DJN.first.order * DJN.second.order)
    delta = factorial(5)
    first, second, third = lagrange_at_zero([1, 2, 3], delta)
    known = first * int(SHARES[0].value) + second * int(SHARES[1].value)
    secrets = (0, 1, 12345, int(DJN.first.prime))

    completing = [(delta * secret - known) * pow(third, -1, modulus) % modulus for secret in secrets]

    assert len(set(completing)) == len(secrets)
    assert [(known + third * share) % modulus for share in completing] == [
        delta * secret % modulus for secret in secrets
    ]


@pytest.mark.parametrize("liars", [(1,), (0, 3), (0, 1, 2, 3, 4)])
def test_every_lying_decryptor_is_named(liars):
    answers = [
        replace(partial, value=partial.value * partial.value % (N * N)) if place in liars else partial
        for place, partial in enumerate(PARTIALS)
    ]

    with pytest.raises(ProtocolError) as refused:
        combine(KEY, CIPHERTEXT, answers, context=CONTEXT)

    assert refused.value.culprits == tuple(place + 1 for place in liars)


@pytest.mark.parametrize(
    "lie",
    [
        lambda p: replace(p, value=0),
        lambda p: replace(p, value=int(DJN.first.prime)),
        lambda p: replace(p, challenge=p.challenge ^ 1),
        lambda p: replace(p, response=p.response + 1),
        lambda p: replace(p, index=2),
        lambda p: replace(p, index=0),
        lambda p: replace(p, index=6),
    ],
)
def test_an_altered_answer_is_refused(lie):
    altered = lie(PARTIALS[0])

    with pytest.raises(ProtocolError) as refused:
        verify_partial(KEY, CIPHERTEXT, altered, context=CONTEXT)

    assert refused.value.culprits == (altered.index,)


def test_an_answer_fits_its_ciphertext_and_context_only():
    with pytest.raises(ProtocolError):
        verify_partial(KEY, CIPHERTEXT, PARTIALS[0], context=b"another")
    with pytest.raises(ProtocolError):
        verify_partial(KEY, ENCRYPTOR.rerandomize(CIPHERTEXT), PARTIALS[0], context=CONTEXT)


def test_a_ciphertext_of_another_key_is_refused():
    other = Encryptor(SUBGROUP.public).encrypt(1)

    for refused in (
        lambda: decrypt_partially(SHARES[0], other),
        lambda: verify_partial(KEY, other, PARTIALS[0]),
        lambda: combine(KEY, other, PARTIALS),
    ):
        with pytest.raises(DecryptionError):
            refused()


def test_keys_shares_and_answers_round_trip():
    assert ThresholdKey.decode(KEY.encode(), least_bits=TEST_BITS) == KEY
    assert [KeyShare.decode(share.encode(), KEY) for share in SHARES] == list(SHARES)
    assert [PartialDecryption.decode(partial.encode(KEY), KEY) for partial in PARTIALS] == list(PARTIALS)


@pytest.mark.parametrize(
    ("private", "threshold", "decryptors"), [(SUBGROUP, 2, 3), (DJN, 0, 3), (DJN, 4, 3), (DJN, 2, 33)]
)
def test_a_key_is_dealt_of_safe_primes_and_a_threshold_that_makes_sense(private, threshold, decryptors):
    with pytest.raises(OutOfRangeError):
        deal(private, threshold=threshold, decryptors=decryptors)


def test_a_share_of_another_index_or_key_is_refused():
    other, _ = deal(DJN, threshold=3, decryptors=5)

    for raw, key in (
        (SHARES[0].encode(), other),
        (bytes((1, 2)) + SHARES[0].encode()[2:], KEY),
        (bytes((1, 9)) + SHARES[0].encode()[2:], KEY),
    ):
        with pytest.raises(MalformedError):
            KeyShare.decode(raw, key)


@pytest.mark.parametrize("number", [0, int(DJN.first.prime)])
def test_numbers_that_are_no_units_are_refused_wherever_they_come_in(number):
    with pytest.raises(MalformedError):
        replace(KEY, base=number)
    with pytest.raises(MalformedError):
        replace(KEY, checks=(*KEY.checks[:4], number))
    with pytest.raises(MalformedError):
        PartialDecryption.decode(replace(PARTIALS[0], value=number).encode(KEY), KEY)


@pytest.mark.parametrize("value", [0, N * N])
def test_a_share_out_of_range_is_refused(value):
    with pytest.raises(MalformedError):
        KeyShare(KEY, 1, value)


def test_the_share_stays_out_of_messages_and_logs():
    assert str(SHARES[0].value) not in repr(SHARES[0])


def test_the_dealer_is_determined_by_its_randomness():
    first, again = (deal(DJN, stream(b"\x01" * 16, "d"), threshold=2, decryptors=3) for _ in range(2))

    assert first == again


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_no_key_share_or_answer(raw):
    for read in (
        lambda: ThresholdKey.decode(raw, least_bits=TEST_BITS),
        lambda: KeyShare.decode(raw, KEY),
        lambda: PartialDecryption.decode(raw, KEY),
    ):
        with pytest.raises(MalformedError):
            read()


@settings(max_examples=60)
@given(st.integers(0, len(PARTIALS[0].encode(KEY)) - 1), st.integers(1, 255))
def test_any_changed_byte_of_an_answer_is_refused(place, change):
    raw = bytearray(PARTIALS[0].encode(KEY))
    raw[place] ^= change

    with pytest.raises((MalformedError, ProtocolError)):
        verify_partial(KEY, CIPHERTEXT, PartialDecryption.decode(bytes(raw), KEY), context=CONTEXT)


@settings(max_examples=60)
@given(st.integers(0, len(SHARES[0].encode()) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_share_is_refused(place, change):
    raw = bytearray(SHARES[0].encode())
    raw[place] ^= change

    with pytest.raises(MalformedError):
        KeyShare.decode(bytes(raw), KEY)


@settings(max_examples=60)
@given(st.integers(0, len(KEY.encode()) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_shared_key_is_refused_or_names_another_key(place, change):
    raw = bytearray(KEY.encode())
    raw[place] ^= change

    try:
        read = ThresholdKey.decode(bytes(raw), least_bits=TEST_BITS)
    except MalformedError:
        return

    assert read.key_id != KEY.key_id


def test_a_generator_that_repeats_itself_does_not_give_the_share_away():
    share = SHARES[0]
    first, second = (decrypt_partially(share, CIPHERTEXT, bytes, context=each) for each in (b"one", b"two"))

    # With one mask in both, z - z' = (c - c')·Δ·f(i).
    steps = first.response - second.response, first.challenge - second.challenge
    assert steps[0] != steps[1] * KEY.delta * share.value
    assert decrypt_partially(share, CIPHERTEXT, bytes, context=b"one") == first
