"""How much noise does each measure need, and does every sum stay inside the ring?

Sums of values are protected about the middle c of the range: with x in [0, 2c], one person adds at most c to
Σ(x - c) and c² to Σ(x - c)², half of what she adds to Σx and a quarter of what she adds to Σx². The nodes
compute the plain sums, and the noise makes up for it. With independent noise e₀, e₁, e₂ of the sizes that n,
Σ(x - c) and Σ(x - c)² need, the cells become

    n + e₀,   Σx + e₁ + c·e₀,   Σx² + e₂ + 2c·(e₁ + c·e₀) - c²·e₀,

a one-to-one function of n + e₀, Σ(x - c) + e₁ and Σ(x - c)² + e₂, which reveals exactly as much as those.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, isqrt

from consent.cells import Cell, Family, centre, denominator, of_part, sensitivity
from consent.errors import QueryRefusedError
from consent.query import MAX_NAME
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.noise import distributed_variance, rho_from_epsilon
from crypto.reading import Fields
from ssi.attribute import Part
from ssi.dataset import DataSet

NODES = 3
RING_BITS = 62
"""Sums stay below 2^62 in magnitude, noise included; numbers of the ring Z_2^64 are read as signed."""

MAX_FRACTION = 200
MOST_VARIANCE = 1e150
_NOISE_DEVIATIONS = 64
_FINEST = 1024
MAX_FACTOR = 40
_FACTOR = re.compile(r"-?[0-9]{1,30}")
_FRACTION = re.compile(r"[0-9]{1,100}(/[1-9][0-9]{0,90})?")


@dataclass(frozen=True)
class Follows:
    """That the noise of a measure's cell also contains `factor` times that of another measure's."""

    measure: str
    factor: int


@dataclass(frozen=True)
class Measure:
    """A family of cells, and the noise that each node adds to each of them.

    Each node draws noise of `node_variance`, 0 if the answer is exact, and adds to it the noise that it drew
    for the cells of the same group that this one `follows`. A measure follows only measures before it.
    """

    name: str
    sensitivity: int
    node_variance: Fraction
    follows: tuple[Follows, ...] = ()

    @property
    def noise_variance(self) -> float:
        """The variance of the noise of all nodes together, without what it follows."""
        return float(NODES * self.node_variance)

    def to_json(self) -> dict[str, Json]:
        """The measure as a document; whole numbers that may exceed 2^53 are written as text."""
        return {
            "measure": self.name,
            "sensitivity": str(self.sensitivity),
            "node_variance": str(self.node_variance),
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
            name=fields.text("measure", max_length=MAX_NAME),
            sensitivity=int(_read_fraction(fields, "sensitivity")),
            node_variance=_read_fraction(fields, "node_variance"),
            follows=tuple(_read_follows(each) for each in fields.objects("follows", most=2)),
        )
        fields.done()
        return measure


def calibrate(epsilon: Decimal | None, families: Sequence[Family]) -> tuple[Measure, ...]:
    """The noise of each measure, all measures sharing the privacy cost equally; none for an exact answer."""
    if epsilon is None:
        return tuple(Measure(each.name, sensitivity(each), Fraction(0)) for each in families)
    share = rho_from_epsilon(epsilon) / len(families)
    return tuple(_noisy(each, share) for each in families)


def check_overflow(
    cells: Sequence[Cell], measures: Sequence[Measure], data_set: DataSet, people: int
) -> None:
    """Hold the largest sum that each cell could reach against the ring.

    Raises:
        QueryRefusedError: some sum, with noise of up to 64 standard deviations, could leave it.
    """
    noise: dict[str, int] = {}
    for measure in measures:
        own = _NOISE_DEVIATIONS * (isqrt(ceil(NODES * measure.node_variance)) + 1)
        followed = sum(abs(each.factor) * noise[each.measure] for each in measure.follows)
        noise[measure.name] = (own if measure.node_variance else 0) + followed
    for cell in cells:
        largest = people * data_set.columns[cell.left].maximum
        if cell.right is not None:
            largest *= data_set.columns[cell.right].maximum
        if (largest + noise[cell.measure]).bit_length() > RING_BITS:
            raise QueryRefusedError(
                f"over {people} people, the sum of {cell.measure} could grow too large to be added up",
                "ask for fewer people, with a larger epsilon, or without the standard deviation",
            )


def _noisy(family: Family, share: Fraction) -> Measure:
    variance = distributed_variance(sensitivity(family), share)
    # Rounded up, so that the document stays short and the noise is never less than promised.
    rounded = Fraction(ceil(variance * _FINEST), _FINEST)
    return Measure(family.name, sensitivity(family), rounded, _follows(family))


def _follows(family: Family) -> tuple[Follows, ...]:
    if family.attribute is None or family.part not in {Part.VALUE, Part.SQUARE}:
        return ()
    middle, people = centre(family.attribute), denominator(family.attribute).name
    if family.part is Part.VALUE:
        return (Follows(people, middle),)
    return (Follows(of_part(family.attribute, Part.VALUE).name, 2 * middle), Follows(people, -(middle**2)))


def _read_follows(fields: Fields) -> Follows:
    factor = fields.text("factor", max_length=MAX_FACTOR)
    if not _FACTOR.fullmatch(factor):
        raise MalformedError(f"{fields.where}.factor: expected a whole number")
    follows = Follows(fields.text("measure", max_length=MAX_NAME), int(factor))
    fields.done()
    return follows


def _read_fraction(fields: Fields, name: str) -> Fraction:
    text = fields.text(name, max_length=MAX_FRACTION)
    if not _FRACTION.fullmatch(text):
        raise MalformedError(f"{fields.where}.{name}: expected a whole number or a fraction")
    return Fraction(text)
