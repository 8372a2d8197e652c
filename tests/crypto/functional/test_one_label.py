"""Many wallets, one purchase: only the weighted sum opens, once, and what is mixed does not."""

from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import (
    CryptoError,
    DecryptionError,
    FunctionRefusedError,
    MalformedError,
    OutOfRangeError,
    ProtocolError,
    ShareError,
)
from crypto.functional.multi_client_function import Function
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.one_label import decrypt, derive_key_share, encrypt, plan
from crypto.functional.one_label_messages import Ciphertext, EncryptionKey, KeyShare
from crypto.noise import discrete_gaussian
from crypto.randomness import stream
from tests.crypto.functional.cohorts import expected, function, seeds

LABEL = "purchase 1"
BOUNDS = (100, 2**20)
TABLE = ((5, 70_000), (-100, 0), (33, -(2**20)))
WEIGHTS = ((1, 2), (-3, 0), (7, 1))
KEYS = tuple(EncryptionKey(bytes([n + 1]) * 32) for n in range(5))


def ciphertexts(table=TABLE, label=LABEL, bounds=BOUNDS, keys=KEYS):
    pairs = zip(table, keys, strict=False)
    return [encrypt(row, key, UsedLabels(), label=label, bounds=bounds)[0] for row, key in pairs]


def shares(of: Function, label=LABEL, keys=KEYS, noise=(0, 0, 0, 0, 0)):
    members = seeds(of.cohort.size)
    return [
        derive_key_share(keys[n], member, of, label=label, noise=noise[n]) for n, member in enumerate(members)
    ]


@st.composite
def stories(draw):
    size, width = draw(st.integers(2, 5)), draw(st.integers(1, 4))
    bounds = tuple(draw(st.integers(1, 2**20)) for _ in range(width))
    table = tuple(tuple(draw(st.integers(-bound, bound)) for bound in bounds) for _ in range(size))
    weights = [[draw(st.integers(-1000, 1000)) for _ in bounds] for _ in range(size)]
    weights[0][0] = weights[0][0] or 1
    return weights, bounds, table


@settings(max_examples=40)
@given(stories())
def test_all_shares_open_the_weighted_sum(story):
    weights, bounds, table = story
    wanted = function(weights, bounds)

    opened = decrypt(wanted, ciphertexts(table, bounds=bounds), shares(wanted), label=LABEL)

    assert opened == expected(weights, table)


def test_the_largest_results_of_both_signs_open():
    top = 2**31
    wanted = function(((2**30, 0), (2**30 - 1, 0)), (top, 1))

    for sign in (1, -1):
        table = ((sign * top, 0), (sign * top, 0))
        opened = decrypt(wanted, ciphertexts(table, bounds=(top, 1)), shares(wanted), label=LABEL)
        assert opened == sign * (2**31 - 1) * top


def test_noise_of_every_member_is_in_the_result():
    wanted = function(WEIGHTS, BOUNDS, noise_bound=1000)
    noise = [discrete_gaussian(Fraction(400), stream(bytes([n]) * 32, "noise")) for n in range(3)]

    opened = decrypt(wanted, ciphertexts(), shares(wanted, noise=noise), label=LABEL)

    assert opened == expected(WEIGHTS, TABLE) + sum(noise)
    assert any(noise)


def test_noise_beyond_the_bound_that_all_know_is_refused():
    with pytest.raises(OutOfRangeError):
        shares(function(WEIGHTS, BOUNDS, noise_bound=9), noise=(0, 10, 0))


# Overflow is refused when it is planned, not found when it has happened.


def test_a_function_whose_result_could_wrap_is_refused_before_anybody_encrypts():
    wrapping = function(((2**31, 0), (2**31, 0)), (2**31, 1))
    assert wrapping.largest == 2**63

    with pytest.raises(OutOfRangeError):
        plan(wrapping, label=LABEL)
    with pytest.raises(OutOfRangeError):
        shares(wrapping)


def test_a_ring_without_that_check_answers_with_the_wrong_number():
    table = ((2**31,), (2**31,))
    naive = sum(2**31 * row[0] for row in table) % 2**64

    assert naive - 2**64 == -(2**63)


@pytest.mark.parametrize("values", [(101, 0), (-101, 0), (0,), (0, 0, 0), (2**70, 0)])
def test_a_value_beyond_its_declared_bound_is_refused_and_not_told(values):
    with pytest.raises(OutOfRangeError) as refused:
        encrypt(values, KEYS[0], UsedLabels(), label=LABEL, bounds=BOUNDS)

    assert "101" not in str(refused.value)


# One ciphertext for each label.


def test_two_ciphertexts_under_one_label_reveal_the_difference():
    first, second = ciphertexts(((5, 70_000), (6, 69_000)), keys=(KEYS[0], KEYS[0]))

    difference = (second.words - first.words).view(np.int64)

    assert difference.tolist() == [1, -1000]


