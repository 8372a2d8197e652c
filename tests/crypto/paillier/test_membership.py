"""A proof convinces of one of the candidates, of nothing else, and tells not which."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, MalformedError, OutOfRangeError, ProofError
from crypto.paillier import membership_check
from crypto.paillier.encryption import Encryptor
from crypto.paillier.membership import MembershipProof, Statement, proof_bytes, prove
from crypto.paillier.membership_check import verify, wrong_proofs
from crypto.randomness import stream
from tests.crypto.paillier.keyring import BOTH, DJN, SUBGROUP

CANDIDATES = (0, 1, 2**70, 12345)
CONTEXT = b"who and for what"
RANDOM = stream(b"\x01" * 16, "proofs")
ENCRYPTOR = Encryptor(SUBGROUP.public, expected=1000)


def proved(place: int, *, encryptor: Encryptor = ENCRYPTOR) -> tuple[Statement, MembershipProof]:
    opened = encryptor.encrypt_opened(CANDIDATES[place], RANDOM)
    statement = Statement(opened.ciphertext, CANDIDATES, CONTEXT)
    return statement, prove(statement, place, opened.exponent, encryptor, RANDOM)


STATEMENT, PROOF = proved(2)


@pytest.mark.parametrize("key", BOTH, ids=["subgroup", "djn"])
@pytest.mark.parametrize("place", range(4))
def test_a_proof_for_each_candidate_holds(key, place):
    statement, proof = proved(place, encryptor=Encryptor(key.public, expected=1000))

    assert verify(statement, proof) == statement.ciphertext
    assert MembershipProof.decode(proof.encode(), key.public, 4) == proof


def test_each_branch_fulfils_its_equation_by_itself():
    """The equation of the module, without the squares and the random combination of the verifier."""
    n = int(SUBGROUP.public.n)
    c = int(STATEMENT.ciphertext.to_integer())
    for candidate, branch in zip(CANDIDATES, PROOF.branches, strict=True):
        residue = c * (1 - candidate * n) % n**2
        left = pow(int(SUBGROUP.public.hs), branch.response, n**2)
        right = int(branch.commitment.to_integer()) * pow(residue, branch.challenge, n**2) % n**2
        assert left == right


@settings(max_examples=20)
@given(st.integers(0, 2**80))
def test_no_other_plaintext_passes(plaintext):
    opened = ENCRYPTOR.encrypt_opened(plaintext, RANDOM)
    statement = Statement(opened.ciphertext, CANDIDATES, CONTEXT)
    if plaintext in CANDIDATES:
        return

    for place in range(4):
        with pytest.raises(OutOfRangeError):
            prove(statement, place, opened.exponent, ENCRYPTOR, RANDOM)
    with pytest.raises(ProofError):
        verify(statement, PROOF)


def test_a_cheat_that_answers_a_false_branch_as_if_it_were_true_fails():
    """Runs the prover with the plaintext's check taken out."""
    opened = ENCRYPTOR.encrypt_opened(5, RANDOM)
    honest = Statement(opened.ciphertext, (*CANDIDATES, 5), CONTEXT)
    proof = prove(honest, 4, opened.exponent, ENCRYPTOR, RANDOM)

    for branches in (proof.branches[:4], proof.branches[1:]):
        with pytest.raises(ProofError):
            verify(Statement(opened.ciphertext, CANDIDATES, CONTEXT), MembershipProof(branches))


def test_a_proof_holds_in_its_context_for_its_ciphertext_and_candidates_only():
    blinded_anew = ENCRYPTOR.rerandomize(STATEMENT.ciphertext)
    others = (
        replace(STATEMENT, context=b"another"),
        replace(STATEMENT, candidates=(0, 1, 2**70, 12346)),
        replace(STATEMENT, candidates=(0, 1, 2**70)),
        replace(STATEMENT, candidates=(1, 0, 2**70, 12345)),
        replace(STATEMENT, ciphertext=blinded_anew),
    )

    for other in others:
        with pytest.raises(ProofError):
            verify(other, PROOF)


def test_a_batch_names_all_proofs_that_do_not_hold():
    batch = [proved(place % 4) for place in range(9)]
    batch[1] = (batch[0][0], batch[1][1])
    batch[6] = (replace(batch[6][0], context=b"another"), batch[6][1])
    response = batch[8][1].branches[3]
    changed = (*batch[8][1].branches[:3], response._replace(response=response.response + 1))
    batch[8] = (batch[8][0], MembershipProof(changed))

    assert wrong_proofs(batch) == (1, 6, 8)
    assert wrong_proofs([pair for place, pair in enumerate(batch) if place not in (1, 6, 8)]) == ()


def test_errors_of_two_proofs_do_not_cancel():
    """Without random coefficients, +1 in one response and -1 in another would."""
    first, second = proved(0), proved(1)
    up, down = (pair[1].branches[0] for pair in (first, second))
    lies = (up._replace(response=up.response + 1), down._replace(response=down.response - 1))
    batch = [
        (statement, MembershipProof((lie, *proof.branches[1:])))
        for (statement, proof), lie in zip((first, second), lies, strict=True)
    ]

    assert wrong_proofs(batch) == (0, 1)


def test_the_empty_batch_holds():
    assert wrong_proofs([]) == ()


def test_a_batch_is_under_one_key():
    other = proved(0, encryptor=Encryptor(DJN.public))

    with pytest.raises(OutOfRangeError):
        wrong_proofs([(STATEMENT, PROOF), other])


def test_true_and_simulated_branches_look_alike():
    """Whichever candidate is true, challenges and responses have the same lengths in every branch."""
    for place in range(4):
        proofs = [proved(place)[1] for _ in range(30)]
        for branch in range(4):
            ones = sum(proof.branches[branch].challenge.bit_count() for proof in proofs) / 30
            longest = max(proof.branches[branch].response.bit_length() for proof in proofs)
            mask_bits = SUBGROUP.public.exponent_bits + 208
            assert 56 < ones < 72
            assert mask_bits - 10 < longest <= mask_bits + 1


@pytest.mark.parametrize("place", [-1, 4])
def test_a_place_that_is_no_candidate_is_refused(place):
    with pytest.raises(OutOfRangeError):
        prove(STATEMENT, place, 1, ENCRYPTOR)


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_no_proof(raw):
    with pytest.raises(MalformedError):
        MembershipProof.decode(raw, SUBGROUP.public, 4)


@settings(max_examples=60)
@given(st.integers(0, proof_bytes(SUBGROUP.public, 4) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(place, change):
    raw = bytearray(PROOF.encode())
    raw[place] ^= change

    with pytest.raises(CryptoError):
        verify(STATEMENT, MembershipProof.decode(bytes(raw), SUBGROUP.public, 4))


def test_a_batch_full_of_lies_costs_a_bounded_multiple_of_one_check(monkeypatch):
    checked = []

    def never(lies, _random) -> bool:
        checked.append(len(lies))
        return False

    monkeypatch.setattr(membership_check, "_holds", never)

    assert wrong_proofs([(STATEMENT, PROOF)] * 256) == tuple(range(256))
    assert checked[0] == 256
    # The first check, three times that for halving, and each by itself.
    assert sum(checked) <= 5 * 256
