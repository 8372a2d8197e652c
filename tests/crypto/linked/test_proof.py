"""Proofs have one form, and whatever is not of it is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.curve import ORDER
from crypto.errors import MalformedError
from crypto.linked.elgamal_link import encrypt_linked
from crypto.linked.proof import Proof, challenge_of
from tests.crypto.linked.records import RANDOM, TERMS, VALUES, record, threshold_key

PROOF = encrypt_linked(threshold_key(), record(), TERMS, RANDOM).proof
RAW = PROOF.encode()


def test_a_proof_round_trips_in_32_bytes_a_column_however_many_are_chosen():
    assert Proof.decode(RAW) == PROOF
    assert len(RAW) == 4 + 3 * 33 + (len(VALUES) + 2) * 32


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        RAW[:3],
        RAW[:4],
        RAW[:-1],
        RAW + b"\0",
        b"\x02" + RAW[1:],
        RAW[:1] + b"\0" + RAW[2:4] + RAW[4 + 99 :],
        RAW[:2] + b"\0\0" + RAW[4 : 4 + 99],
        RAW[:2] + b"\xff\xff" + RAW[4:],
        RAW[:4] + bytes(33) + RAW[37:],
        RAW[:4] + b"\x02" + bytes(31) + b"\x05" + RAW[37:],
        RAW[:-32] + ORDER.to_bytes(32, "big"),
    ],
    ids=[
        "empty",
        "shorter than a head",
        "head",
        "short",
        "long",
        "version",
        "no commitment",
        "no response",
        "many responses",
        "infinity",
        "not on the curve",
        "not reduced",
    ],
)
def test_bytes_that_are_no_proof_are_refused(raw):
    with pytest.raises(MalformedError):
        Proof.decode(raw)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_no_proof(raw):
    with pytest.raises(MalformedError):
        Proof.decode(raw)


@given(st.integers(0, 255), st.integers(0, 3), st.integers(0, 4), st.randoms(use_true_random=False))
def test_bytes_of_a_fitting_length_are_a_proof_only_if_they_are_its_one_form(first, points, scalars, drawn):
    body = bytes(drawn.getrandbits(8) for _ in range(33 * points + 32 * scalars))
    raw = bytes((first, points)) + scalars.to_bytes(2, "big") + body

    try:
        decoded = Proof.decode(raw)
    except MalformedError:
        return

    assert decoded.encode() == raw


def test_the_challenge_depends_on_the_statement_and_on_every_commitment():
    digest = b"\x01" * 32
    first, second, third = PROOF.commitments

    challenges = {
        challenge_of(digest, PROOF.commitments),
        challenge_of(b"\x02" * 32, PROOF.commitments),
        challenge_of(digest, (second, first, third)),
        challenge_of(digest, (first, second)),
        challenge_of(digest, (first, second, -third)),
    }

    assert len(challenges) == 5
    assert all(0 <= challenge < 1 << 128 for challenge in challenges)


@settings(max_examples=20)
@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_changed_byte_gives_another_proof_or_none(place, change):
    changed = bytearray(RAW)
    changed[place] ^= change

    try:
        decoded = Proof.decode(bytes(changed))
    except MalformedError:
        return

    assert decoded != PROOF
