"""That someone knows numbers with given linear images in the group, without telling them; many at once.

A *witness* is a vector w of numbers modulo the order. An *equation* says of public points P, public factors
p, known bases B and linear forms f that

    Σ p·P = Σ f(w)·B.

From w to the right sides is a homomorphism, and one protocol proves knowledge of a preimage under any of them
(Maurer, "Unifying zero-knowledge proofs of knowledge", Africacrypt 2009; before it Schnorr, Crypto 1989, and
Okamoto, Crypto 1992, for one equation; Camenisch and Stadler, Crypto 1997, for systems of them). For uniform
k the prover sends T = Σ f(k)·B for every equation, a challenge c comes back, and z = k + c·w answers it:

    Σ f(z)·B = T + c·Σ p·P.

Two answers to one T give w, so a prover without w answers at most one challenge; z is uniform whatever w is.
Fiat-Shamir: c is 128 bits of a SHA-256 over the digest of the statement and all T. The digest must cover
every point, factor, base and form: what it leaves out the prover can choose after c. Soundness error 2^-128
for each try, zero-knowledge, both in the random oracle model.

T is sent and not recomputed, so that a verifier adds the equations of all proofs, each times 128 random bits
of its own, into one sum of points (the small exponents test of Bellare, Garay, Rabin, Eurocrypt 1998): a set
with a wrong proof passes with probability 2^-128.

Nonces. Two answers with one k give w away. k is expanded from a hash of the witness, the digest and fresh
random bytes: as long as the generator works it is uniform, and if it fails, even to a constant, k is still
secret and new for every statement.

Timing. Forms of k meet the curve by constant-time multiplications only, and w never meets it; k + c·w is
arithmetic on Python integers and not constant time to the last digit. Verifying is not constant time.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from crypto.base_point import BASE, multiply_base
from crypto.curve import INFINITY, ORDER, SCALAR_BYTES, Point, combine
from crypto.encoding import sha256
from crypto.errors import OutOfRangeError
from crypto.linked.proof import Proof, challenge_of
from crypto.multiexp import multiply_and_add
from crypto.randomness import RandomBytes, expand, random_bytes

_NONCE_TAG: Final = b"argonauta linear preimage nonce v1"
_NONCE_LABEL: Final = "argonauta linear preimage nonces v1"
_HEDGE_BYTES: Final = 32
# 512 bits reduced modulo a 256-bit order are uniform up to 2^-256.
_WIDE_SCALAR_BYTES: Final = 64
_COEFFICIENT_BYTES: Final = 16


class Weighted(NamedTuple):
    """Points, and a public factor for each."""

    points: tuple[Point, ...]
    factors: tuple[int, ...]


class Form(NamedTuple):
    """Places in the witness, and a public factor for each."""

    places: tuple[int, ...]
    factors: tuple[int, ...]


class Term(NamedTuple):
    """A base times a linear form of the witness. Equal bases are one object, or batches gain less."""

    base: Point
    form: Form


class Equation(NamedTuple):
    """The sum of the image is the sum of the terms.

    Terms are `shared` if they are one object in many statements: a batch then adds up the responses to all of
    them before it looks at the forms.
    """

    image: Weighted
    terms: tuple[Term, ...]
    shared: bool = False


class Statement(NamedTuple):
    """Equations about a witness of some size, and the digest of all that they are made of."""

    digest: bytes
    size: int
    equations: tuple[Equation, ...]


class Claim(NamedTuple):
    """A statement with the proof of it."""

    statement: Statement
    proof: Proof


def prove(statement: Statement, witness: Sequence[int], random: RandomBytes = random_bytes) -> Proof:
    """Prove knowledge of a witness, which is not checked; 28 µs for each term.

    Raises:
        OutOfRangeError: the witness is of another size than the statement says.
    """
    if len(witness) != statement.size:
        raise OutOfRangeError(f"expected a witness of {statement.size} numbers, got {len(witness)}")
    reduced = [number % ORDER for number in witness]
    nonces = _nonces(statement.digest, reduced, random)
    commitments = tuple(_right_side(equation, nonces) for equation in statement.equations)
    challenge = challenge_of(statement.digest, commitments)
    answers = zip(nonces, reduced, strict=True)
    return Proof(commitments, tuple((nonce + challenge * number) % ORDER for nonce, number in answers))


def holds(claims: Sequence[Claim], random: RandomBytes = random_bytes) -> bool:
    """Whether all proofs hold; a set with a wrong one passes with probability 2^-128 over `random`."""
    if not all(_is_well_formed(claim) for claim in claims):
        return False
    batch = _Batch()
    for claim in claims:
        batch.add(claim, random)
    return batch.total() == INFINITY


def _nonces(digest: bytes, witness: Sequence[int], random: RandomBytes) -> list[int]:
    secret = (number.to_bytes(SCALAR_BYTES, "big") for number in witness)
    seed = sha256(_NONCE_TAG, digest, random(_HEDGE_BYTES), *secret)
    raw = expand(seed, _NONCE_LABEL, len(witness) * _WIDE_SCALAR_BYTES)
    starts = range(0, len(raw), _WIDE_SCALAR_BYTES)
    return [int.from_bytes(raw[at : at + _WIDE_SCALAR_BYTES], "big") % ORDER for at in starts]


def _right_side(equation: Equation, numbers: Sequence[int]) -> Point:
    return combine(_multiple(base, _value(form, numbers)) for base, form in equation.terms)


def _multiple(base: Point, secret: int) -> Point:
    return multiply_base(secret) if base is BASE else base.multiply(secret)


def _value(form: Form, numbers: Sequence[int]) -> int:
    return sum(map(int.__mul__, form.factors, map(numbers.__getitem__, form.places)))


def _is_well_formed(claim: Claim) -> bool:
    """Whether the proof has the statement's shape; infinity has no place in one, and no form to be hashed."""
    statement, proof = claim
    points = chain(proof.commitments, *(equation.image.points for equation in statement.equations))
    shape = (len(proof.commitments), len(proof.responses))
    return shape == (len(statement.equations), statement.size) and INFINITY not in points


