"""A contribution that does not hold what was signed is refused, whatever is changed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE
from crypto.curve import INFINITY
from crypto.elgamal.ciphertext import Bin, Ciphertext, encrypt, rerandomize
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.linked import elgamal_link
from crypto.linked.elgamal_link import (
    LinkedContribution,
    claim_of,
    encrypt_linked,
    prove_linked,
    verify_linked,
)
from crypto.linked.preimage import Claim, holds, prove
from crypto.linked.proof import Proof
from crypto.linked.statement import witness_of
from tests.crypto.linked.elgamal_links import HERS, KEY, LINKED, OTHER, PROOF, refused
from tests.crypto.linked.records import (
    CHOSEN,
    CONTEXT,
    RANDOM,
    TERMS,
    VALUES,
    record,
    terms,
)

SENT = LINKED.ciphertext.encode()


def with_bins(*bins):
    return replace(LINKED, ciphertext=replace(LINKED.ciphertext, bins=bins))


def cheat(values, claimed=None, opening=HERS, under=TERMS):
    """Encrypt some values and prove, as the honest prover without its checks, that they are the record's.

    `claimed` are the values that the liar puts into the proof, those of the opening unless told.
    """
    encryption = encrypt(KEY, values, RANDOM)
    statement, weights = elgamal_link._state(KEY, opening.commitment, encryption.ciphertext, under)
    mask = sum(weight * one for weight, one in zip(weights, encryption.masks, strict=True))
    proof = prove(statement, witness_of(opening.blinding, tuple(claimed or opening.values), mask), RANDOM)
    return LinkedContribution(under, opening.commitment, encryption.ciphertext, proof)


@pytest.mark.parametrize("place", range(len(CHOSEN)))
@pytest.mark.parametrize("step", [1, -1, 2**40])
def test_one_column_that_is_off_is_refused(place, step):
    values = [VALUES[column] for column in CHOSEN]
    values[place] += step

    assert refused(cheat(values))
    # Telling the truth about the ciphertext does not help: then the commitment does not open.
    claimed = list(VALUES)
    claimed[CHOSEN[place]] += step
    assert refused(cheat(values, claimed))


def test_the_cheating_prover_would_pass_if_it_told_the_truth():
    told = cheat([VALUES[column] for column in CHOSEN])

    assert verify_linked(KEY, told, RANDOM) == told.ciphertext


def test_another_record_is_refused():
    other = record((8, *VALUES[1:]))

    assert refused(replace(LINKED, commitment=other.commitment))
    assert refused(cheat((8, 1, 0), other.values))
    # Her record with another blinding is another commitment as well.
    assert refused(replace(LINKED, commitment=record().commitment))


def test_columns_cannot_change_places():
    swapped = (VALUES[2], VALUES[0], VALUES[3])

    assert refused(cheat(swapped))
    bins = LINKED.ciphertext.bins
    assert refused(with_bins(bins[1], bins[0], bins[2]))


def test_other_columns_than_those_asked_for_are_refused():
    assert refused(replace(LINKED, terms=terms(chosen=(0, 2, 4))))
    assert refused(replace(LINKED, terms=terms(chosen=(0, 2))))
    # Columns 1 and 3 hold the same number, and even so the proof is about one of them.
    assert VALUES[1] == VALUES[3]
    assert refused(replace(LINKED, terms=terms(chosen=(0, 1, 2))))


def test_bins_can_be_neither_added_nor_left_out():
    bins = LINKED.ciphertext.bins

    assert refused(with_bins(*bins[:2]))
    assert refused(with_bins(*bins, bins[0]))


def test_a_ciphertext_that_was_added_to_is_refused():
    first, *rest = LINKED.ciphertext.bins

    assert refused(with_bins(Bin(first.mask, first.masked + BASE), *rest))
    assert refused(with_bins(Bin(first.mask + BASE, first.masked + KEY.point), *rest))


@pytest.mark.parametrize(
    "other",
    [
        replace(TERMS, context=replace(CONTEXT, consent="consent 2")),
        replace(TERMS, context=replace(CONTEXT, dataset="test/2")),
        replace(TERMS, context=replace(CONTEXT, schema="schema 2")),
        replace(TERMS, domain="argonauta/test/2"),
        replace(TERMS, columns=TERMS.columns + 1),
    ],
    ids=["consent", "data set", "schema", "domain", "columns"],
)
def test_a_proof_replayed_under_other_terms_is_refused(other):
    assert refused(replace(LINKED, terms=other))


def test_a_proof_for_another_key_is_refused():
    theirs = encrypt_linked(OTHER, HERS, TERMS, RANDOM)

    assert refused(theirs)
    assert refused(replace(theirs, ciphertext=replace(theirs.ciphertext, key_id=KEY.key_id)))
    # The same point held by fewer parties is another key.
    fewer = replace(KEY, parties=2)
    assert refused(encrypt_linked(fewer, HERS, TERMS, RANDOM))


def test_a_ciphertext_under_the_name_of_another_key_is_refused_though_its_proof_holds():
    encryption = encrypt(KEY, (7, 1, 0), RANDOM)
    renamed = replace(encryption.ciphertext, key_id=OTHER.key_id)
    statement, weights = elgamal_link._state(KEY, HERS.commitment, renamed, TERMS)
    mask = sum(map(int.__mul__, weights, encryption.masks))
    proof = prove(statement, witness_of(HERS.blinding, VALUES, mask), RANDOM)

    assert holds([Claim(statement, proof)], RANDOM)
    assert refused(LinkedContribution(TERMS, HERS.commitment, renamed, proof))


def test_the_ciphertext_of_another_person_has_no_proof_even_for_equal_records():
    hers, his = LINKED, encrypt_linked(KEY, record(), terms("consent 2"), RANDOM)
    copied = rerandomize(KEY, hers.ciphertext, RANDOM)

    for ciphertext in (hers.ciphertext, copied):
        assert refused(replace(his, ciphertext=ciphertext))
    # With all of her proof, but his consent or commitment.
    assert refused(replace(hers, terms=his.terms))
    assert refused(replace(hers, commitment=his.commitment))


def test_infinity_is_no_part_of_a_contribution():
    first, *rest = LINKED.ciphertext.bins

    assert refused(with_bins(Bin(INFINITY, first.masked), *rest))
    assert refused(with_bins(Bin(first.mask, INFINITY), *rest))
    assert refused(replace(LINKED, commitment=INFINITY))
    points = (INFINITY, *LINKED.proof.commitments[1:])
    assert refused(replace(LINKED, proof=replace(LINKED.proof, commitments=points)))
    # Not even as the honest encryption of nothing with the mask 0.
    assert claim_of(KEY, with_bins(Bin(INFINITY, BASE), *rest)) is None


def test_a_proof_of_another_shape_is_refused():
    proof = LINKED.proof

    assert refused(replace(LINKED, proof=replace(proof, responses=proof.responses[:-1])))
    assert refused(replace(LINKED, proof=replace(proof, responses=(*proof.responses, 0))))
    assert refused(replace(LINKED, proof=replace(proof, commitments=proof.commitments[:2])))


@settings(max_examples=50)
@given(st.integers(0, len(PROOF) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_proof_is_refused(place, change):
    changed = bytearray(PROOF)
    changed[place] ^= change

    with pytest.raises((MalformedError, ProofError)):
        verify_linked(KEY, replace(LINKED, proof=Proof.decode(bytes(changed))), RANDOM)


@settings(max_examples=40)
@given(st.integers(0, len(SENT) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_ciphertext_is_refused(place, change):
    changed = bytearray(SENT)
    changed[place] ^= change

    with pytest.raises((MalformedError, ProofError)):
        verify_linked(KEY, replace(LINKED, ciphertext=Ciphertext.decode(bytes(changed))), RANDOM)


# What an honest prover refuses.
def test_an_honest_prover_refuses_to_lie():
    encryption = encrypt(KEY, (8, 1, 0), RANDOM)
    with pytest.raises(OutOfRangeError, match="does not hold the chosen columns"):
        prove_linked(KEY, HERS, encryption, TERMS, RANDOM)


def test_a_record_of_another_length_is_refused():
    with pytest.raises(OutOfRangeError, match="expected a record of 6 columns, got 5"):
        encrypt_linked(KEY, record(VALUES[:5]), TERMS, RANDOM)


def test_a_ciphertext_of_another_key_is_refused_by_the_prover():
    with pytest.raises(OutOfRangeError, match="another key"):
        prove_linked(KEY, HERS, encrypt(OTHER, (7, 1, 0), RANDOM), TERMS, RANDOM)


def test_what_the_prover_knows_is_not_in_what_it_sends():
    encryption = encrypt(KEY, (7, 1, 0), RANDOM)
    linked = prove_linked(KEY, HERS, encryption, TERMS, RANDOM)

    sent = linked.ciphertext.encode() + linked.proof.encode()
    secrets = (HERS.blinding, *encryption.masks)
    assert not any(secret.to_bytes(32, "big") in sent for secret in secrets)
    assert not any(str(secret) in repr((linked, HERS)) for secret in secrets)