def test_the_guard_refuses_the_second_ciphertext_under_a_label():
    _, used = encrypt((5, 0), KEYS[0], UsedLabels(), label=LABEL, bounds=BOUNDS)

    with pytest.raises(FunctionRefusedError):
        encrypt((6, 0), KEYS[0], used, label=LABEL, bounds=BOUNDS)

    _, after = encrypt((6, 0), KEYS[0], used, label="purchase 2", bounds=BOUNDS)
    assert len(after.digests) == 2


def test_under_two_labels_the_difference_says_nothing():
    first = ciphertexts(((5, 70_000),))[0]
    second = ciphertexts(((5, 70_000),), label="purchase 2")[0]

    assert not (np.abs((second.words - first.words).view(np.int64)) < 2**40).any()


def test_used_labels_round_trip():
    used = UsedLabels().use("a").use("b").use("c")

    assert UsedLabels.decode(used.encode()) == used
    assert UsedLabels.decode(UsedLabels().encode()) == UsedLabels()


@given(st.binary(max_size=120))
def test_no_bytes_but_used_labels_decode_to_used_labels(raw):
    with suppress(MalformedError):
        assert UsedLabels.decode(raw).encode() == raw


@pytest.mark.parametrize("label", ["", "a" * 65_536, "\ud800"])
def test_what_is_no_label_is_refused(label):
    with pytest.raises(OutOfRangeError):
        UsedLabels().use(label)


# Mixing.


def test_a_share_under_another_label_is_refused_and_its_place_named():
    wanted = function(WEIGHTS, BOUNDS)
    mixed = [*shares(wanted)[:2], shares(wanted, label="purchase 2")[2]]

    with pytest.raises(ProtocolError) as refused:
        decrypt(wanted, ciphertexts(), mixed, label=LABEL)

    assert refused.value.culprits == (2,)


def test_a_ciphertext_under_another_label_is_refused_and_its_place_named():
    wanted = function(WEIGHTS, BOUNDS)
    mixed = [ciphertexts(label="purchase 2")[0], *ciphertexts()[1:]]

    with pytest.raises(ProtocolError) as refused:
        decrypt(wanted, mixed, shares(wanted), label=LABEL)

    assert refused.value.culprits == (0,)


def test_replayed_shares_do_not_open_the_next_label():
    wanted = function(WEIGHTS, BOUNDS)

    with pytest.raises(ProtocolError) as refused:
        decrypt(wanted, ciphertexts(label="purchase 2"), shares(wanted), label="purchase 2")

    assert refused.value.culprits == (0, 1, 2)


def test_a_share_for_other_weights_is_refused_and_its_place_named():
    wanted, other = function(WEIGHTS, BOUNDS), function(((1, 2), (-3, 1), (7, 1)), BOUNDS)
    mixed = [shares(wanted)[0], shares(other)[1], shares(wanted)[2]]

    with pytest.raises(ProtocolError) as refused:
        decrypt(wanted, ciphertexts(), mixed, label=LABEL)

    assert refused.value.culprits == (1,)


def test_relabelled_shares_of_two_functions_open_neither():
    """The head is a courtesy: what keeps shares apart is that their masks do not cancel."""
    wanted, other = function(WEIGHTS, BOUNDS), function(((1, 2), (-3, 1), (7, 1)), BOUNDS)
    forged = KeyShare(shares(wanted)[1].binding, 1, shares(other)[1].word)

    with pytest.raises(DecryptionError):
        decrypt(wanted, ciphertexts(), [shares(wanted)[0], forged, shares(wanted)[2]], label=LABEL)


def test_a_share_without_masks_would_open_one_wallet():
    """What the pairwise masks are for: the unmasked share of one member opens that member's term alone."""
    wanted = function(WEIGHTS, BOUNDS)
    member, share = seeds(3)[0], shares(wanted)[0]
    word = np.array([share.word], dtype=np.uint64)
    naive = word - member.mask_words(share.binding)

    def opened(key):
        terms = np.array(WEIGHTS[0], dtype=np.uint64) * ciphertexts()[0].words
        return int((terms.sum(dtype=np.uint64) - key).view(np.int64)[0])

    assert opened(naive) == expected(WEIGHTS[:1], TABLE[:1])
    assert abs(opened(word)) > 2**40


def test_all_shares_but_one_open_nothing():
    wanted = function(WEIGHTS, BOUNDS)

    with pytest.raises(ShareError):
        decrypt(wanted, ciphertexts()[:2], shares(wanted)[:2], label=LABEL)
    forged = [*shares(wanted)[:2], KeyShare(shares(wanted)[2].binding, 2, 0)]
    with pytest.raises(DecryptionError):
        decrypt(wanted, ciphertexts(), forged, label=LABEL)


def test_a_member_of_another_cohort_hands_over_nothing():
    foreign = seeds(3, "another cohort")[0]

    with pytest.raises(ShareError):
        derive_key_share(KEYS[0], foreign, function(WEIGHTS, BOUNDS), label=LABEL)


