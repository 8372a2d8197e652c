"""Enough parties open a sum, too few do not, and a wrong part is named."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, multiply_base
from crypto.curve import ORDER
from crypto.discrete_log import discrete_log
from crypto.elgamal.ciphertext import add, encrypt, rerandomize
from crypto.elgamal.decryption import (
    PartialDecryption,
    decrypt,
    decrypt_partially,
    find_wrong,
    verify_partial,
)
from crypto.errors import (
    DecryptionError,
    MalformedError,
    OutOfRangeError,
    ProofError,
    ProtocolError,
    ShareError,
)
from crypto.randomness import stream
from crypto.sharing.shamir import combine_points, lagrange_coefficients
from tests.crypto.elgamal.parties import key_shares

RANDOM = stream(b"\x01" * 16, "decryption")
SHARES = key_shares(5, 3)
KEY = SHARES[0].public
OTHER = key_shares(5, 3, "another")
VALUES = (4, 0, 31)
SUM = rerandomize(KEY, add([encrypt(KEY, row, RANDOM).ciphertext for row in ((1, 0, 30), (3, 0, 1))]), RANDOM)
PARTIALS = [decrypt_partially(share, SUM, RANDOM) for share in SHARES]
RAW = PARTIALS[0].encode()


def opened(partials, ciphertext=SUM):
    return decrypt(KEY, ciphertext, partials, low=0, high=1000)


@pytest.mark.parametrize("chosen", list(combinations(range(5), 3)))
def test_any_threshold_many_parties_open_the_sum(chosen):
    assert opened([PARTIALS[place] for place in chosen]) == VALUES


def test_more_parties_than_needed_open_it_as_well():
    assert opened(PARTIALS) == VALUES
    assert opened(PARTIALS[::-1]) == VALUES


@settings(max_examples=10)
@given(st.lists(st.integers(-500, 500), min_size=1, max_size=4))
def test_every_vector_comes_back(values):
    ciphertext = encrypt(KEY, values, RANDOM).ciphertext
    partials = [decrypt_partially(share, ciphertext, RANDOM) for share in SHARES[1:4]]

    assert decrypt(KEY, ciphertext, partials, low=-500, high=500) == tuple(values)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_parties_open_nothing(count):
    with pytest.raises(ShareError):
        opened(PARTIALS[:count])


def test_a_wrong_answer_beside_a_right_one_of_the_same_party_does_no_harm():
    assert opened([wrong_point(PARTIALS[0]), *PARTIALS[:3], wrong_proof(PARTIALS[1])]) == VALUES


def test_one_party_that_answers_often_counts_once():
    with pytest.raises(ShareError):
        opened([PARTIALS[0]] * 3)


def wrong_point(partial):
    return replace(partial, points=(partial.points[0] + BASE, *partial.points[1:]))


def wrong_party(partial):
    return replace(partial, party=partial.party % 5 + 1)


def wrong_proof(partial):
    return replace(partial, response=(partial.response + 1) % ORDER)


def points_swapped(partial):
    return replace(partial, points=partial.points[::-1])


def another_secret(partial):
    liar = replace(
        SHARES[partial.party - 1], share=replace(SHARES[0].share, party=partial.party, value=12345)
    )
    return decrypt_partially(liar, SUM, RANDOM)


def fewer_points(partial):
    return replace(partial, points=partial.points[:2])


LIES = [wrong_point, wrong_proof, points_swapped, another_secret, fewer_points]


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("liar", [0, 4])
def test_a_wrong_partial_decryption_is_named_and_does_no_harm_beside_enough_right_ones(lie, liar):
    partials = list(PARTIALS)
    partials[liar] = lie(partials[liar])

    with pytest.raises(ProofError, match=f"party {liar + 1}"):
        verify_partial(KEY, SUM, partials[liar])
    assert find_wrong(KEY, SUM, partials) == (liar + 1,)
    assert opened(partials) == VALUES


def test_without_the_proof_a_wrong_part_would_shift_the_result_by_what_its_party_likes():
    third = multiply_base(pow(lagrange_coefficients([1, 2, 3])[1], -1, ORDER))
    lie = replace(PARTIALS[0], points=tuple(point - third for point in PARTIALS[0].points))
    answers = {partial.party: partial.points for partial in (lie, *PARTIALS[1:3])}

    def naive(place):
        mask = combine_points({party: points[place] for party, points in answers.items()}, threshold=3)
        return discrete_log(SUM.bins[place].masked - mask, low=0, high=1000)

    assert tuple(naive(place) for place in range(3)) == tuple(value + 1 for value in VALUES)
    with pytest.raises(ProtocolError) as refused:
        opened([lie, *PARTIALS[1:3]])
    assert refused.value.culprits == (1,)


def test_two_errors_that_cancel_over_the_bins_are_noticed():
    first, second, third = PARTIALS[0].points
    lie = replace(PARTIALS[0], points=(first + BASE, second - BASE, third))

    with pytest.raises(ProofError):
        verify_partial(KEY, SUM, lie)


@pytest.mark.parametrize("party", [0, 6, 255])
def test_a_partial_decryption_of_a_stranger_is_refused(party):
    with pytest.raises(ProofError):
        verify_partial(KEY, SUM, replace(PARTIALS[0], party=party))


def test_a_partial_decryption_under_another_party_is_refused():
    with pytest.raises(ProofError):
        verify_partial(KEY, SUM, wrong_party(PARTIALS[0]))


def test_a_partial_decryption_of_another_ciphertext_is_refused():
    again = rerandomize(KEY, SUM, RANDOM)

    assert find_wrong(KEY, again, PARTIALS) == (1, 2, 3, 4, 5)


def test_ciphertexts_of_another_key_are_refused():
    theirs = encrypt(OTHER[0].public, (1, 2, 3), RANDOM).ciphertext

    with pytest.raises(OutOfRangeError):
        decrypt_partially(SHARES[0], theirs, RANDOM)
    with pytest.raises(DecryptionError):
        opened(PARTIALS, theirs)
    partials = [decrypt_partially(share, theirs, RANDOM) for share in OTHER]
    with pytest.raises(ProtocolError) as refused:
        opened(partials, SUM)
    assert refused.value.culprits == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(("low", "high"), [(0, 30), (1, 1000), (-100, -1)])
def test_a_result_beyond_the_range_is_refused(low, high):
    with pytest.raises(DecryptionError):
        decrypt(KEY, SUM, PARTIALS, low=low, high=high)


def test_partial_decryptions_round_trip():
    assert [PartialDecryption.decode(one.encode()) for one in PARTIALS] == PARTIALS
    assert len(RAW) == 4 + 3 * 33 + 48


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        RAW[:-1],
        RAW + b"\0",
        b"\x02" + RAW[1:],
        RAW[:1] + b"\0" + RAW[2:],
        RAW[:2] + b"\0\0" + RAW[4:],
        RAW[:2] + b"\xff\xff" + RAW[4:],
        RAW[:4] + bytes(33) + RAW[37:],
        RAW[:-32] + ORDER.to_bytes(32, "big"),
    ],
    ids=["empty", "short", "long", "version", "party", "no bins", "many bins", "infinity", "not reduced"],
)
def test_bytes_that_are_no_partial_decryption_are_refused(raw):
    with pytest.raises(MalformedError):
        PartialDecryption.decode(raw)


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_no_partial_decryption(raw):
    with pytest.raises(MalformedError):
        PartialDecryption.decode(raw)


@settings(max_examples=60)
@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_partial_decryption_is_refused(place, change):
    changed = bytearray(RAW)
    changed[place] ^= change

    def verified():
        return verify_partial(KEY, SUM, PartialDecryption.decode(bytes(changed)))

    with pytest.raises((MalformedError, ProofError)):
        verified()


def test_no_secret_stands_in_what_is_given():
    assert str(SHARES[0].share.value) not in repr(PARTIALS[0])


@pytest.mark.slow
def test_a_histogram_of_32_bins_by_three_nodes_at_real_size():
    shares = key_shares(3, 2)
    key = shares[0].public
    rows = [tuple(int(place == (7 * person) % 32) for place in range(32)) for person in range(40)]
    total = rerandomize(key, add([encrypt(key, row, RANDOM).ciphertext for row in rows]), RANDOM)
    partials = [decrypt_partially(share, total, RANDOM) for share in shares[1:]]

    expected = tuple(sum(column) for column in zip(*rows, strict=True))
    assert decrypt(key, total, partials, low=0, high=40) == expected


def test_a_generator_that_repeats_itself_does_not_give_the_share_away():
    other = encrypt(KEY, VALUES, RANDOM).ciphertext
    first, second = (decrypt_partially(SHARES[0], one, bytes) for one in (SUM, other))

    # With one nonce in both, z - z' = (c - c')·x_j.
    steps = first.response - second.response, first.challenge - second.challenge
    assert steps[0] * pow(steps[1], -1, ORDER) % ORDER != SHARES[0].share.value
    assert decrypt_partially(SHARES[0], SUM, bytes) == first
