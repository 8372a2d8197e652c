"""A node can only add what it knows: the attack without the proof, and what the proof refuses."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.curve import combine
from crypto.elgamal.ciphertext import Bin, Ciphertext, add, encrypt, rerandomize
from crypto.elgamal.decryption import decrypt, decrypt_partially
from crypto.linked.proof import Proof
from marketplace.mpc_node.aggregation.known_noise import PROOF_BYTES, is_known, prove_known
from tests.marketplace.mpc_node.aggregation.joint import shares_of
from tests.marketplace.mpc_node.parties import random_of

KEY = shares_of()[0].public
CONTEXT = bytes(33)
NOISE = encrypt(KEY, [3, -4, 0], random_of("noise"))
PROOF = prove_known(KEY, NOISE, CONTEXT, random_of("proof"))
PEOPLE = [encrypt(KEY, [number], random_of(f"person {number}")).ciphertext for number in (11, 22, 33)]


def _times(ciphertext, factor):
    """A multiple of what is encrypted, by whoever cannot decrypt."""

    def many(point):
        return combine(point.multiply_public(1 << bit) for bit in range(64) if factor >> bit & 1)

    return Ciphertext(
        ciphertext.key_id, tuple(Bin(many(one.mask), many(one.masked)) for one in ciphertext.bins)
    )


def test_without_the_proof_a_node_could_let_the_buyer_read_one_person():
    """The whole attack on the naive protocol: her record, times 2^20, in the place of noise."""
    planted = rerandomize(KEY, _times(PEOPLE[1], 1 << 20), random_of("hide"))
    total = add((*PEOPLE, planted, encrypt(KEY, [-7], random_of("honest noise")).ciphertext))

    partials = [decrypt_partially(share, total) for share in shares_of()[:2]]
    (opened,) = decrypt(KEY, total, partials, low=0, high=2**30)

    assert opened >> 20 == 22


def test_what_a_node_encrypted_it_can_prove_to_know():
    assert is_known(KEY, NOISE.ciphertext, PROOF, CONTEXT)
    assert len(PROOF.encode()) == PROOF_BYTES


def test_what_was_made_of_somebody_elses_ciphertext_it_cannot():
    planted = rerandomize(KEY, _times(PEOPLE[1], 1 << 20), random_of("hide"))
    own = encrypt(KEY, [0], random_of("own"))
    guess = replace(own, ciphertext=planted, values=(22 << 20,))

    for claimed in (replace(own, ciphertext=planted), guess):
        proof = prove_known(KEY, claimed, CONTEXT, random_of("lie"))
        assert not is_known(KEY, planted, proof, CONTEXT)


@pytest.mark.parametrize("context", [bytes(32) + b"\x01", bytes([1]) + bytes(32), b""])
def test_a_proof_is_for_one_run_and_role(context):
    assert not is_known(KEY, NOISE.ciphertext, PROOF, context)


def test_a_proof_is_for_one_ciphertext_and_key():
    other = encrypt(KEY, [3, -4, 0], random_of("other")).ciphertext
    stranger = shares_of("another key")[0].public

    assert not is_known(KEY, other, PROOF, CONTEXT)
    assert not is_known(stranger, NOISE.ciphertext, PROOF, CONTEXT)


def test_errors_in_two_bins_do_not_cancel():
    first, second, third = NOISE.ciphertext.bins
    moved = (
        Bin(first.mask, first.masked + third.mask),
        Bin(second.mask, second.masked - third.mask),
        third,
    )

    assert not is_known(KEY, replace(NOISE.ciphertext, bins=moved), PROOF, CONTEXT)


@settings(max_examples=30, deadline=None)
@given(st.integers(4, PROOF_BYTES - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_proof_is_refused(place, change):
    raw = bytearray(PROOF.encode())
    raw[place] ^= change

    try:
        other = Proof.decode(bytes(raw))
    except ValueError:
        return
    assert not is_known(KEY, NOISE.ciphertext, other, CONTEXT)


def test_the_proof_does_not_repeat_itself_where_randomness_is_good():
    again = prove_known(KEY, NOISE, CONTEXT, random_of("another proof"))

    assert again != PROOF
    assert is_known(KEY, NOISE.ciphertext, again, CONTEXT)
