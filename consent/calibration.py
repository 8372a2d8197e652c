"""How much noise does each measure need, and does every sum stay inside the field?

Sums of values are protected about the middle c of the range: with x in [0, 2c], one person adds at most c to
Σ(x - c) and c² to Σ(x - c)², half of what she adds to Σx and a quarter of what she adds to Σx². The nodes
compute the plain sums, and the noise makes up for it. With independent noise e₀, e₁, e₂ of the sizes that n,
Σ(x - c) and Σ(x - c)² need, the cells become

    n + e₀,   Σx + e₁ + c·e₀,   Σx² + e₂ + 2c·(e₁ + c·e₀) - c²·e₀,

a one-to-one function of n + e₀, Σ(x - c) + e₁ and Σ(x - c)² + e₂, which reveals exactly as much as those. A
product Σxy of numbers with middles c and d follows the noise of Σx by d, of Σy by c and of n by -cd likewise.

The noise is drawn inside the computation, once, by nobody (`crypto.mpc.sampling`); what is stated here is
the noise that is in the result. A measure and a task have equal shares of the whole privacy cost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, isqrt

from consent.cells import MAX_MEASURE, Cell, Family, Follows, sensitivity
from consent.errors import QueryRefusedError
from crypto.encoding import Json
from crypto.errors import MalformedError, OutOfRangeError
from crypto.mpc.noise_plan import gaussian_variance
from crypto.noise import rho_from_epsilon
from crypto.reading import Fields
from ssi.dataset import DataSet

FIELD_BITS = 62
"""Sums stay below 2^62 in magnitude, noise included; the nodes' field holds (-2^63 + 2^31, 2^63 - 2^31)."""

MAX_FRACTION = 200
MOST_VARIANCE = 1e150
MOST_FOLLOWS = 3
_NOISE_DEVIATIONS = 64
MAX_FACTOR = 40
_FACTOR = re.compile(r"-?[0-9]{1,30}")
_FRACTION = re.compile(r"[0-9]{1,100}(/[1-9][0-9]{0,90})?")


@dataclass(frozen=True)
class Measure:
    """A family of cells, and the noise that each of them gets.

    The noise of a cell has `variance`, and `rho` is what it costs; both are 0 if the answer is exact. Added
    to it is the noise of the cells of the same group that this one `follows`. A measure follows only measures
    before it.
    """

    name: str
    sensitivity: int
    rho: Fraction
    variance: Fraction
    follows: tuple[Follows, ...] = ()

    @property
    def noise_variance(self) -> float:
        """The variance of the noise as a number, without what it follows."""
        return float(self.variance)

    def to_json(self) -> dict[str, Json]:
        """The measure as a document; whole numbers that may exceed 2^53 are written as text."""
        return {
            "measure": self.name,
            "sensitivity": str(self.sensitivity),
            "rho": str(self.rho),
            "variance": str(self.variance),
            "noise_variance": self.noise_variance,
            "follows": [{"measure": each.measure, "factor": str(each.factor)} for each in self.follows],
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Measure":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        fields.number("noise_variance", most=MOST_VARIANCE)
        measure = cls(
            name=fields.text("measure", max_length=MAX_MEASURE),
            sensitivity=int(read_fraction(fields, "sensitivity")),
            rho=read_fraction(fields, "rho"),
            variance=read_fraction(fields, "variance"),
            follows=tuple(_read_follows(each) for each in fields.objects("follows", most=MOST_FOLLOWS)),
        )
        fields.done()
        return measure


def share_of(epsilon: Decimal | None, releases: int) -> Fraction:
    """What each of so many releases may spend of a query's privacy cost, as rho; 0 for an exact answer."""
    return Fraction(0) if epsilon is None else rho_from_epsilon(epsilon) / max(1, releases)


def calibrate(families: Sequence[Family], share: Fraction) -> tuple[Measure, ...]:
    """The noise of each measure that may spend `share`.

    Raises:
        QueryRefusedError: so much noise cannot be drawn.
    """
    return tuple(
        Measure(each.name, sensitivity(each), share, variance_for(sensitivity(each), share), each.follows)
        for each in families
    )


def variance_for(sensitivity: int, rho: Fraction) -> Fraction:
    """The variance of the noise that protects a sum of this sensitivity at this cost; 0 at no cost: exact.

    Raises:
        QueryRefusedError: so much noise cannot be drawn.
    """
    if not rho:
        return Fraction(0)
    try:
        return gaussian_variance(sensitivity, rho)
    except OutOfRangeError as error:
        raise QueryRefusedError(
            "the noise would be too large to be drawn", "ask with a larger epsilon, or for less at once"
        ) from error


def check_overflow(
    cells: Sequence[Cell], measures: Sequence[Measure], data_set: DataSet, people: int
) -> None:
    """Hold the largest sum that each cell could reach against the field.

    Raises:
        QueryRefusedError: some sum, with noise of up to 64 standard deviations, could leave it.
    """
    noise: dict[str, int] = {}
    for measure in measures:
        own = _NOISE_DEVIATIONS * (isqrt(ceil(measure.variance)) + 1)
        followed = sum(abs(each.factor) * noise[each.measure] for each in measure.follows)
        noise[measure.name] = (own if measure.variance else 0) + followed
    for cell in cells:
        largest = people * data_set.columns[cell.left].maximum
        if cell.right is not None:
            largest *= data_set.columns[cell.right].maximum
        if (largest + noise[cell.measure]).bit_length() > FIELD_BITS:
            raise QueryRefusedError(
                f"over {people} people, the sum of {cell.measure} could grow too large to be added up",
                "ask for fewer people, with a larger epsilon, or without squares and products",
            )


def _read_follows(fields: Fields) -> Follows:
    factor = fields.text("factor", max_length=MAX_FACTOR)
    if not _FACTOR.fullmatch(factor):
        raise MalformedError(f"{fields.where}.factor: expected a whole number")
    follows = Follows(fields.text("measure", max_length=MAX_MEASURE), int(factor))
    fields.done()
    return follows


def read_fraction(fields: Fields, name: str) -> Fraction:
    """Read a fraction that is not negative, as text in lowest terms or not.

    Raises:
        MalformedError: the member is missing or not such a text.
    """
    text = fields.text(name, max_length=MAX_FRACTION)
    if not _FRACTION.fullmatch(text):
        raise MalformedError(f"{fields.where}.{name}: expected a whole number or a fraction")
    return Fraction(text)
