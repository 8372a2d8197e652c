"""Which proofs of a batch that does not hold are wrong, without letting liars make that expensive.

`crypto.bisection` searches. Halving may cost three times the first check: whoever fills a batch with lies
makes it cost less than twice what checking every proof alone would have cost.

Coefficients are drawn anew for each set. Fewer sets are checked than there are proofs, so a lie among n stays
hidden with probability at most n · 2^-128.
"""

from collections.abc import Sequence
from typing import Final

from crypto.bisection import SearchCosts, find_wrong
from crypto.errors import ProofError
from crypto.linked.preimage import Claim, holds
from crypto.randomness import RandomBytes, random_bytes

_COSTS: Final = SearchCosts(one_by_one=4, most_checks=3, overhead=15)


def verify_claims(claims: Sequence[Claim | None], random: RandomBytes = random_bytes) -> None:
    """Return only if every claim holds.

    Raises:
        ProofError: some do not; the message names their places.
    """
    wrong = find_wrong_claims(claims, random)
    if wrong:
        raise ProofError(f"ciphertexts that do not hold what was signed: {', '.join(map(str, wrong))}")


def find_wrong_claims(claims: Sequence[Claim | None], random: RandomBytes = random_bytes) -> tuple[int, ...]:
    """The places of all claims that do not hold, in order; None is one that does not.

    Claims may be about different data sets, keys and schemes. `random` must not be known to the provers.
    """
    sound = {place: claim for place, claim in enumerate(claims) if claim is not None}
    wrong = [place for place in range(len(claims)) if place not in sound]

    def hold(places: Sequence[int]) -> bool:
        return holds([sound[place] for place in places], random)

    if sound and not hold(list(sound)):
        wrong += find_wrong(list(sound), hold, _COSTS)
    return tuple(sorted(wrong))
