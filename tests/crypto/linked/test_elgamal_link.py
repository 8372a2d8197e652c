"""A contribution holds what was signed, or is refused, whatever is changed, swapped, copied or replayed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, multiply_base
from crypto.commitments import commit
from crypto.curve import INFINITY, ORDER, Point, combine
from crypto.elgamal.ciphertext import Bin, Ciphertext, add, encrypt, rerandomize
from crypto.elgamal.decryption import decrypt, decrypt_partially
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.linked import elgamal_link
from crypto.linked.elgamal_link import (
    LinkedContribution,
    claim_of,
    encrypt_linked,
    find_wrong,
    prove_linked,
    verify_all_linked,
    verify_linked,
)
from crypto.linked.preimage import Claim, Equation, Form, Statement, Term, Weighted, holds, prove
from crypto.linked.proof import Proof, challenge_of
from crypto.linked.statement import Joined, Terms, state, weights_of, witness_of
from tests.crypto.elgamal.parties import key_shares
from tests.crypto.linked.records import (
    CHOSEN,
    CONTEXT,
    DOMAIN,
    RANDOM,
    TERMS,
    VALUES,
    record,
    terms,
    threshold_key,
)

KEY, OTHER = threshold_key(), threshold_key("another")
HERS = record()
LINKED = encrypt_linked(KEY, HERS, TERMS, RANDOM)
SENT = LINKED.ciphertext.encode()
PROOF = LINKED.proof.encode()


def refused(linked, key=KEY):
    with pytest.raises(ProofError, match="ciphertexts that do not hold what was signed: 0"):
        verify_linked(key, linked, RANDOM)
    return True


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


# What is honest passes.


@settings(max_examples=15)
@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=6), st.data())
def test_every_choice_of_columns_of_every_record_is_proved(values, data):
    columns = range(len(values))
    chosen = tuple(sorted(data.draw(st.sets(st.sampled_from(columns), min_size=1))))
    linked = encrypt_linked(KEY, record(tuple(values)), Terms(CONTEXT, DOMAIN, len(values), chosen), RANDOM)

    assert verify_linked(KEY, linked, RANDOM) == linked.ciphertext


def test_what_was_signed_is_what_the_parties_open():
    people = [record((7, 0, one, 0, 250, 9)) for one in (0, 1, 1)]
    sent = [encrypt_linked(KEY, each, terms(f"consent {n}"), RANDOM) for n, each in enumerate(people)]
    total = rerandomize(KEY, add(verify_all_linked(KEY, sent, RANDOM)), RANDOM)
    parts = [decrypt_partially(share, total, RANDOM) for share in key_shares()[:2]]

    assert decrypt(KEY, total, parts, low=0, high=100) == (21, 2, 0)


@pytest.mark.parametrize("values", [(0,) * 6, (0, 0, 1, 0, 0, 0)])
def test_columns_of_zeros_are_proved_like_any_other(values):
    linked = encrypt_linked(KEY, record(values), TERMS, RANDOM)

    assert verify_linked(KEY, linked, RANDOM) == linked.ciphertext
    points = (linked.commitment, *linked.proof.commitments, *(b.masked for b in linked.ciphertext.bins))
    assert INFINITY not in points
    assert len(linked.proof.encode()) == len(PROOF)


def test_a_value_that_is_off_by_the_group_order_is_the_same_value():
    """Both are one group element: the commitment and the ciphertext are those of the value itself."""
    shifted = replace(HERS, values=(VALUES[0] + ORDER, *VALUES[1:-1], VALUES[-1] - ORDER))
    assert commit(shifted.values, shifted.blinding, domain=DOMAIN) == HERS.commitment

    linked = prove_linked(KEY, shifted, encrypt(KEY, (7, 1, 0), RANDOM), TERMS, RANDOM)

    assert verify_linked(KEY, linked, RANDOM) == linked.ciphertext


@pytest.mark.slow
def test_a_batch_of_real_size_passes_and_its_liar_is_named():
    columns, chosen = 60, tuple(range(0, 48, 3))
    under = [Terms(replace(CONTEXT, consent=str(n)), DOMAIN, columns, chosen) for n in range(100)]
    people = [record(tuple(n * place % 100 for place in range(columns))) for n in range(100)]
    batch = [encrypt_linked(KEY, who, one, RANDOM) for who, one in zip(people, under, strict=True)]
    assert len(verify_all_linked(KEY, batch, RANDOM)) == 100

    batch[63] = replace(batch[63], ciphertext=batch[62].ciphertext)

    assert find_wrong(KEY, batch, RANDOM) == (63,)


# What is not, is refused.


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


# The weak variants, and how they break.


def weak_weights(digest, count):
    """Weights that do not depend on the ciphertext."""
    return weights_of(b"\0" * 32, count)


@pytest.mark.parametrize("naive", [weak_weights, lambda digest, count: (1,) * count], ids=["fixed", "ones"])
def test_weights_that_do_not_depend_on_the_ciphertext_would_let_two_errors_cancel(monkeypatch, naive):
    """Σ e_j d_j = 0 is easy to fulfil for whoever knows the e_j before choosing the errors d_j."""
    first, second, _ = naive(b"", 3)
    values = ((7 + second) % ORDER, (1 - first) % ORDER, 0)

    def forge():
        masks = [multiply_base(11), multiply_base(12), multiply_base(13)]
        keyed = [KEY.point.multiply(mask) for mask in (11, 12, 13)]
        pairs = zip(masks, keyed, values, strict=True)
        bins = tuple(Bin(mask, combine((key, multiply_base(value)))) for mask, key, value in pairs)
        ciphertext = Ciphertext(KEY.key_id, bins)
        statement, weights = elgamal_link._state(KEY, HERS.commitment, ciphertext, TERMS)
        mask = sum(weight * one for weight, one in zip(weights, (11, 12, 13), strict=True))
        proof = prove(statement, witness_of(HERS.blinding, VALUES, mask), RANDOM)
        return LinkedContribution(TERMS, HERS.commitment, ciphertext, proof)

    assert refused(forge())
    monkeypatch.setattr(elgamal_link, "weights_of", naive)
    assert verify_linked(KEY, forge(), RANDOM)


def test_a_challenge_that_leaves_the_commitment_out_would_prove_any_record():
    """Weak Fiat-Shamir (Bernhard, Pereira, Warinschi, Asiacrypt 2012): c first, and then a C that fits it."""
    statement, weights = elgamal_link._state(KEY, HERS.commitment, LINKED.ciphertext, TERMS)
    encryption = encrypt(KEY, (99, 1, 0), RANDOM)

    def without_commitment(commitment, ciphertext):
        return state(b"a digest of everything but C", TERMS, commitment, weights, joined(ciphertext, weights))

    draft = without_commitment(HERS.commitment, encryption.ciphertext)
    mask = sum(weight * one for weight, one in zip(weights, encryption.masks, strict=True))
    told = witness_of(1, (99, VALUES[1], 1, 0, 250, 5), mask)
    proof = prove(draft, told, RANDOM)
    challenge = challenge_of(draft.digest, proof.commitments)
    opened = combine(
        term.base.multiply_public(z)
        for term, z in zip(draft.equations[0].terms, proof.responses, strict=False)
    )
    fitting = (opened - proof.commitments[0]).multiply_public(pow(challenge, -1, ORDER))
    forged = without_commitment(fitting, encryption.ciphertext)

    assert holds([Claim(forged, proof)], RANDOM)
    strong, _ = elgamal_link._state(KEY, fitting, encryption.ciphertext, TERMS)
    assert strong.digest != statement.digest
    assert not holds([Claim(strong, proof)], RANDOM)


def joined(ciphertext, weights):
    masks, masked = zip(*((one.mask, one.masked) for one in ciphertext.bins), strict=True)
    return Joined(Weighted(masks, weights), Weighted(masked, weights), Weighted((KEY.point,), (1,)))


def test_one_equation_for_everything_would_leave_the_prover_a_number_to_choose():
    """The three equations stand alone: added up with public factors, R makes any column fit.

    Whoever knows the key's logarithm, such as its holders together, then encrypts 8 where 7 was signed.
    """
    y, one, other = 4321, 77, 99
    key = multiply_base(y)
    commitment, blinding = HERS.commitment, HERS.blinding
    mask, masked = multiply_base(5), multiply_base(8) + key.multiply(5)
    record_terms = elgamal_link._state(KEY, commitment, LINKED.ciphertext, TERMS)[0].equations[0].terms
    size = len(VALUES) + 2
    right = (
        *record_terms,
        Term(BASE, Form((size - 1, 1), (one, other))),
        Term(key, Form((size - 1,), (other,))),
    )
    merged = Statement(
        b"merged", size, (Equation(Weighted((commitment, mask, masked), (1, one, other)), right),)
    )
    # one·5 + other·(8 + 5 y) = one·R + other·(7 + R y), to be solved for R.
    fitting = (one * 5 + other * (8 + 5 * y) - other * 7) * pow(one + other * y, -1, ORDER)

    assert holds([Claim(merged, prove(merged, witness_of(blinding, VALUES, fitting), RANDOM))], RANDOM)
    separate = Statement(
        b"separate",
        size,
        (
            Equation(Weighted((commitment,), (1,)), record_terms),
            Equation(Weighted((mask,), (1,)), (Term(BASE, Form((size - 1,), (1,))),)),
            Equation(
                Weighted((masked,), (1,)),
                (Term(BASE, Form((1,), (1,))), Term(key, Form((size - 1,), (1,)))),
            ),
        ),
    )
    for r in (5, fitting):
        claim = Claim(separate, prove(separate, witness_of(blinding, VALUES, r), RANDOM))
        assert not holds([claim], RANDOM)


# Batches.

BATCH = [encrypt_linked(KEY, record(), terms(f"consent {n}"), RANDOM) for n in range(9)]


@pytest.mark.parametrize("size", [0, 1, 2, 9])
def test_a_batch_of_honest_contributions_passes(size):
    assert verify_all_linked(KEY, BATCH[:size], RANDOM) == tuple(one.ciphertext for one in BATCH[:size])


@settings(max_examples=10)
@given(st.sets(st.integers(0, len(BATCH) - 1), min_size=1))
def test_every_wrong_contribution_of_a_batch_is_named(wrong):
    batch = [replace(one, terms=TERMS) if index in wrong else one for index, one in enumerate(BATCH)]
    wrong = wrong - {1}  # whose terms these are

    assert find_wrong(KEY, batch, RANDOM) == tuple(sorted(wrong))


def test_contributions_that_are_not_of_this_key_are_named_in_a_batch():
    theirs = encrypt_linked(OTHER, HERS, TERMS, RANDOM)

    with pytest.raises(ProofError, match=r"signed: 1$"):
        verify_all_linked(KEY, [BATCH[0], theirs, BATCH[1]], RANDOM)


def test_two_people_whose_errors_cancel_are_both_named():
    """One takes from a column what the other adds: the sum is right, and each of them wrong."""
    up, down = BATCH[0], BATCH[1]
    lies = []
    for linked, step in ((up, BASE), (down, -BASE)):
        first, *rest = linked.ciphertext.bins
        bins = (Bin(first.mask, first.masked + step), *rest)
        lies.append(replace(linked, ciphertext=replace(linked.ciphertext, bins=bins)))
    assert add([one.ciphertext for one in lies]) == add([up.ciphertext, down.ciphertext])

    assert find_wrong(KEY, [*lies, *BATCH[2:]], RANDOM) == (0, 1)


def test_records_of_different_domains_are_checked_in_one_batch():
    domain = "argonauta/test/another"
    under = Terms(CONTEXT, domain, 2, (1,))
    other = encrypt_linked(KEY, record((3, 4), domain), under, RANDOM)

    assert verify_all_linked(KEY, [BATCH[0], other, BATCH[1]], RANDOM)[1] == other.ciphertext
    assert find_wrong(KEY, [BATCH[0], replace(other, terms=replace(under, domain=DOMAIN))], RANDOM) == (1,)


def test_points_are_checked_against_a_slow_and_plain_verifier():
    """The three equations as the chapter writes them, with no batch and no generic proof."""
    statement, _ = elgamal_link._state(KEY, LINKED.commitment, LINKED.ciphertext, TERMS)
    weights = weights_of(statement.digest, len(CHOSEN))
    challenge = challenge_of(statement.digest, LINKED.proof.commitments)
    z_rho, *z_x, z_r = LINKED.proof.responses
    bins = LINKED.ciphertext.bins
    first, second, third = LINKED.proof.commitments

    assert commit(z_x, z_rho, domain=DOMAIN) == first + LINKED.commitment.multiply_public(challenge)
    masks = combine(one.mask.multiply_public(e) for one, e in zip(bins, weights, strict=True))
    assert multiply_base(z_r) == second + masks.multiply_public(challenge)
    masked = combine(one.masked.multiply_public(e) for one, e in zip(bins, weights, strict=True))
    total = sum(e * z_x[column] for e, column in zip(weights, CHOSEN, strict=True))
    assert multiply_base(total) + KEY.point.multiply(z_r) == third + masked.multiply_public(challenge)


def test_the_number_of_multiplications_does_not_depend_on_the_values(monkeypatch):
    multiply, seen = Point.multiply, list[int]()

    def counted(self, scalar):
        seen.append(scalar % ORDER)
        return multiply(self, scalar)

    counts = set()
    for values in ((0,) * 6, (0, 0, 1, 0, 0, 0), VALUES):
        opening = record(values)
        seen.clear()
        with monkeypatch.context() as patched:
            patched.setattr(Point, "multiply", counted)
            encrypt_linked(KEY, opening, TERMS, RANDOM)
        counts.add(len(seen))
        assert 0 not in seen

    # One for each column, the blinding, and the key in every ciphertext and in the proof.
    assert counts == {len(VALUES) + 1 + len(CHOSEN) + 1}
