"""That a wallet's part of a sum over many wallets is what its issuer signed, plus noise of a stated size.

In `crypto.functional.one_label` a wallet masks its numbers with words that only it knows, and nobody sees
what stands behind them. Here it commits, beside its masked share, to its *term*: the weighted sum of the
chosen columns of its record plus its noise,

    S = (Σ y_j x_j + e)·G + ρ·K,

and proves that x is the record in the signed commitment C and that e has a stated width. The equations of
`crypto.linked.preimage`, with E = e·G + β·K from `crypto.linked.interval`, are

    (1)  C = r·H + Σ x_j·G_j      over all columns,
    (2)  S - E = (Σ y_j x_j)·G + (ρ - β)·K.

Adding up. The points of all who are heard add up to (Σ terms)·G + (Σ ρ)·K, and whoever opens the sum learns
Σ ρ with it: each ρ is the member's scalar masks in the run (`one_label_dropout.Masked.blinding`) plus a
scalar τ of its own that it tells only the one who opens. `open_terms` holds the opened sum against the
points.

Guarantees. If `verify_term` returned for every member and `open_terms` for the sum, then, as long as discrete
logarithms are hard, the sum is exactly Σ_i (<y, x_i> + e_i) over records that were signed and noise of the
stated width: a member that lies about its number is refused by name, and one whose masked share says
something else than its point spoils the sum, which is found out. S hides the term perfectly from whoever
does not know all of its masks, and from whoever lacks τ it hides the sum as well: the masks alone would leave
a sum that could be searched for.

Limits. Which member spoiled a sum cannot be told. A member chooses its noise itself, within the width: that
is by how much a liar can shift the result. That C was signed and is in force is the caller's to check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crypto.base_point import BASE, SHIFT, UNSHIFT, multiply_base
from crypto.commitments import Opening, generators
from crypto.curve import POINT_BYTES, Point, combine
from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.linked.interval import BLINDING_BASE, Interval, prove_interval, verify_interval
from crypto.linked.preimage import Claim, Equation, Form, Statement, Term, Weighted, holds, prove
from crypto.linked.proof import Proof
from crypto.linked.statement import Terms
from crypto.randomness import RandomBytes, random_bytes

_TAG: Final = b"argonauta linked term v1"
_CONTEXT_TAG: Final = b"argonauta linked term context v1"
_LENGTH_BYTES: Final = 4
_WEIGHT_BYTES: Final = 8
_MOST_WEIGHT: Final = 2**63 - 1


@dataclass(frozen=True)
class Asked:
    """What a term is about, in the verifier's own words.

    Attributes:
        terms: which columns of which record, and for which consent.
        weights: one for each chosen column, in order.
        noise_width: L, the noise is in [-2^(L-1), 2^(L-1)).
        binding: names the run and the member's place in it; a term holds for no other.

    Raises:
        OutOfRangeError: not one weight for each chosen column, or one beyond 2^63 - 1.
    """

    terms: Terms
    weights: tuple[int, ...]
    noise_width: int
    binding: bytes

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.terms.chosen):
            raise OutOfRangeError(f"expected {len(self.terms.chosen)} weights, got {len(self.weights)}")
        if any(abs(weight) > _MOST_WEIGHT for weight in self.weights):
            raise OutOfRangeError("expected weights below 2^63")

    def digest(self, commitment: Point) -> bytes:
        """32 bytes that stand for what is asked, of the record with this commitment."""
        bases = generators(self.terms.domain, self.terms.columns)
        points = (BASE, BLINDING_BASE, bases.blinding, *bases.values, commitment)
        listed = b"".join(weight.to_bytes(_WEIGHT_BYTES, "big", signed=True) for weight in self.weights)
        parts = (self.terms.encode(), listed, bytes((self.noise_width,)), self.binding)
        return sha256(_CONTEXT_TAG, *(point.to_bytes() for point in points), *map(sha256, parts))


@dataclass(frozen=True)
class LinkedTerm:
    """A commitment S to a term, with the proof of what it holds; nothing in it is secret."""

    commitment: Point
    noise: Interval
    proof: Proof

    def encode(self) -> bytes:
        """S (33 bytes) || length of the interval (4) || interval || proof."""
        noise = self.noise.encode()
        return (
            self.commitment.to_bytes()
            + len(noise).to_bytes(_LENGTH_BYTES, "big")
            + noise
            + self.proof.encode()
        )

    @classmethod
    def decode(cls, raw: bytes) -> "LinkedTerm":
        """Read a term.

        Raises:
            MalformedError: it does not have this form.
        """
        start = POINT_BYTES + _LENGTH_BYTES
        length = int.from_bytes(raw[POINT_BYTES:start], "big")
        if len(raw) < start or len(raw) < start + length:
            raise MalformedError("expected a linked term of its stated length")
        noise = Interval.decode(raw[start : start + length])
        return cls(Point.from_bytes(raw[:POINT_BYTES]), noise, Proof.decode(raw[start + length :]))


def link_term(
    opening: Opening, asked: Asked, *, noise: int, blinding: int, random: RandomBytes = random_bytes
) -> LinkedTerm:
    """Commit to the term of a record with this noise, blinded with this scalar, and prove it.

    The opening is not checked; that of another commitment gives a proof that fails. The blinding is uniform
    modulo the order.

    Raises:
        OutOfRangeError: the record has not as many columns as the terms say, or the noise is too wide.
    """
    if len(opening.values) != asked.terms.columns:
        raise OutOfRangeError(f"expected a record of {asked.terms.columns} columns")
    context = asked.digest(opening.commitment)
    interval, noise_blinding = prove_interval(noise, asked.noise_width, context, random)
    weighed = zip(asked.weights, asked.terms.chosen, strict=True)
    term = sum(weight * opening.values[place] for weight, place in weighed) + noise
    # Shifted, so that a term of zero is computed like any other.
    commitment = combine((multiply_base(term + SHIFT), UNSHIFT, BLINDING_BASE.multiply(blinding)))
    statement = _statement(opening.commitment, commitment, interval, asked)
    witness = (opening.blinding, *opening.values, blinding - noise_blinding)
    return LinkedTerm(commitment, interval, prove(statement, witness, random))


def verify_term(
    term: LinkedTerm, commitment: Point, asked: Asked, random: RandomBytes = random_bytes
) -> Point:
    """Return S if it holds the weighted sum of the committed record, plus noise of the stated width.

    Raises:
        ProofError: it does not, or was made for something else than is asked.
    """
    verify_interval(term.noise, asked.noise_width, asked.digest(commitment))
    try:
        claim = Claim(_statement(commitment, term.commitment, term.noise, asked), term.proof)
    except OutOfRangeError as error:  # infinity, which no decoder lets through
        raise ProofError("a point of the term is infinity") from error
    if not holds((claim,), random):
        raise ProofError("the term is not the weighted sum of the signed record")
    return term.commitment


def open_terms(commitments: Sequence[Point], total: int, blinding: int) -> None:
    """Return only if the terms behind these points sum to `total`, and their blindings to `blinding`.

    Raises:
        ProofError: they do not: a member's masked share says something else than its point.
    """
    if combine(commitments) != combine((multiply_base(total), BLINDING_BASE.multiply(blinding))):
        raise ProofError("the opened sum is not that of the terms that were proven")


def _statement(record: Point, term: Point, noise: Interval, asked: Asked) -> Statement:
    bases = generators(asked.terms.domain, asked.terms.columns)
    digest = sha256(_TAG, asked.digest(record), term.to_bytes(), sha256(noise.encode()))
    blinding = asked.terms.columns + 1
    committed = tuple(
        Term(point, Form((place,), (1,))) for place, point in enumerate((bases.blinding, *bases.values))
    )
    values = Form(tuple(place + 1 for place in asked.terms.chosen), asked.weights)
    summed = (Term(BASE, values), Term(BLINDING_BASE, Form((blinding,), (1,))))
    equations = (
        Equation(Weighted((record,), (1,)), committed),
        Equation(Weighted((term, noise.commitment), (1, -1)), summed),
    )
    return Statement(digest, blinding + 1, equations)
