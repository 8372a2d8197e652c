"""A subscription: one key opens one function for every label, and nothing across labels."""

import hashlib
from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, multiply_base
from crypto.curve import ORDER, Point, combine
from crypto.discrete_log import discrete_log
from crypto.errors import (
    CryptoError,
    DecryptionError,
    FunctionRefusedError,
    MalformedError,
    OutOfRangeError,
    ProtocolError,
    ShareError,
)
from crypto.functional import multi_client
from crypto.functional.multi_client import (
    FunctionalKey,
    combine_key,
    decrypt,
    derive_key_share,
    encrypt,
    plan,
)
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.multi_client_messages import Ciphertext, EncryptionKey, KeyShare
from crypto.randomness import stream
from tests.crypto.functional.cohorts import expected, function, seeds

EPOCH = "2031"
MONDAY, TUESDAY = "monday", "tuesday"
BOUNDS = (100, 1000)
WEIGHTS = ((1, 2), (-3, 0), (7, 1))
TABLE = ((5, 700), (-100, 0), (33, -1000))
OTHER = ((50, 70), (1, 999), (-33, 1))
KEYS = tuple(EncryptionKey(2, bytes([n + 1]) * 32) for n in range(3))
FUNCTION = function(WEIGHTS, BOUNDS)


def ciphertexts(table=TABLE, label=MONDAY, keys=KEYS, bounds=BOUNDS):
    pairs = zip(table, keys, strict=False)
    return [encrypt(row, key, UsedLabels(), label=label, bounds=bounds)[0] for row, key in pairs]


def shares(of=FUNCTION, epoch=EPOCH, keys=KEYS):
    members = seeds(of.cohort.size)
    return [derive_key_share(key, member, of, epoch=epoch) for key, member in zip(keys, members, strict=True)]


def functional_key(of=FUNCTION, keys=KEYS):
    return combine_key(of, shares(of, keys=keys), epoch=EPOCH)


def test_one_key_opens_the_function_for_every_label_while_wallets_are_offline():
    key = functional_key()

    assert decrypt(key, ciphertexts(), label=MONDAY) == expected(WEIGHTS, TABLE)
    assert decrypt(key, ciphertexts(OTHER, TUESDAY), label=TUESDAY) == expected(WEIGHTS, OTHER)


@st.composite
def stories(draw):
    size, width = draw(st.integers(2, 4)), draw(st.integers(1, 3))
    bounds = tuple(draw(st.integers(1, 1000)) for _ in range(width))
    table = tuple(tuple(draw(st.integers(-bound, bound)) for bound in bounds) for _ in range(size))
    weights = [[draw(st.integers(-20, 20)) for _ in bounds] for _ in range(size)]
    weights[0][0] = weights[0][0] or 1
    return weights, bounds, table


@settings(max_examples=15, deadline=None)
@given(stories())
def test_a_key_of_all_shares_opens_the_weighted_sum(story):
    weights, bounds, table = story
    wanted = function(weights, bounds)
    keys = [EncryptionKey(len(bounds), bytes([n + 9]) * 32) for n in range(len(weights))]

    opened = decrypt(functional_key(wanted, keys), ciphertexts(table, keys=keys, bounds=bounds), label=MONDAY)

    assert opened == expected(weights, table)


def test_a_zero_is_encrypted_as_any_other_value():
    points = ciphertexts(((0, 0),) * 3)[0].points

    assert len({*points}) == 2
    assert decrypt(functional_key(), ciphertexts(((0, 0),) * 3), label=MONDAY) == 0


def test_a_zero_takes_the_same_multiplications_as_any_other_value(monkeypatch):
    """A zero scalar would be told by its time; so none is ever multiplied with."""
    scalars = []

    def watched(scalar):
        scalars.append(scalar % ORDER)
        return multiply_base(scalar)

    monkeypatch.setattr(multi_client, "multiply_base", watched)
    ciphertexts(((0, 0), (1, -1), (0, 5)))

    assert len(scalars) == 6
    assert min(scalars) > 2**128


