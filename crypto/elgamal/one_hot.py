"""That one bin of a contribution is 1 and all others 0, without saying which, and that it is this person's.

For every bin (A, B), two branches v = 0, 1 say that (A, B - v·G) is an encryption of 0, that is,
log_G A = log_Y (B - v·G). One of them is true, and Cramer, Damgård, Schoenmakers (Crypto 1994) prove one of
two: commitments S_v, T_v, a challenge c = c_0 + c_1 that is split as the prover likes, and responses z_v with

    z_v·G = S_v + c_v·A,        z_v·Y = T_v + c_v·(B - v·G).

The prover chooses c_v and z_v of the false branch before it knows c. That all bins sum to 1 is the same
statement about their sum with v = 1 and a challenge that nobody splits (Chaum, Pedersen, Crypto 1992).

Fiat-Shamir: c is the first half of a SHA-256 over the *context* (which names query and contributor: a proof
copied into another one fails), the ciphertext with its key, and all commitments. These are sent instead of
recomputed, so that a verifier adds all equations of all contributions, each times 128 random bits of its own,
into one sum of points (Bellare, Garay, Rabin, Eurocrypt 1998): one false equation leaves it with probability
2^-128.

One challenge answers for all bins, and for a false statement at most one challenge can be answered: soundness
error 2^-128 for each try in the random oracle model. Zero-knowledge there as well. 212 bytes a bin.

Timing. Both branches are computed by the same constant-time multiplications whatever the bin holds; which
c_v and z_v are the chosen ones is arithmetic on Python integers.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from crypto.base_point import BASE, SHIFT, UNSHIFT, multiply_base, random_scalar
from crypto.bisection import SearchCosts
from crypto.bisection import find_wrong as search_wrong
from crypto.curve import INFINITY, ORDER, Point, combine
from crypto.elgamal.ciphertext import Bin, Ciphertext, Encryption
from crypto.elgamal.keys import PublicKey
from crypto.elgamal.one_hot_proof import (
    CHALLENGE_BYTES,
    CHALLENGES,
    Branches,
    Contribution,
    OneHotProof,
    challenge_of,
)
from crypto.errors import OutOfRangeError, ProofError
from crypto.multiexp import multiply_and_add
from crypto.randomness import RandomBytes, random_bytes

_COEFFICIENT_BYTES: Final = 16
_BRANCHES: Final = (0, 1)
_COSTS: Final = SearchCosts(one_by_one=4, most_checks=3, overhead=1)
"""Whoever fills a batch with lies makes it cost less than twice what checking each by itself would."""


def prove_one_hot(
    key: PublicKey, encryption: Encryption, *, context: bytes, random: RandomBytes = random_bytes
) -> Contribution:
    """Prove what was encrypted; about 130 µs a bin.

    Raises:
        OutOfRangeError: the values are not 0 or 1, do not sum to 1, or were encrypted to another key.
    """
    values, masks = encryption.values, encryption.masks
    if not all(value in _BRANCHES for value in values) or sum(values) != 1:
        raise OutOfRangeError("expected one 1 among zeros")
    if encryption.ciphertext.key_id != key.key_id:
        raise OutOfRangeError("the ciphertext belongs to another key")
    drafts = [_draft(key.point, value, random) for value in values]
    u = random_scalar(random)
    sum_commitment = Bin(multiply_base(u), key.point.multiply(u))
    commitments = [draft.commitments for draft in drafts]
    challenge = challenge_of(context, encryption.ciphertext, commitments, sum_commitment)
    triples = zip(drafts, values, masks, strict=True)
    bins = tuple(draft.respond(challenge, value, mask) for draft, value, mask in triples)
    response = (u + challenge * sum(masks)) % ORDER
    return Contribution(context, encryption.ciphertext, OneHotProof(bins, sum_commitment, response))


def verify_one_hot(
    key: PublicKey, contribution: Contribution, random: RandomBytes = random_bytes
) -> Ciphertext:
    """Return the ciphertext if it holds one 1 among zeros and was made for this context.

    Raises:
        ProofError: it does not, or the ciphertext is of another key or number of bins than the proof.
    """
    return verify_contributions(key, (contribution,), random)[0]


def verify_contributions(
    key: PublicKey, contributions: Sequence[Contribution], random: RandomBytes = random_bytes
) -> tuple[Ciphertext, ...]:
    """Return the ciphertexts if every contribution holds; see `find_wrong` for those that do not.

    Raises:
        ProofError: some do not; the message names their places.
    """
    wrong = find_wrong(key, contributions, random)
    if wrong:
        raise ProofError(f"contributions that are not one 1 among zeros: {', '.join(map(str, wrong))}")
    return tuple(contribution.ciphertext for contribution in contributions)


def find_wrong(
    key: PublicKey, contributions: Sequence[Contribution], random: RandomBytes = random_bytes
) -> tuple[int, ...]:
    """The places of all contributions that do not hold, in order.

    One sum of points if there is none; else `crypto.bisection` searches, with fresh coefficients for every
    set. Fewer sets are checked than there are contributions, so a wrong one among n stays hidden with
    probability at most n · 2^-128 over `random`, which must not be known before.
    """
    formed = [place for place, one in enumerate(contributions) if _well_formed(key, one)]
    wrong = set(range(len(contributions))) - set(formed)

    def hold(places: list[int]) -> bool:
        return _holds(key, [contributions[place] for place in places], random)

    if formed and not hold(formed):
        wrong |= set(search_wrong(formed, hold, _COSTS))
    return tuple(sorted(wrong))


class _Draft(NamedTuple):
    """The prover's first message for one bin, with what it keeps."""

    commitments: tuple[Bin, Bin]
    exponents: tuple[int, int]
    simulated: int

    def respond(self, challenge: int, value: int, mask: int) -> Branches:
        real = (challenge - self.simulated) % CHALLENGES
        # c_0 is the simulated challenge if the bin holds 1, else the real one.
        first = value * self.simulated + (1 - value) * real
        split = (first, (challenge - first) % CHALLENGES)
        pairs = zip(self.exponents, split, strict=True)
        zero, one = ((u + c * mask) % ORDER for u, c in pairs)
        return Branches(self.commitments, first, (zero, one))


