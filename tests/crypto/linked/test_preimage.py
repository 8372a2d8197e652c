"""Whoever knows a preimage proves it, whoever does not fails, and nothing of it shows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, multiply_base
from crypto.curve import INFINITY, ORDER, Point, combine, hash_to_point
from crypto.encoding import sha256
from crypto.errors import OutOfRangeError
from crypto.linked import preimage
from crypto.linked.preimage import Claim, Equation, Form, Statement, Term, Weighted, holds, prove
from crypto.linked.proof import Proof, challenge_of
from crypto.multiexp import multiply_and_add
from tests.crypto.linked.records import RANDOM

BASES = (BASE, *(hash_to_point("argonauta/test/preimage", index) for index in range(3)))
SCALARS = st.integers(0, ORDER - 1)
FACTORS = st.integers(-(2**64), 2**64)
FIRST = Form((0,), (1,))


def one_point(point):
    return Weighted((point,), (1,))


def image(terms, witness):
    return combine(
        base.multiply_public(sum(f * witness[place] for place, f in zip(*form, strict=True)))
        for base, form in terms
    )


def stated(size, equations):
    return Statement(sha256(repr((size, equations)).encode()), size, tuple(equations))


@st.composite
def systems(draw):
    """A system of equations that a drawn witness fulfils."""
    witness = draw(st.lists(SCALARS, min_size=1, max_size=4))
    pairs = st.lists(st.tuples(st.integers(0, len(witness) - 1), FACTORS), max_size=3)
    forms = pairs.map(lambda them: Form(tuple(p for p, _ in them), tuple(f for _, f in them)))
    terms = st.lists(st.builds(Term, st.sampled_from(BASES), forms), max_size=4).map(tuple)
    chosen = [one for one in draw(st.lists(terms, max_size=3)) if image(one, witness) != INFINITY]
    equations = []
    for one in chosen:
        factor = draw(st.integers(1, ORDER - 1))
        half = image(one, witness).multiply_public(pow(factor, -1, ORDER))
        equations.append(Equation(Weighted((half,), (factor,)), one, draw(st.booleans())))
    return stated(len(witness), equations), witness


def schnorr(secret):
    """Knowledge of a discrete logarithm, the smallest of these proofs."""
    point = multiply_base(secret)
    return Statement(point.to_bytes(), 1, (Equation(one_point(point), (Term(BASE, FIRST),)),))


def is_right(claim):
    """The verification equations as they stand in the paper, one by one."""
    statement, proof = claim
    challenge = challenge_of(statement.digest, proof.commitments)
    return all(
        image(equation.terms, proof.responses)
        == commitment + multiply_and_add(*equation.image).multiply_public(challenge)
        for equation, commitment in zip(statement.equations, proof.commitments, strict=True)
    )


@settings(max_examples=40)
@given(systems())
def test_every_system_with_a_known_witness_is_proved(system):
    statement, witness = system
    claim = Claim(statement, prove(statement, witness, RANDOM))

    assert is_right(claim)
    assert holds([claim], RANDOM)


@settings(max_examples=30)
@given(st.integers(1, ORDER - 1), st.integers(1, ORDER - 1))
def test_another_witness_proves_nothing(secret, difference):
    statement = schnorr(secret)
    claim = Claim(statement, prove(statement, [secret + difference], RANDOM))

    assert holds([claim], RANDOM) == is_right(claim) == (difference % ORDER == 0)


def test_a_witness_is_taken_modulo_the_order():
    statement = schnorr(5)

    for witness in (5 + ORDER, 5 - ORDER, 5 + 7 * ORDER):
        assert holds([Claim(statement, prove(statement, [witness], RANDOM))], RANDOM)


def test_a_witness_of_another_size_is_refused():
    with pytest.raises(OutOfRangeError, match="expected a witness of 1 numbers, got 2"):
        prove(schnorr(5), [5, 5])


def test_two_equations_about_one_number_are_one_statement_about_it():
    other = BASES[1]
    terms = (Term(BASE, FIRST), Term(other, FIRST))
    points = (multiply_base(5), other.multiply_public(6))
    statement = stated(1, [Equation(one_point(p), (t,)) for p, t in zip(points, terms, strict=True)])

    for witness in (5, 6):
        assert not holds([Claim(statement, prove(statement, [witness], RANDOM))], RANDOM)


def test_a_proof_of_another_shape_does_not_hold():
    statement = schnorr(5)
    proof = prove(statement, [5], RANDOM)
    (commitment,), (response,) = proof.commitments, proof.responses

    for other in (
        Proof((commitment, commitment), (response,)),
        Proof((commitment,), (response, 0)),
        Proof((), (response,)),
        Proof((commitment,), ()),
        Proof((INFINITY,), (response,)),
    ):
        assert not holds([Claim(statement, other)], RANDOM)


def test_a_statement_about_infinity_does_not_hold():
    """Equation 0·G = infinity is true, but a ciphertext or commitment with infinity in it is none."""
    statement = Statement(b"infinity", 1, (Equation(one_point(INFINITY), (Term(BASE, FIRST),)),))

    assert not holds([Claim(statement, prove(statement, [0], RANDOM))], RANDOM)


@settings(max_examples=10)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.integers(0, 5))
def test_shared_terms_are_checked_like_any_other(secrets, lie):
    terms = (Term(BASES[1], FIRST), Term(BASES[2], Form((1, 0), (2, 3))))
    claims = []
    for place, secret in enumerate(secrets):
        witness = [secret, secret + 1]
        point = image(terms, witness) + (BASE if place == lie else INFINITY)
        statement = Statement(bytes((place,)), 2, (Equation(one_point(point), terms, shared=True),))
        claims.append(Claim(statement, prove(statement, witness, RANDOM)))

    assert holds(claims, RANDOM) == (lie >= len(secrets)) == all(map(is_right, claims))


def test_no_claim_at_all_holds():
    assert holds([], RANDOM)


def test_errors_that_cancel_between_proofs_or_equations_are_found():
    first, second = schnorr(5), schnorr(6)
    up, down = prove(first, [5], RANDOM), prove(second, [6], RANDOM)
    lies = [
        Claim(first, Proof(up.commitments, ((up.responses[0] + 1) % ORDER,))),
        Claim(second, Proof(down.commitments, ((down.responses[0] - 1) % ORDER,))),
    ]

    # Without coefficients the two errors, +G and -G, vanish from the sum of all equations.
    def error(claim):
        (commitment,), (response,) = claim.proof.commitments, claim.proof.responses
        (equation,) = claim.statement.equations
        challenge = challenge_of(claim.statement.digest, (commitment,))
        return commitment + equation.image.points[0].multiply_public(challenge) - multiply_base(response)

    assert [error(lie) for lie in lies] == [-BASE, BASE]
    assert combine(map(error, lies)) == INFINITY
    assert not holds(lies, RANDOM)


def test_a_coefficient_is_drawn_for_every_equation_of_every_proof():
    drawn = []

    def counting(length):
        drawn.append(length)
        return RANDOM(length)

    statement = stated(1, [schnorr(5).equations[0]] * 2)
    holds([Claim(statement, prove(statement, [5], RANDOM))] * 3, counting)

    assert drawn == [16] * 6


# Nonces.


def two_proofs(digests, random):
    point = Equation(one_point(multiply_base(5)), (Term(BASE, FIRST),))
    statements = [Statement(digest, 1, (point,)) for digest in digests]
    return [Claim(one, prove(one, [5], random)) for one in statements]


def secret_behind(claims):
    """What two answers give away, if they were made with one nonce."""
    challenges = [challenge_of(one.statement.digest, one.proof.commitments) for one in claims]
    first, second = (one.proof.responses[0] for one in claims)
    return (first - second) * pow(challenges[0] - challenges[1], -1, ORDER) % ORDER


def test_a_generator_that_repeats_itself_does_not_give_the_secret_away(monkeypatch):
    hedged = two_proofs((b"one", b"two"), bytes)
    # A nonce that is drawn and not derived repeats with the generator.
    monkeypatch.setattr(preimage, "_nonces", lambda digest, witness, random: [1 + random(1)[0]])
    drawn = two_proofs((b"one", b"two"), bytes)

    assert secret_behind(drawn) == 5
    assert secret_behind(hedged) != 5
    assert hedged[0].proof.commitments != hedged[1].proof.commitments


def test_a_generator_that_repeats_itself_gives_the_same_nonce_only_to_the_same_statement():
    first, second = two_proofs((b"one", b"one"), bytes)

    assert first == second


def test_a_nonce_depends_on_the_witness_so_a_broken_generator_does_not_tell_it():
    first, second = (prove(schnorr(5), [witness], bytes).commitments for witness in (5, 6))

    assert first != second


def test_a_nonce_depends_on_fresh_randomness():
    first, second = two_proofs((b"one", b"one"), RANDOM)

    assert first.proof.commitments != second.proof.commitments


def test_whoever_chooses_the_challenge_makes_the_same_proof_without_a_witness(monkeypatch):
    """So a proof says nothing but that its maker could not choose."""
    statement, challenge, response = schnorr(5), 12345, 67890
    commitment = multiply_base(response) - multiply_base(5).multiply_public(challenge)
    simulated = Claim(statement, Proof((commitment,), (response,)))
    assert not holds([simulated], RANDOM)

    monkeypatch.setattr(preimage, "challenge_of", lambda digest, commitments: challenge)

    assert holds([simulated], RANDOM)


# Timing.


@pytest.mark.parametrize("witness", [(0, 0), (0, 6), (5, 6)])
def test_a_zero_is_multiplied_like_any_other_number(monkeypatch, witness):
    seen = []
    multiply = Point.multiply

    def counted(self, scalar):
        seen.append(scalar % ORDER)
        return multiply(self, scalar)

    monkeypatch.setattr(Point, "multiply", counted)
    terms = (Term(BASES[1], FIRST), Term(BASES[2], Form((1,), (1,))))

    proof = prove(stated(2, [Equation(one_point(BASE), terms)]), witness, RANDOM)

    assert len(seen) == 2
    assert 0 not in seen
    assert INFINITY not in proof.commitments


def test_secrets_are_in_no_message():
    with pytest.raises(OutOfRangeError) as refused:
        prove(schnorr(5), [123456789, 5])

    assert "123456789" not in str(refused.value)