# A label is hashed to the group and never to an exponent.


class HashedToExponents:
    """What must not be: U = u·G and V = v·G with u, v from a hash, as PyMIFE (0.0.14) has it."""

    @staticmethod
    def exponents(label: str) -> tuple[int, int]:
        raw = hashlib.shake_256(label.encode()).digest(128)
        return int.from_bytes(raw[:64], "big") % ORDER, int.from_bytes(raw[64:], "big") % ORDER

    @classmethod
    def encrypt(cls, value: int, secret: tuple[int, int], label: str) -> Point:
        (u, v), (s, t) = cls.exponents(label), secret
        return multiply_base(u * s + v * t + value)


LABELS = ("monday", "tuesday", "wednesday")
VALUES = (11, 3, 14)


def find_without_key(points):
    """Three ciphertexts of one wallet: a relation of their exponents leaves only the values."""
    (u1, v1), (u2, v2), (u3, v3) = (HashedToExponents.exponents(label) for label in LABELS)
    relation = (u2 * v3 - u3 * v2, u3 * v1 - u1 * v3, u1 * v2 - u2 * v1)
    left = combine(point.multiply_public(a) for a, point in zip(relation, points, strict=True))
    steps = [multiply_base(a) for a in relation]
    multiples = [[step.multiply_public(value) for value in range(16)] for step in steps]
    for x1, x2, x3 in product(range(16), repeat=3):
        if combine((multiples[0][x1], multiples[1][x2], multiples[2][x3])) == left:
            return x1, x2, x3
    return None


def test_hashing_labels_to_exponents_is_broken_by_linear_algebra_and_hashing_to_points_is_not():
    secret = KEYS[0].scalars[0]
    naive = [HashedToExponents.encrypt(x, secret, label) for x, label in zip(VALUES, LABELS, strict=True)]
    ours = [ciphertexts(((x, 0),), label)[0].points[0] for x, label in zip(VALUES, LABELS, strict=True)]

    assert find_without_key(naive) == VALUES
    assert find_without_key(ours) is None


def masks_from_two_known_values(points):
    """Two known values give s·G and t·G, and with them every other value of the wallet."""
    (u1, v1), (u2, v2) = (HashedToExponents.exponents(label) for label in LABELS[:2])
    inverse = pow(u1 * v2 - u2 * v1, -1, ORDER)
    first, second = (point - multiply_base(x) for point, x in zip(points, VALUES[:2], strict=False))
    s = (first.multiply_public(v2) - second.multiply_public(v1)).multiply_public(inverse)
    t = (second.multiply_public(u1) - first.multiply_public(u2)).multiply_public(inverse)
    return s, t


def third_value(points):
    s, t = masks_from_two_known_values(points)
    u, v = HashedToExponents.exponents(LABELS[2])
    return discrete_log(points[2] - s.multiply_public(u) - t.multiply_public(v), low=0, high=10_000)


def test_two_known_values_open_every_other_one_if_labels_are_hashed_to_exponents():
    secret = KEYS[0].scalars[0]
    pairs = list(zip(VALUES, LABELS, strict=True))

    assert third_value([HashedToExponents.encrypt(x, secret, label) for x, label in pairs]) == VALUES[2]
    with pytest.raises(DecryptionError):
        third_value([ciphertexts(((x, 0),), label)[0].points[0] for x, label in pairs])


# Mixing.


def test_a_ciphertext_of_another_label_is_refused_and_its_place_named():
    mixed = [*ciphertexts()[:2], ciphertexts(label=TUESDAY)[2]]

    with pytest.raises(ProtocolError) as refused:
        decrypt(functional_key(), mixed, label=MONDAY)

    assert refused.value.culprits == (2,)


def test_a_relabelled_ciphertext_opens_nothing():
    """If labels mixed, replacing one wallet's day by another would show how that wallet changed."""
    monday, tuesday = ciphertexts(), ciphertexts(label=TUESDAY)
    forged = [*monday[:2], Ciphertext(monday[2].label_digest, tuesday[2].points)]

    with pytest.raises(DecryptionError):
        decrypt(functional_key(), forged, label=MONDAY)


