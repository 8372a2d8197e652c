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

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from consent.query import decimal_text
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.noise import DELTA, epsilon_from_rho, rho_from_epsilon
from crypto.reading import Fields

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,30})?")
_FRACTION = re.compile(r"(0|[1-9][0-9]{0,39})(/[1-9][0-9]{0,39})?")
_MAX_TEXT = 100


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

    @classmethod
    def from_fields(cls, fields: Fields) -> "Spending":
        """Read what `to_json` wrote, and hold its members against each other.

        Whether they are true of somebody's answers is not seen here; `is_at_least` compares.

        Raises:
            MalformedError: it has another form or delta, ρ is above the sum (no epsilon buys more ρ than
                itself), or the composed epsilon is not what ρ comes to.
        """
        texts = {name: fields.text(name, max_length=_MAX_TEXT) for name in ("epsilon_sum", "rho")}
        named = (
            fields.text("epsilon_composed", max_length=_MAX_TEXT),
            fields.text("delta", max_length=_MAX_TEXT),
        )
        fields.done()
        if not _DECIMAL.fullmatch(texts["epsilon_sum"]) or not _FRACTION.fullmatch(texts["rho"]):
            raise MalformedError(f"{fields.where}: expected a decimal sum and rho as a fraction")
        told = cls(Decimal(texts["epsilon_sum"]), Fraction(texts["rho"]))
        if told.rho > told.epsilon:
            raise MalformedError(f"{fields.where}: rho is above the sum")
        if named != (decimal_text(told.composed), decimal_text(DELTA)):
            raise MalformedError(
                f"{fields.where}: the composed epsilon is not what rho comes to at delta {DELTA}"
            )
        return told

    def is_at_least(self, other: "Spending") -> bool:
        """Whether this account holds at least as much as another one, in both ways of counting."""
        return self.epsilon >= other.epsilon and self.rho >= other.rho


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
