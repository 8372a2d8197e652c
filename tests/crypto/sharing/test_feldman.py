"""A dealer is bound to one polynomial, and each party finds out whether its share lies on it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import multiply_base
from crypto.curve import ORDER
from crypto.errors import CommitmentError, MalformedError
from crypto.randomness import stream
from crypto.sharing.feldman import (
    SECOND_BASE,
    Commitments,
    commit,
    commit_hiding,
    verify_hidden_share,
    verify_share,
)
from crypto.sharing.shamir import Polynomial, Share, combine_points

RANDOM = stream(b"\x01" * 16, "dealer")
POLYNOMIAL = Polynomial.draw(42, 3, RANDOM)
BLINDING = Polynomial.draw(7, 3, RANDOM)
OPEN, HIDDEN = commit(POLYNOMIAL), commit_hiding(POLYNOMIAL, BLINDING)
parties = st.integers(1, 255)


def share_of(polynomial, party):
    return Share(party, polynomial.at(party))


@settings(max_examples=20)
@given(parties)
def test_every_right_share_is_accepted(party):
    share, blinding = share_of(POLYNOMIAL, party), share_of(BLINDING, party)

    assert verify_share(share, OPEN) == share
    assert verify_hidden_share(share, blinding, HIDDEN) == share


@settings(max_examples=20)
@given(parties, st.integers(1, ORDER - 1))
def test_every_wrong_share_is_refused_by_its_party(party, difference):
    share, blinding = share_of(POLYNOMIAL, party), share_of(BLINDING, party)
    wrong = replace(share, value=(share.value + difference) % ORDER)

    with pytest.raises(CommitmentError, match=f"party {party}"):
        verify_share(wrong, OPEN)
    with pytest.raises(CommitmentError, match=f"party {party}"):
        verify_hidden_share(wrong, blinding, HIDDEN)
    with pytest.raises(CommitmentError):
        verify_hidden_share(share, replace(blinding, value=(blinding.value - difference) % ORDER), HIDDEN)


def test_the_share_of_another_party_is_refused():
    share = share_of(POLYNOMIAL, 3)

    with pytest.raises(CommitmentError):
        verify_share(replace(share, party=4), OPEN)
    with pytest.raises(CommitmentError):
        verify_hidden_share(share, replace(share_of(BLINDING, 3), party=4), HIDDEN)


def test_the_commitment_at_a_place_is_that_of_the_value():
    assert OPEN.at(0) == multiply_base(42)
    for place in (1, 2, 255):
        assert OPEN.at(place) == multiply_base(POLYNOMIAL.at(place))


def test_commitments_at_parties_interpolate_to_that_of_the_secret():
    assert combine_points({party: OPEN.at(party) for party in (2, 5, 9)}, threshold=3) == multiply_base(42)


def test_the_sum_of_dealings_is_a_dealing_of_the_sum():
    other = Polynomial.draw(58, 3, RANDOM)
    total = Share(4, (POLYNOMIAL.at(4) + other.at(4)) % ORDER)

    assert verify_share(total, OPEN + commit(other)) == total
    assert (OPEN + commit(other)).at(0) == multiply_base(100)


def test_dealings_of_different_degrees_do_not_add_up():
    with pytest.raises(CommitmentError, match="expected commitments to 3 coefficients, got 2"):
        _ = OPEN + commit(Polynomial.draw(1, 2, RANDOM))


def test_a_hiding_commitment_is_blinded_by_the_second_base():
    first = commit_hiding(Polynomial((1,)), Polynomial((5,)))

    assert first.points[0] == multiply_base(1) + SECOND_BASE.multiply(5)
    assert first != commit_hiding(Polynomial((1,)), Polynomial((6,)))


@pytest.mark.parametrize("threshold", [1, 2, 255])
def test_commitments_round_trip(threshold):
    made = commit(Polynomial.draw(3, threshold, RANDOM))
    raw = made.encode()

    assert Commitments.decode(raw, threshold=threshold) == made
    assert len(raw) == 2 + 33 * threshold


RAW = OPEN.encode()


@pytest.mark.parametrize(
    "raw",
    [b"", RAW[:-1], RAW + b"\0", b"\x02" + RAW[1:], b"\x01\x02" + RAW[2:], RAW[:2] + bytes(33) + RAW[35:]],
    ids=["empty", "short", "long", "version", "coefficients", "infinity"],
)
def test_bytes_that_are_no_commitments_are_refused(raw):
    with pytest.raises(MalformedError):
        Commitments.decode(raw, threshold=3)


def test_another_number_of_coefficients_is_refused():
    # A dealer of a higher degree could give shares that no threshold many parties agree on.
    with pytest.raises(MalformedError):
        Commitments.decode(commit(Polynomial.draw(3, 4, RANDOM)).encode(), threshold=3)


@given(st.binary(max_size=110))
def test_arbitrary_bytes_are_no_commitments(raw):
    with pytest.raises(MalformedError):
        Commitments.decode(raw, threshold=3)


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_other_commitments(place, change):
    changed = bytearray(RAW)
    changed[place] ^= change

    try:
        other = Commitments.decode(bytes(changed), threshold=3)
    except MalformedError:
        return
    assert other.encode() == bytes(changed)
    with pytest.raises(CommitmentError):
        verify_share(share_of(POLYNOMIAL, 1), other)