def test_without_labels_days_would_mix():
    """The naive variant has one mask for all days, and the difference of two days is in the clear."""
    s, t = KEYS[0].scalars[0]
    days = [combine((multiply_base(s), multiply_base(2 * t), multiply_base(x))) for x in (5, 50)]

    assert discrete_log(days[1] - days[0], low=-100, high=100) == 45
    ours = [ciphertexts(((x, 1),), label)[0].points[0] for x, label in ((5, MONDAY), (50, TUESDAY))]
    with pytest.raises(DecryptionError):
        discrete_log(ours[1] - ours[0], low=-100, high=100)


def test_two_ciphertexts_under_one_label_reveal_the_difference_and_the_guard_refuses():
    first, used = encrypt((5, 1), KEYS[0], UsedLabels(), label=MONDAY, bounds=BOUNDS)
    second = ciphertexts(((50, 1),))[0]
    assert discrete_log(second.points[0] - first.points[0], low=-100, high=100) == 45

    with pytest.raises(FunctionRefusedError):
        encrypt((50, 1), KEYS[0], used, label=MONDAY, bounds=BOUNDS)


@pytest.mark.parametrize(
    ("of", "epoch"), [(FUNCTION, "2032"), (function(((1, 2), (-3, 1), (7, 1)), BOUNDS), EPOCH)]
)
def test_a_share_of_another_function_or_epoch_is_refused_and_its_place_named(of, epoch):
    mixed = [shares()[0], shares(of, epoch)[1], shares()[2]]

    with pytest.raises(ProtocolError) as refused:
        combine_key(FUNCTION, mixed, epoch=EPOCH)

    assert refused.value.culprits == (1,)


def test_relabelled_shares_of_two_functions_make_no_key():
    other = function(((1, 2), (-3, 1), (7, 1)), BOUNDS)
    forged = KeyShare(shares()[1].binding, 1, shares(other)[1].terms)
    key = combine_key(FUNCTION, [shares()[0], forged, shares()[2]], epoch=EPOCH)

    with pytest.raises(DecryptionError):
        decrypt(key, ciphertexts(), label=MONDAY)


def test_a_share_without_masks_would_open_one_wallet():
    alone = function(WEIGHTS, BOUNDS)
    share, member = shares()[0], seeds(3)[0]
    masks = member.mask_scalars(share.binding, 2)

    def opened(terms):
        key = FunctionalKey(alone, terms)
        nothing = [Ciphertext(c.label_digest, (BASE - BASE,) * 2) for c in ciphertexts()[1:]]
        return decrypt(key, [ciphertexts()[0], *nothing], label=MONDAY)

    d, e = ((term - mask) % ORDER for term, mask in zip(share.terms, masks, strict=True))
    assert opened((d, e)) == expected(WEIGHTS[:1], TABLE[:1])
    with pytest.raises(DecryptionError):
        opened(share.terms)


def test_all_shares_but_one_make_no_key():
    with pytest.raises(ShareError):
        combine_key(FUNCTION, shares()[:2], epoch=EPOCH)
    with pytest.raises(ShareError):
        decrypt(functional_key(), ciphertexts()[:2], label=MONDAY)


def test_a_member_of_another_cohort_hands_over_nothing():
    with pytest.raises(ShareError):
        derive_key_share(KEYS[0], seeds(3, "another cohort")[0], FUNCTION, epoch=EPOCH)


def test_keys_and_functions_of_other_columns_do_not_fit():
    narrow = EncryptionKey(1, b"\x01" * 32)

    with pytest.raises(OutOfRangeError):
        derive_key_share(narrow, seeds(3)[0], FUNCTION, epoch=EPOCH)
    with pytest.raises(OutOfRangeError):
        encrypt((1, 2), narrow, UsedLabels(), label=MONDAY, bounds=BOUNDS)
    short = ciphertexts(((1,),), keys=(narrow,), bounds=(5,))
    with pytest.raises(ProtocolError):
        decrypt(functional_key(), [*short, *ciphertexts()[1:]], label=MONDAY)


