"""Any large enough set of shares rebuilds the secret, a smaller one says nothing, hostile ones are named."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE
from crypto.curve import ORDER, hash_to_point
from crypto.errors import MalformedError, OutOfRangeError, ShareError
from crypto.randomness import stream
from crypto.sharing.shamir import (
    MAX_PARTIES,
    Polynomial,
    Share,
    combine_points,
    combine_shares,
    lagrange_coefficients,
    split,
)

RANDOM = stream(b"\x01" * 16, "shares")
secrets = st.integers(0, ORDER - 1)
FIVE = split(1234, threshold=3, parties=5, random=stream(b"\x02" * 16, "five"))


@settings(max_examples=40)
@given(secrets, st.integers(1, 5), st.data())
def test_any_threshold_many_shares_rebuild_the_secret(secret, threshold, data):
    shares = split(secret, threshold=threshold, parties=5, random=RANDOM)
    chosen = data.draw(st.permutations(shares))[: data.draw(st.integers(threshold, 5))]

    assert combine_shares(chosen, threshold=threshold) == secret


@pytest.mark.parametrize("places", list(combinations(range(5), 2)))
def test_fewer_shares_are_refused_and_fit_every_secret(places):
    chosen = [FIVE[place] for place in places]
    # A third share of any value makes a polynomial, and each value another secret.
    polynomials = [Polynomial.through([*chosen, Share(100, value)]) for value in range(20)]

    assert all(polynomial.at(share.party) == share.value for polynomial in polynomials for share in chosen)
    assert len({polynomial.at(0) for polynomial in polynomials}) == 20
    with pytest.raises(ShareError):
        combine_shares(chosen, threshold=3)


@pytest.mark.parametrize("secret", [0, ORDER - 1])
def test_one_share_has_the_same_distribution_for_every_secret(secret):
    random = stream(b"\x03" * 16, "views")
    seen = Counter(split(secret, threshold=2, parties=3, random=random)[1].value >> 252 for _ in range(800))

    # Fifteen degrees of freedom: a chi-square above 37.7 would have probability 0.001.
    assert sum((seen[cell] - 50) ** 2 / 50 for cell in range(16)) < 37.7


@settings(max_examples=30)
@given(secrets, secrets, st.integers(0, ORDER - 1))
def test_shares_are_linear(one, other, factor):
    first = split(one, threshold=2, parties=3, random=RANDOM)
    second = split(other, threshold=2, parties=3, random=RANDOM)
    total = [Share(a.party, (factor * a.value + b.value) % ORDER) for a, b in zip(first, second, strict=True)]

    assert combine_shares(total, threshold=2) == (factor * one + other) % ORDER


@settings(max_examples=20)
@given(secrets, st.sets(st.integers(1, 5), min_size=3))
def test_multiples_of_a_point_interpolate_without_the_secret(secret, chosen):
    point = hash_to_point("interpolation", 0)
    shares = split(secret, threshold=3, parties=5, random=RANDOM)

    points = {share.party: point.multiply(share.value) for share in shares if share.party in chosen}

    assert combine_points(points, threshold=3) == point.multiply(secret)


@pytest.mark.parametrize("wrong", range(5))
def test_a_wrong_share_beside_enough_others_is_noticed(wrong):
    shares = list(FIVE)
    shares[wrong] = Share(shares[wrong].party, shares[wrong].value ^ 1)

    with pytest.raises(ShareError):
        combine_shares(shares, threshold=3)


def test_a_share_that_counts_twice_is_refused():
    with pytest.raises(ShareError):
        combine_shares([FIVE[0], FIVE[1], FIVE[0]], threshold=3)
    with pytest.raises(ShareError):
        combine_shares([FIVE[0], FIVE[1], FIVE[2], FIVE[0]], threshold=3)


@pytest.mark.parametrize("party", [0, -1, 256])
def test_a_party_that_cannot_be_is_refused(party):
    # Party 0 would hold the secret itself.
    stranger = Share(party, Polynomial.through(FIVE[:3]).at(party))

    with pytest.raises(ShareError):
        combine_shares([FIVE[0], FIVE[1], stranger], threshold=3)
    with pytest.raises(ShareError):
        combine_shares([*FIVE[:3], stranger], threshold=3)
    with pytest.raises(ShareError):
        combine_points({1: BASE, party: BASE}, threshold=2)
    with pytest.raises(ShareError):
        lagrange_coefficients([1, party])


def test_too_few_points_are_refused():
    with pytest.raises(ShareError):
        combine_points({1: BASE, 2: BASE}, threshold=3)


@pytest.mark.parametrize(("threshold", "parties"), [(0, 3), (4, 3), (1, 0), (2, MAX_PARTIES + 1)])
def test_a_sharing_that_cannot_be_is_refused(threshold, parties):
    with pytest.raises(OutOfRangeError):
        split(1, threshold=threshold, parties=parties)


@given(st.lists(secrets, min_size=1, max_size=5), st.integers(0, 255))
def test_a_polynomial_is_the_one_through_its_values(coefficients, place):
    polynomial = Polynomial(tuple(coefficients))
    shares = [Share(party, polynomial.at(party)) for party in range(1, len(coefficients) + 1)]

    assert Polynomial.through(shares) == polynomial
    assert polynomial.at(place) == sum(a * place**k for k, a in enumerate(coefficients)) % ORDER


@given(st.integers(1, 255), secrets)
def test_shares_round_trip(party, value):
    raw = Share(party, value).encode()

    assert Share.decode(raw) == Share(party, value)
    assert len(raw) == 34


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        FIVE[0].encode()[:-1],
        FIVE[0].encode() + b"\0",
        b"\x02" + FIVE[0].encode()[1:],
        b"\x01\x00" + FIVE[0].encode()[2:],
        b"\x01\x01" + ORDER.to_bytes(32, "big"),
    ],
    ids=["empty", "short", "long", "version", "party", "not reduced"],
)
def test_bytes_that_are_no_share_are_refused(raw):
    with pytest.raises(MalformedError):
        Share.decode(raw)


@given(st.binary(max_size=40).filter(lambda raw: len(raw) != 34))
def test_arbitrary_bytes_are_no_share(raw):
    with pytest.raises(MalformedError):
        Share.decode(raw)


@given(st.integers(0, 33), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_another_share(place, change):
    changed = bytearray(FIVE[0].encode())
    changed[place] ^= change

    try:
        other = Share.decode(bytes(changed))
    except MalformedError:
        return
    assert other != FIVE[0]
    assert other.encode() == bytes(changed)


def test_no_secret_stands_in_the_representation():
    assert repr(Share(3, 987654321)) == "Share(party=3)"
    assert repr(Polynomial((987654321,))) == "Polynomial()"
