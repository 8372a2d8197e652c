"""A record for weighted scores holds what was signed, and its function key says what it is."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, random_scalar
from crypto.curve import INFINITY, ORDER
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.functional.als16_batch import Encryptor
from crypto.functional.als16_wire import decode_ciphertext, encode_ciphertext
from crypto.linked import als16_link, elgamal_link
from crypto.linked.als16_link import (
    claim_of,
    encrypt_linked,
    find_wrong,
    verify_all_linked,
    verify_function_key,
    verify_linked,
)
from crypto.linked.preimage import Claim, holds, prove
from crypto.linked.search import find_wrong_claims
from crypto.linked.statement import Terms, witness_of
from crypto.randomness import stream
from tests.crypto.linked.records import (
    CHOSEN,
    CONTEXT,
    DOMAIN,
    RANDOM,
    TERMS,
    VALUES,
    owner,
    record,
    terms,
)

OWNER, OTHER = owner(), owner(seed=b"\x53")
PUBLIC = OWNER.public
HERS = record()
LINKED = encrypt_linked(PUBLIC, HERS, TERMS, RANDOM)
SENT = encode_ciphertext(LINKED.ciphertext)
WEIGHTS = (3, -2, 5)


def refused(linked, public=PUBLIC):
    with pytest.raises(ProofError, match="ciphertexts that do not hold what was signed: 0"):
        verify_linked(public, linked, RANDOM)
    return True


def changed(**parts):
    return replace(LINKED, ciphertext=replace(LINKED.ciphertext, **parts))


def cheat(values, claimed=VALUES):
    """Encrypt some values and prove as the honest prover does that they are the record's."""
    seed = RANDOM(32)
    ciphertext = PUBLIC.encrypt(values, stream(seed, "lie"))
    mask = random_scalar(stream(seed, "lie"))
    statement = als16_link._state(PUBLIC, HERS.commitment, ciphertext, TERMS)
    proof = prove(statement, witness_of(HERS.blinding, tuple(claimed), mask), RANDOM)
    return replace(LINKED, ciphertext=ciphertext, proof=proof)


@settings(max_examples=15)
@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=5), st.data())
def test_every_choice_of_columns_of_every_record_is_proved(values, data):
    chosen = tuple(sorted(data.draw(st.sets(st.sampled_from(range(len(values))), min_size=1))))
    public = owner(len(chosen)).public
    under = Terms(CONTEXT, DOMAIN, len(values), chosen)

    linked = encrypt_linked(public, record(tuple(values)), under, RANDOM)

    assert verify_linked(public, linked, RANDOM) == linked.ciphertext


def test_a_whole_record_is_proved_and_its_score_is_that_of_the_record():
    whole, weights = owner(len(VALUES)), (1, 2, 3, 4, -5, 0)
    under = terms(chosen=tuple(range(len(VALUES))))
    sent = encrypt_linked(whole.public, HERS, under, RANDOM)
    key = verify_function_key(whole.public, whole.derive_key(weights))

    score = key.decrypt(verify_linked(whole.public, sent, RANDOM), bound=10_000)

    assert score == sum(map(int.__mul__, VALUES, weights))


@pytest.mark.parametrize("by", [OWNER.owner_encrypt, Encryptor(PUBLIC).encrypt], ids=["owner", "tables"])
def test_every_way_to_encrypt_is_proved(by):
    linked = encrypt_linked(PUBLIC, HERS, TERMS, RANDOM, by=by)

    assert verify_linked(PUBLIC, linked, RANDOM) == linked.ciphertext


@pytest.mark.slow
def test_a_record_of_real_size_is_proved():
    columns, chosen = 100, tuple(range(100))
    public, opening = owner(100).public, record(tuple(range(100)))
    linked = encrypt_linked(public, opening, Terms(CONTEXT, DOMAIN, columns, chosen), RANDOM)

    assert verify_linked(public, linked, RANDOM) == linked.ciphertext


