"""What have all answers with noise about one person told of her together? Two accounts of the same.

What she allowed is a sum: every answer costs its epsilon, and all of them together no more than her limit
(`epsilonTotal`). That is what a policy says, what wording and receipts tell her, and what nodes enforce.

Beside it stands what the answers come to by composition: each is ρ-zCDP for the ρ that its epsilon buys at
`DELTA`, the ρ add up exactly, however later questions were chosen after earlier answers (Bun and Steinke, TCC
2016, lemma 2.3), and their sum gives one epsilon at that same delta, which is paid once. It is a bound on the
same answers and never above the sum, so it may be told to her and to an auditor without changing what she
agreed to.

Every answer with noise here has discrete Gaussian noise, on shares, on summands and under encryption, so
there is one mechanism to add up. Exact answers have none and are in neither account: `consent.differencing`
is what hides her in those, and no epsilon would describe it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from consent.query import decimal_text
from crypto.encoding import Json
from crypto.noise import DELTA, epsilon_from_rho, rho_from_epsilon


@dataclass(frozen=True)
class Spending:
    """The sum of the epsilons, which is held against her limit, and the sum of what they buy as ρ."""

    epsilon: Decimal = Decimal(0)
    rho: Fraction = Fraction(0)

    @property
    def composed(self) -> Decimal:
        """The epsilon that all answers have together at `DELTA`, rounded up; never above the sum."""
        return min(self.epsilon, epsilon_from_rho(self.rho))

    def to_json(self) -> dict[str, Json]:
        """Both accounts as a document; ρ as an exact fraction."""
        return {
            "epsilon_sum": decimal_text(self.epsilon),
            "epsilon_composed": decimal_text(self.composed),
            "delta": decimal_text(DELTA),
            "rho": str(self.rho),
        }


def spending(epsilons: Iterable[Decimal]) -> Spending:
    """The two accounts of answers with these epsilons; an exact one counts as 0 and adds nothing.

    Raises:
        OutOfRangeError: an epsilon is negative or not finite.
    """
    total, rho = Decimal(0), Fraction(0)
    for each in epsilons:
        total, rho = total + each, rho + rho_of(each)
    return Spending(total, rho)


@lru_cache(maxsize=1024)
def rho_of(epsilon: Decimal) -> Fraction:
    """What an answer of this epsilon costs as ρ: what its measures and tasks share, and 0 for an exact one.

    Raises:
        OutOfRangeError: epsilon is negative or not finite.
    """
    return rho_from_epsilon(epsilon) if epsilon else Fraction(0)
