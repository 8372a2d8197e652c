"""Why the proof of a contribution has each of its equations: what is possible without."""

import pytest

from crypto.base_point import BASE, multiply_base
from crypto.curve import ORDER, combine
from crypto.elgamal.ciphertext import Bin, Ciphertext, encrypt
from crypto.linked import elgamal_link
from crypto.linked.elgamal_link import (
    LinkedContribution,
    verify_linked,
)
from crypto.linked.preimage import Claim, Equation, Form, Statement, Term, Weighted, holds, prove
from crypto.linked.proof import challenge_of
from crypto.linked.statement import Joined, state, weights_of, witness_of
from tests.crypto.linked.elgamal_links import HERS, KEY, LINKED, refused
from tests.crypto.linked.records import (
    RANDOM,
    TERMS,
    VALUES,
)


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