@pytest.mark.parametrize("values", [(0,) * 6, (0, 0, 1, 0, 0, 0)])
def test_columns_of_zeros_are_proved_like_any_other(values):
    linked = encrypt_linked(PUBLIC, record(values), TERMS, RANDOM)

    assert verify_linked(PUBLIC, linked, RANDOM) == linked.ciphertext
    assert INFINITY not in (linked.commitment, *linked.ciphertext.values, *linked.proof.commitments)


def test_a_value_that_is_off_by_the_group_order_is_the_same_value():
    told = cheat((7, 1, 0), (VALUES[0] + ORDER, *VALUES[1:]))

    assert verify_linked(PUBLIC, told, RANDOM) == told.ciphertext


@pytest.mark.parametrize("values", [(8, 1, 0), (7, 0, 0), (7, 1, 1), (1, 7, 0), (6, 2, 0)])
def test_values_that_were_not_signed_are_refused(values):
    assert refused(cheat(values))
    claimed = list(VALUES)
    for column, value in zip(CHOSEN, values, strict=True):
        claimed[column] = value
    assert refused(cheat(values, claimed))


def test_every_point_of_the_ciphertext_counts():
    ciphertext = LINKED.ciphertext
    first, second, third = ciphertext.values

    assert refused(changed(mask=ciphertext.mask + BASE))
    assert refused(changed(second_mask=ciphertext.second_mask + BASE))
    assert refused(changed(values=(first + BASE, second, third)))
    assert refused(changed(values=(second, first, third)))
    assert refused(changed(values=(first + BASE, second - BASE, third)))
    assert refused(changed(values=(first, second)))
    assert refused(changed(values=(first, second, INFINITY)))


def test_masks_that_do_not_belong_together_have_no_proof():
    """A second mask of another r would shift what every key opens; a prover cannot claim both."""
    ciphertext = LINKED.ciphertext
    other = replace(ciphertext, second_mask=ciphertext.second_mask + PUBLIC.h)
    statement = als16_link._state(PUBLIC, HERS.commitment, other, TERMS)

    for mask in (1, 2, 3):
        proof = prove(statement, witness_of(HERS.blinding, VALUES, mask), RANDOM)
        assert refused(replace(LINKED, ciphertext=other, proof=proof))


def test_another_record_another_place_and_other_terms_are_refused():
    assert refused(replace(LINKED, commitment=record().commitment))
    assert refused(replace(LINKED, terms=terms(chosen=(0, 2, 4))))
    assert refused(replace(LINKED, terms=terms("consent 2")))
    assert refused(replace(LINKED, terms=replace(TERMS, domain="argonauta/test/2")))


def test_the_ciphertext_of_another_owner_is_refused():
    theirs = encrypt_linked(OTHER.public, HERS, TERMS, RANDOM)

    assert refused(theirs)
    assert refused(replace(theirs, ciphertext=replace(theirs.ciphertext, key_id=PUBLIC.key_id)))
    assert refused(LINKED, OTHER.public)


def test_a_proof_of_the_other_scheme_is_of_another_statement(monkeypatch):
    assert verify_linked(PUBLIC, LINKED, RANDOM) == LINKED.ciphertext

    monkeypatch.setattr(als16_link, "_SCHEME", elgamal_link._SCHEME)

    assert refused(LINKED)


def test_a_ciphertext_under_the_name_of_another_key_is_refused_though_its_proof_holds():
    seed = RANDOM(32)
    renamed = replace(PUBLIC.encrypt((7, 1, 0), stream(seed, "own")), key_id=OTHER.public.key_id)
    statement = als16_link._state(PUBLIC, HERS.commitment, renamed, TERMS)
    mask = random_scalar(stream(seed, "own"))
    proof = prove(statement, witness_of(HERS.blinding, VALUES, mask), RANDOM)

    assert holds([Claim(statement, proof)], RANDOM)
    assert refused(replace(LINKED, ciphertext=renamed, proof=proof))


