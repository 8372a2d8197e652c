"""Do all these ciphertexts hold one of their candidates, and which do not?

The equations that a proof of `crypto.paillier.membership` must fulfil,

    hs^(z_i) = t_i · (c · (1+n)^(-m_i))^(e_i),                                                          (*)

are combined, over all branches of all proofs, with random 64-bit exponents into one (small exponents test of
Bellare, Garay and Rabin, Eurocrypt 1998): a batch with a false one passes with probability 2^-64.

That test is sound only up to elements of small order, of which Z_(n²)* has the roots of 1: a prover could
flip the sign of some t_i and fail half of all verifiers. So (*) is asked of the *squares* of both sides,
always, of one proof as of many. Then a verdict does not depend on luck; and a proof still shows what it
says, because squaring is invertible where plaintexts live.

Limits. The 64 bits hold against proofs that are fixed before the verifier draws. All is public here, and
nothing constant time.
"""

from collections.abc import Sequence
from typing import Final

import gmpy2

from crypto.bisection import SearchCosts, find_wrong
from crypto.errors import OutOfRangeError, ProofError
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.membership import CHALLENGES, MembershipProof, Statement, challenge_of
from crypto.paillier.multi_exponentiation import product_of_powers
from crypto.randomness import RandomBytes, random_bytes

_COEFFICIENT_BYTES: Final = 8
_COSTS: Final = SearchCosts(one_by_one=2, most_checks=3, overhead=5)
"""Whoever fills a batch with lies makes it cost no more than halving three times over, and checking each."""


def verify(statement: Statement, proof: MembershipProof, random: RandomBytes = random_bytes) -> Ciphertext:
    """The ciphertext of the statement, once the proof has shown what it holds.

    Raises:
        ProofError: it does not.
    """
    if wrong_proofs([(statement, proof)], random):
        raise ProofError("the ciphertext is not proved to hold one of the candidates")
    return statement.ciphertext


def wrong_proofs(
    batch: Sequence[tuple[Statement, MembershipProof]], random: RandomBytes = random_bytes
) -> tuple[int, ...]:
    """The positions of all proofs of a batch that do not hold, in order; all under one key.

    Costs little more than 64 bits of a multi-exponentiation. When it fails, `crypto.bisection` searches, with
    fresh coefficients for every set; a lie among n stays hidden with probability at most n · 2^-64.

    Raises:
        OutOfRangeError: the statements are under different keys.
    """
    if len({statement.ciphertext.key for statement, _ in batch}) > 1:
        raise OutOfRangeError("the statements of a batch must be under one key")
    bound = [place for place, (statement, proof) in enumerate(batch) if _is_bound(statement, proof)]
    wrong = set(range(len(batch))) - set(bound)

    def hold(places: list[int]) -> bool:
        return _holds([batch[place] for place in places], random)

    if bound and not hold(bound):
        wrong |= set(find_wrong(bound, hold, _COSTS))
    return tuple(sorted(wrong))


def _is_bound(statement: Statement, proof: MembershipProof) -> bool:
    """Whether the challenges add up to the hash of this very statement."""
    if len(proof.branches) != len(statement.candidates):
        return False
    total = sum(branch.challenge for branch in proof.branches) % CHALLENGES
    return total == challenge_of(statement, [branch.commitment for branch in proof.branches])


def _holds(batch: Sequence[tuple[Statement, MembershipProof]], random: RandomBytes) -> bool:
    """Whether a random combination of all equations (*) holds, squared.

    In log form: the units need powers, and all that stands at 1 + n adds up in `log`.
    """
    key = batch[0][0].ciphertext.key
    commitments, coefficients, log, response = [], [], gmpy2.mpz(0), 0
    ciphertexts, challenges = [], []
    for statement, proof in batch:
        own = 0
        for branch, candidate in zip(proof.branches, statement.candidates, strict=True):
            coefficient = int.from_bytes(random(_COEFFICIENT_BYTES), "big")
            weighted = coefficient * branch.challenge
            commitments.append(branch.commitment.unit)
            coefficients.append(coefficient)
            log += coefficient * branch.commitment.log - weighted * candidate
            own += weighted
            response += coefficient * branch.response
        ciphertexts.append(statement.ciphertext.unit)
        challenges.append(own)
        log += own * statement.ciphertext.log
    left = gmpy2.powmod(key.hs, response, key.n_squared)
    # Two products, for one has many short exponents and the other few long ones.
    right = product_of_powers(commitments, coefficients, key.n_squared) * (1 + log * key.n)
    right = right * product_of_powers(ciphertexts, challenges, key.n_squared) % key.n_squared
    return bool((left * left - right * right) % key.n_squared == 0)
