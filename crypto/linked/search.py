"""Which proofs of a batch that does not hold are wrong, without letting liars make that expensive.

A set that fails is halved, and if the first half holds the lie is in the second. Small sets are checked one
by one. What halving costs is counted, and once it has cost three times the first check, whatever is still
suspect is checked one by one: whoever fills a batch with lies makes it cost less than twice what checking
every proof alone would have cost.

Coefficients are drawn anew for each set. Fewer sets are checked than there are proofs, so a lie among n stays
hidden with probability at most n · 2^-128.
"""

from collections.abc import Sequence
from typing import Final

from crypto.errors import ProofError
from crypto.linked.preimage import Claim, holds
from crypto.randomness import RandomBytes, random_bytes

_ONE_BY_ONE: Final = 4
_SEARCH_CHECKS: Final = 3
"""How many times the cost of the first check a search may add, counted in proofs."""
_CHECK_COSTS: Final = 15
"""What a check costs before its first proof, counted in proofs."""


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
    return tuple(sorted((*wrong, *_Search(sound, random).wrong())))


class _Search:
    def __init__(self, claims: dict[int, Claim], random: RandomBytes) -> None:
        self._claims = claims
        self._random = random
        self._budget = (1 + _SEARCH_CHECKS) * len(claims) + _CHECK_COSTS

    def wrong(self) -> list[int]:
        """The places of the wrong claims, the largest suspect sets searched first."""
        everyone = list(self._claims)
        if not everyone or self._hold(everyone):
            return []
        suspects, alone = [everyone], list[int]()
        while suspects:
            suspect = suspects.pop(0)
            if len(suspect) <= _ONE_BY_ONE or self._budget < len(suspect) + 2 * _CHECK_COSTS:
                alone += suspect
            else:
                suspects += self._narrow(suspect)
        return [place for place in alone if not self._hold([place])]

    def _narrow(self, suspect: list[int]) -> list[list[int]]:
        """The halves with a lie in them."""
        middle = len(suspect) // 2
        first, second = suspect[:middle], suspect[middle:]
        if self._hold(first):
            return [second]  # a suspect set has a wrong claim, so it is in here
        return [first] if self._hold(second) else [first, second]

    def _hold(self, places: list[int]) -> bool:
        self._budget -= len(places) + _CHECK_COSTS
        return holds([self._claims[place] for place in places], self._random)
