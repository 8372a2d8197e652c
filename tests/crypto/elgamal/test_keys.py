"""A threshold key is what its bytes say, and a share belongs to it or not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.base_point import multiply_base
from crypto.elgamal.keys import KeyShare, PublicKey
from crypto.errors import CommitmentError, MalformedError, OutOfRangeError
from crypto.sharing.feldman import Commitments
from crypto.sharing.shamir import Share, combine_points
from tests.crypto.elgamal.parties import key_shares

SHARES = key_shares(5, 3)
KEY = SHARES[0].public
RAW = KEY.encode()


def test_keys_round_trip():
    assert PublicKey.decode(RAW) == KEY
    assert PublicKey.decode(RAW).key_id == KEY.key_id
    assert len(RAW) == 4 + 3 * 33


def test_the_points_of_any_threshold_many_parties_interpolate_to_the_key():
    points = dict(enumerate(KEY.party_points, start=1))

    assert combine_points({party: points[party] for party in (2, 3, 5)}, threshold=3) == KEY.point
    assert points[4] == multiply_base(SHARES[3].share.value)


def test_keys_with_other_parties_have_another_name():
    assert KEY.key_id != replace(KEY, parties=4).key_id
    assert KEY.key_id != key_shares(5, 3, "another")[0].public.key_id


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        RAW[:3],
        RAW[:-1],
        RAW + b"\0",
        b"\x02" + RAW[1:],
        RAW[:1] + b"\x02" + RAW[2:],
        RAW[:3] + b"\x00" + RAW[4:],
        RAW[:4] + bytes(33) + RAW[37:],
    ],
    ids=["empty", "head", "short", "long", "version", "fewer than threshold", "no threshold", "infinity"],
)
def test_bytes_that_are_no_key_are_refused(raw):
    with pytest.raises(MalformedError):
        PublicKey.decode(raw)


@given(st.binary(max_size=120).filter(lambda raw: raw != RAW))
def test_arbitrary_bytes_are_no_key(raw):
    with pytest.raises(MalformedError):
        PublicKey.decode(raw)


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_another_key(place, change):
    changed = bytearray(RAW)
    changed[place] ^= change

    try:
        other = PublicKey.decode(bytes(changed))
    except MalformedError:
        return
    assert other.encode() == bytes(changed)
    assert other.key_id != KEY.key_id


def test_a_share_that_does_not_belong_to_the_key_is_refused():
    assert SHARES[1].verify() is SHARES[1]

    with pytest.raises(CommitmentError):
        replace(SHARES[1], share=Share(2, SHARES[1].share.value ^ 1)).verify()
    with pytest.raises(CommitmentError):
        replace(SHARES[1], share=Share(3, SHARES[1].share.value)).verify()


@pytest.mark.parametrize("party", [0, 6])
def test_a_share_of_no_party_is_refused(party):
    with pytest.raises(OutOfRangeError):
        KeyShare(KEY, Share(party, 1))


def test_a_key_of_fewer_parties_than_its_threshold_is_refused():
    with pytest.raises(OutOfRangeError):
        PublicKey(KEY.commitments, 2)
    with pytest.raises(OutOfRangeError):
        PublicKey(Commitments(()), 2)


def test_no_secret_stands_in_the_representation():
    assert str(SHARES[0].share.value) not in repr(SHARES[0])