@pytest.mark.parametrize("values", [(101, 0), (0, -1001), (1,), (1, 2, 3)])
def test_values_beyond_their_bounds_are_refused(values):
    with pytest.raises(OutOfRangeError):
        encrypt(values, KEYS[0], UsedLabels(), label=MONDAY, bounds=BOUNDS)


def test_a_range_too_large_to_be_searched_is_refused_when_planned():
    with pytest.raises(OutOfRangeError):
        plan(function(((2**30,), (1,)), (2**12,)), epoch=EPOCH)


def test_noise_in_the_key_is_refused_when_planned():
    with pytest.raises(OutOfRangeError):
        plan(function(WEIGHTS, BOUNDS, noise_bound=5), epoch=EPOCH)


def test_noise_is_a_column_of_its_own():
    weights, bounds = [(2, 1)] * 3, (100, 50)
    noisy = function(weights, bounds)
    table = ((10, 7), (20, -9), (30, 1))

    opened = decrypt(functional_key(noisy), ciphertexts(table, bounds=bounds), label=MONDAY)

    assert opened == 2 * 60 + 7 - 9 + 1


@pytest.mark.parametrize(("width", "seed"), [(0, 32), (65_536, 32), (2, 31)])
def test_keys_out_of_form_are_refused(width, seed):
    with pytest.raises((OutOfRangeError, MalformedError)):
        EncryptionKey(width, bytes(seed))


def test_a_drawn_key_stays_out_of_repr():
    key = EncryptionKey.generate(2, stream(b"\x03" * 32, "key"))

    assert repr(key.seed) not in repr(key)
    assert str(shares()[0].terms[0]) not in repr(shares()[0])
    assert str(functional_key().terms[0]) not in repr(functional_key())


# Bytes.


def test_ciphertexts_and_shares_round_trip():
    for ciphertext in ciphertexts():
        assert Ciphertext.decode(ciphertext.encode()) == ciphertext
        assert len(ciphertext.encode()) == 36 + 2 * 33
    for share in shares():
        assert KeyShare.decode(share.encode()) == share
        assert len(share.encode()) == 100


@given(st.binary(max_size=120))
def test_arbitrary_bytes_are_read_or_refused_by_name(raw):
    for kind in (Ciphertext, KeyShare):
        with suppress(MalformedError):
            assert kind.decode(raw).encode() == raw


def test_a_scalar_that_is_not_reduced_is_refused():
    raw = shares()[0].encode()[:-32] + ORDER.to_bytes(32, "big")

    with pytest.raises(MalformedError):
        KeyShare.decode(raw)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_opens_nothing(position, change):
    given_shares, given_texts = shares(), ciphertexts()
    for raw, kind, replaced in (
        (given_shares[0].encode(), KeyShare, given_shares),
        (given_texts[0].encode(), Ciphertext, given_texts),
    ):
        changed = bytearray(raw)
        changed[position % len(raw)] ^= change
        try:
            replaced[0] = kind.decode(bytes(changed))
        except MalformedError:
            continue
        with pytest.raises(CryptoError):
            decrypt(combine_key(FUNCTION, given_shares, epoch=EPOCH), given_texts, label=MONDAY)
        replaced[0] = kind.decode(raw)


@pytest.mark.slow
def test_a_hundred_wallets_open_their_sum_in_a_range_of_2_to_the_32():
    weights = [[at % 50 + 1] for at in range(100)]
    bounds, keys = (2**20,), [EncryptionKey(1, bytes([n]) * 32) for n in range(100)]
    table = [[(-1) ** at * (at * 9999 % 2**20)] for at in range(100)]
    wanted = function(weights, bounds)
    assert 2**31 < wanted.largest < 2**33

    opened = decrypt(functional_key(wanted, keys), ciphertexts(table, keys=keys, bounds=bounds), label=MONDAY)

    assert opened == expected(weights, table)