def test_a_ciphertext_of_another_width_is_refused():
    wanted = function(WEIGHTS, BOUNDS)
    short = ciphertexts(((1,),), bounds=(5,))

    with pytest.raises(ProtocolError):
        decrypt(wanted, [*short, *ciphertexts()[1:]], shares(wanted), label=LABEL)


@pytest.mark.parametrize(
    ("weights", "bounds", "noise_bound"),
    [
        (((1,), (1,)), (), 0),
        (((1,), (1, 2)), (5,), 0),
        (((1,), (1,)), (0,), 0),
        (((0,), (0,)), (5,), 0),
        (((2**63,), (0,)), (5,), 0),
        (((1,), (1,)), (2**63,), 0),
        (((1,), (1,)), (5,), -1),
    ],
)
def test_what_is_no_function_is_refused(weights, bounds, noise_bound):
    with pytest.raises(OutOfRangeError):
        function(weights, bounds, noise_bound)


def test_functions_differ_in_their_digest_by_every_number():
    others = [
        function(((1, 2), (-3, 0), (7, 2)), BOUNDS),
        function(WEIGHTS, (100, 2**20 + 1)),
        function(WEIGHTS, BOUNDS, noise_bound=1),
        Function(seeds(3, "another cohort")[0].cohort, WEIGHTS, BOUNDS),
    ]

    assert len({wanted.digest for wanted in (function(WEIGHTS, BOUNDS), *others)}) == 5


def test_a_function_has_a_row_for_each_member():
    with pytest.raises(OutOfRangeError):
        Function(seeds(3)[0].cohort, ((1,), (1,)), (5,))


# Bytes.


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=6), st.binary(min_size=32, max_size=32))
def test_ciphertexts_round_trip(words, digest):
    raw = Ciphertext(digest, np.array(words, dtype=np.uint64)).encode()

    decoded = Ciphertext.decode(raw)

    assert (decoded.label_digest, decoded.words.tolist()) == (digest, words)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 65_535), st.integers(0, 2**64 - 1))
def test_key_shares_round_trip_in_44_bytes(binding, place, word):
    share = KeyShare(binding, place, word)

    assert KeyShare.decode(share.encode()) == share
    assert len(share.encode()) == 44


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_read_or_refused_by_name(raw):
    for kind in (Ciphertext, KeyShare):
        with suppress(MalformedError):
            assert kind.decode(raw).encode() == raw


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_changes_the_result(position, change):
    wanted = function(WEIGHTS, BOUNDS)
    given_shares, given_texts = shares(wanted), ciphertexts()
    for raw, kind, replaced in (
        (given_shares[0].encode(), KeyShare, given_shares),
        (given_texts[0].encode(), Ciphertext, given_texts),
    ):
        changed = bytearray(raw)
        changed[position % len(raw)] ^= change
        try:
            replaced[0] = kind.decode(bytes(changed))
            opened = decrypt(wanted, given_texts, given_shares, label=LABEL)
        except CryptoError:
            pass
        else:
            assert opened != expected(WEIGHTS, TABLE)
        replaced[0] = kind.decode(raw)


def test_keys_and_shares_stay_out_of_repr():
    share = shares(function(WEIGHTS, BOUNDS))[0]

    assert str(share.word) not in repr(share)
    assert "01010101" not in repr(KEYS[0])
    assert repr(KEYS[0].secret) not in repr(KEYS[0])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_an_encryption_key_has_32_bytes(length):
    with pytest.raises(MalformedError):
        EncryptionKey(bytes(length))


def test_wallets_see_masked_words_that_are_spread_over_the_whole_ring():
    random = stream(b"\x0b" * 32, "keys")
    tops = [0] * 16
    for _ in range(800):
        words = encrypt((0, 0), EncryptionKey.generate(random), UsedLabels(), label=LABEL, bounds=BOUNDS)[
            0
        ].words
        tops[int(words[0] >> np.uint64(60))] += 1

    # Sixteen equally likely cells of 50: the 99.99 % quantile of chi squared with 15 degrees is 44.
    assert sum((count - 50) ** 2 / 50 for count in tops) < 44


@pytest.mark.slow
def test_a_hundred_wallets_of_a_hundred_values_open_their_sum():
    weights = [[(i * j) % 7 - 3 for j in range(100)] for i in range(100)]
    bounds = (1000,) * 100
    table = [[(i + 3 * j) % 2001 - 1000 for j in range(100)] for i in range(100)]
    wanted = function(weights, bounds)
    keys = [EncryptionKey.generate(stream(bytes([n]) * 32, "key")) for n in range(100)]

    opened = decrypt(
        wanted,
        ciphertexts(table, bounds=bounds, keys=keys),
        shares(wanted, keys=keys, noise=(0,) * 100),
        label=LABEL,
    )

    assert opened == expected(weights, table)
