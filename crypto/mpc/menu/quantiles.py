"""Which values stand at some fractions of a crowd, give or take noise in their place?

Without noise this is `crypto.mpc.ranks`. With noise the walk decides one bit of the value after the other:
let c be how many of the crowd are below the upper half of what is still possible, m how many there are, and N
a fresh draw of discrete Gaussian noise. Then for the fraction q = a/b the bit is 1 if and only if

    a (m - 1) + b t >= b (c + N).

One person who is counted or not changes q (m - 1) - c by at most 1, so a draw of variance 1/(2ρ) makes each
decision ρ-zCDP, and K decisions for each of F fractions together K·F·ρ, however they depend on each other.
People in different crowds do not add up: each is in one. t is 0 but for the fractions 0 and 1, where it is
the margin and minus the margin, so that an extreme is a value that some people lie beyond.

The walk's error is one of place: the value that is found stands, in the sorted crowd, about as many people
from where it should as the noise deviates. Nothing is opened, neither a count, nor a bit, nor the path.
"""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.mpc.bits import and_outer, select, spread
from crypto.mpc.conversion import planes_to_field
from crypto.mpc.decomposition import field_to_planes
from crypto.mpc.menu.noised_counts import Digits, count_with
from crypto.mpc.menu.plan import Quantiles
from crypto.mpc.noise_plan import GaussianPlan, gaussian_plan
from crypto.mpc.party import Party
from crypto.mpc.ranks import quantile_planes
from crypto.mpc.rounds import Protocol, Words
from crypto.mpc.sampling import gaussian_digits
from crypto.mpc.shares import Elements, Planes

MAX_BITS = 62


def quantiles(
    party: Party, noise: Party, task: Quantiles, numbers: Planes, crowds: Planes
) -> Protocol[Elements]:
    """The values of a task as shared elements, crowds by fractions, flat.

    Args:
        party: this role in this attempt.
        noise: this role with the keys of the noise.
        task: what is asked.
        numbers: the planes of the values, bit 0 first.
        crowds: one plane for each crowd.

    Raises:
        OutOfRangeError: a fraction is not in [0, 1] or too fine, or the noise cannot be drawn.
        ProtocolError, MalformedMessageError: what another role sent contradicts the protocol.
    """
    if not task.rho:
        exact = yield from quantile_planes(party, numbers, crowds, task.fractions)
        return (yield from planes_to_field(party, exact))
    plan = gaussian_plan(1, task.rho)
    answers = crowds.count * len(task.fractions)
    drawn = yield from gaussian_digits(party, noise, plan, answers * numbers.count)
    digits = Digits(drawn)
    sizes = yield from count_with(party, crowds, [])
    decisions = _Decisions.of(task, plan, crowds.count, numbers.records)
    places = decisions.places(sizes)
    inside = crowds.take(np.repeat(np.arange(crowds.count), len(task.fractions)))
    below = inside.mask(np.zeros(1, dtype=np.uint64))
    found: list[Planes] = []
    for level in range(numbers.count):
        bit = numbers.take(numbers.count - 1 - level)
        upper = yield from and_outer(party, bit, inside)
        lower = inside ^ upper
        draws = slice(answers * level, answers * (level + 1))
        counts = yield from count_with(party, below ^ lower, digits.levels(draws))
        over = yield from decisions.reached(party, places, counts)
        found.insert(0, over)
        inside, below = yield from _descended(party, over, (inside, lower, below))
    return (yield from planes_to_field(party, Planes.stack(found)))


@dataclass(frozen=True, eq=False)
class _Decisions:
    """The terms of the inequality for every answer: a, b and what is public of both its sides."""

    numerators: Words = field(repr=False)
    denominators: Words = field(repr=False)
    constants: tuple[int, ...]
    crowds: Words = field(repr=False)
    bits: int

    @classmethod
    def of(cls, task: Quantiles, plan: GaussianPlan, crowds: int, records: int) -> "_Decisions":
        fractions = list(task.fractions) * crowds
        if not fractions or not all(0 <= fraction <= 1 for fraction in fractions):
            raise OutOfRangeError("expected fractions in [0, 1], at least one")
        largest = max(fraction.denominator for fraction in fractions)
        reach = largest * (records + task.margin + 2 * plan.bound + plan.offset + 1)
        if reach.bit_length() > MAX_BITS:
            raise OutOfRangeError("a fraction is too fine for so many records")
        constants = tuple(
            -fraction.numerator + fraction.denominator * (_shift(fraction, task.margin) + plan.offset)
            for fraction in fractions
        )
        return cls(
            np.array([fraction.numerator for fraction in fractions], dtype=np.uint64),
            np.array([fraction.denominator for fraction in fractions], dtype=np.uint64),
            constants,
            np.repeat(np.arange(crowds), len(task.fractions)).astype(np.uint64),
            reach.bit_length() + 1,
        )

    def places(self, sizes: Elements) -> Elements:
        """The left side a (m - 1) + b t and the offset of the noise, for every answer."""
        own = sizes.take(self.crowds.astype(np.int64)).weigh(self.numerators)
        return own.plus(goldilocks.from_integers(self.constants))

    def reached(self, party: Party, places: Elements, counts: Elements) -> Protocol[Planes]:
        """One plane whose records are the answers: whether the place is not below the noised count."""
        weighed = counts.weigh(self.denominators)
        raised = (places - weighed).plus(np.full(self.numerators.size, 1 << self.bits - 1, dtype=np.uint64))
        planes = yield from field_to_planes(party, raised, self.bits)
        return planes.take(self.bits - 1)


def _descended(
    party: Party, over: Planes, walk: tuple[Planes, Planes, Planes]
) -> Protocol[tuple[Planes, Planes]]:
    """Who is inside and who is below once the bit is known: where it is 1, the lower half falls below."""
    inside, lower, below = walk
    answers = inside.count
    words = spread(over)
    bits = Planes(
        party.role,
        inside.records,
        *(np.tile(half.reshape(1, answers), (1, 2)) for half in (words.first, words.second)),
    )
    cases = Planes.stack([inside, lower])
    whole = Planes(party.role, inside.records, cases.first[None], cases.second[None])
    change = yield from select(party, bits, whole)
    return lower ^ change.take(slice(answers)), below ^ change.take(slice(answers, None))


def _shift(fraction: Fraction, margin: int) -> int:
    return {Fraction(0): margin, Fraction(1): -margin}.get(fraction, 0)