def _draft(point: Point, value: int, random: RandomBytes) -> _Draft:
    simulated = int.from_bytes(random(CHALLENGE_BYTES), "big")
    exponents = (random_scalar(random), random_scalar(random))
    zero, one = (
        # u·Y - c·(m - v)·G, whose last term is nothing in the true branch.
        Bin(
            multiply_base(u),
            combine((point.multiply(u), multiply_base(SHIFT - simulated * (value - v)), UNSHIFT)),
        )
        for v, u in zip(_BRANCHES, exponents, strict=True)
    )
    return _Draft((zero, one), exponents, simulated)


def _well_formed(key: PublicKey, contribution: Contribution) -> bool:
    ciphertext = contribution.ciphertext
    return ciphertext.key_id == key.key_id and len(ciphertext.bins) == len(contribution.proof.bins)


def _holds(key: PublicKey, contributions: Sequence[Contribution], random: RandomBytes) -> bool:
    """Whether all equations, each times its own coefficient, sum to infinity."""
    batch = _Batch()
    for contribution in contributions:
        batch.add(contribution, random)
    points = (*batch.points, BASE, key.point)
    return multiply_and_add(points, (*batch.scalars, -batch.base, -batch.key)) == INFINITY


class _Batch:
    """Σ ρ (S + c·A - z·G) + σ (T + c·(B - v·G) - z·Y) over all equations, as points and coefficients."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.scalars: list[int] = []
        self.base = 0
        self.key = 0

    def add(self, contribution: Contribution, random: RandomBytes) -> None:
        """Add the equations of one contribution."""
        proof, bins = contribution.proof, contribution.ciphertext.bins
        commitments = [branches.commitments for branches in proof.bins]
        challenge = challenge_of(
            contribution.context, contribution.ciphertext, commitments, proof.sum_commitment
        )
        for one, branches in zip(bins, proof.bins, strict=True):
            challenges = (branches.challenge, (challenge - branches.challenge) % CHALLENGES)
            self._add_bin(one, branches, challenges, random)
        total = Bin(combine(one.mask for one in bins), combine(one.masked for one in bins))
        rho, sigma = self._equation(proof.sum_commitment, proof.sum_response, random)
        self._add_points(total, rho * challenge, sigma * challenge)
        self.base += sigma * challenge

    def _add_bin(
        self, one: Bin, branches: Branches, challenges: tuple[int, int], random: RandomBytes
    ) -> None:
        mask = masked = 0
        for v in _BRANCHES:
            rho, sigma = self._equation(branches.commitments[v], branches.responses[v], random)
            mask += rho * challenges[v]
            masked += sigma * challenges[v]
            self.base += sigma * challenges[v] * v
        self._add_points(one, mask, masked)

    def _equation(self, commitment: Bin, response: int, random: RandomBytes) -> tuple[int, int]:
        rho, sigma = (int.from_bytes(random(_COEFFICIENT_BYTES), "big") for _ in range(2))
        self._add_points(commitment, rho, sigma)
        self.base += rho * response
        self.key += sigma * response
        return rho, sigma

    def _add_points(self, points: Bin, one: int, other: int) -> None:
        self.points += (points.mask, points.masked)
        self.scalars += (one, other)