def test_a_key_with_other_places_than_columns_were_chosen_is_refused():
    for length in (2, 4):
        public = owner(length).public

        assert refused(changed(key_id=public.key_id), public)


@settings(max_examples=40)
@given(st.integers(0, len(SENT) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_ciphertext_is_refused(place, change):
    raw = bytearray(SENT)
    raw[place] ^= change

    with pytest.raises((MalformedError, ProofError)):
        verify_linked(PUBLIC, replace(LINKED, ciphertext=decode_ciphertext(bytes(raw))), RANDOM)


def test_what_cannot_be_encrypted_is_refused():
    with pytest.raises(OutOfRangeError, match="expected a record of 6 columns, got 2"):
        encrypt_linked(PUBLIC, record((1, 2)), TERMS, RANDOM)
    with pytest.raises(OutOfRangeError, match="expected 4 values, got 3"):
        encrypt_linked(owner(4).public, HERS, TERMS, RANDOM)
    with pytest.raises(OutOfRangeError, match="another key"):
        encrypt_linked(PUBLIC, HERS, TERMS, RANDOM, by=OTHER.owner_encrypt)
    with pytest.raises(OutOfRangeError, match="value 0"):
        encrypt_linked(PUBLIC, record((2**64, *VALUES[1:])), TERMS, RANDOM)


# Batches.

BATCH = [encrypt_linked(PUBLIC, record(), terms(f"consent {n}"), RANDOM) for n in range(7)]


def test_a_batch_under_one_key_passes_and_its_liars_are_named():
    assert verify_all_linked(PUBLIC, BATCH, RANDOM) == tuple(one.ciphertext for one in BATCH)
    assert find_wrong(PUBLIC, [*BATCH, LINKED, replace(LINKED, commitment=BASE)], RANDOM) == (8,)


def test_a_batch_over_many_owners_passes_and_its_liars_are_named():
    owners = [owner(seed=bytes((seed,))).public for seed in range(60, 64)]
    sent = [encrypt_linked(public, HERS, TERMS, RANDOM) for public in owners]
    claims = [claim_of(public, linked) for public, linked in zip(owners, sent, strict=True)]

    assert find_wrong_claims(claims, RANDOM) == ()
    assert find_wrong_claims([*claims, claim_of(owners[0], sent[1]), claims[2]], RANDOM) == (4,)


# Function keys.


@settings(max_examples=20)
@given(st.lists(st.integers(-(2**62), 2**62), min_size=3, max_size=3))
def test_the_key_of_every_weight_is_accepted(weights):
    key = OWNER.derive_key(weights)

    assert verify_function_key(PUBLIC, key) is key


def test_an_owner_cannot_shift_its_score_by_a_key_that_suits_one_ciphertext():
    """Whoever knows r gives s + δ/r for s, and the result is off by δ. Only the check of the key sees it."""
    seed = RANDOM(32)
    sealed = PUBLIC.encrypt((7, 1, 0), stream(seed, "own"))
    r = random_scalar(stream(seed, "own"))
    honest = OWNER.derive_key(WEIGHTS)
    shifted = replace(honest, s=(honest.s - 10 * pow(r, -1, ORDER)) % ORDER)

    assert honest.decrypt(sealed, bound=1000) == 19
    assert shifted.decrypt(sealed, bound=1000) == 29
    with pytest.raises(ProofError, match="function key"):
        verify_function_key(PUBLIC, shifted)


def test_a_key_of_other_weights_or_another_owner_is_refused():
    honest = OWNER.derive_key(WEIGHTS)
    theirs = OTHER.derive_key(WEIGHTS)

    for key in (
        replace(honest, weights=(3, -2, 6)),
        replace(honest, weights=WEIGHTS[:2]),
        replace(honest, t=honest.t ^ 1),
        theirs,
        replace(theirs, key_id=honest.key_id),
    ):
        with pytest.raises(ProofError):
            verify_function_key(PUBLIC, key)