class _Batch:
    """Σ u·(T + c·Σ p·P - Σ f(z)·B) over all equations, with a coefficient u for each of them.

    Bases and shared terms are told apart by their identity, because hashing a point costs more than adding
    it; what is kept beside a number keeps its object, and so its identity, alive.
    """

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._scalars: list[int] = []
        self._bases: dict[int, tuple[Point, int]] = {}
        self._shared: dict[tuple[int, int], tuple[tuple[Term, ...], list[int]]] = {}

    def add(self, claim: Claim, random: RandomBytes) -> None:
        """Add the equations of one proof."""
        proof = claim.proof
        challenge = challenge_of(claim.statement.digest, proof.commitments)
        equations = zip(claim.statement.equations, proof.commitments, _coefficients(random), strict=False)
        for equation, commitment, coefficient in equations:
            self._points += (commitment, *equation.image.points)
            scaled = coefficient * challenge % ORDER
            self._scalars += (coefficient, *(scaled * factor for factor in equation.image.factors))
            if equation.shared:
                self._share(equation.terms, coefficient, proof.responses)
            else:
                self._subtract(equation.terms, coefficient, proof.responses)

    def _share(self, terms: tuple[Term, ...], coefficient: int, responses: Sequence[int]) -> None:
        key = id(terms), len(responses)
        _, before = self._shared.get(key, (terms, [0] * len(responses)))
        added = [total + coefficient * z for total, z in zip(before, responses, strict=True)]
        self._shared[key] = terms, added

    def _subtract(self, terms: tuple[Term, ...], coefficient: int, responses: Sequence[int]) -> None:
        for base, form in terms:
            _, before = self._bases.get(id(base), (base, 0))
            self._bases[id(base)] = base, before - coefficient * _value(form, responses)

    def total(self) -> Point:
        """The sum, by one multiplication of many points."""
        for terms, responses in self._shared.values():
            self._subtract(terms, 1, responses)
        self._shared.clear()
        bases, sums = zip(*self._bases.values(), strict=True) if self._bases else ((), ())
        return multiply_and_add((*self._points, *bases), (*self._scalars, *sums))


def _coefficients(random: RandomBytes) -> Iterator[int]:
    while True:
        yield int.from_bytes(random(_COEFFICIENT_BYTES), "big")
