"""Which value stands at a given place of the sorted records? A walk down the bits that sorts nothing.

The walk keeps, for every question, two shared planes: `inside`, the records that agree with the value found
so far, and `below`, those known to be smaller. A level decides the next digit of w bits. For each d it takes
E_d = inside AND [digit <= d], counts c_d = |below ^ E_d|, and lets g_d = [rank >= c_d]: the digit is the
number of d with g_d, and `select` picks the planes of the next level by g. So a level costs 2^w - 1 ANDs, as
many counts, and two selections a record; its rounds depend on the number of records only through the count.

What place a public fraction is in a crowd of secret size, `crypto.mpc.places` says: 0 is the smallest record,
1 the largest, 1/2 the lower median.

Ties are records of one value: the value at the place is theirs. A crowd in which nobody is has value 0 and
count 0, told apart by the count alone. Nothing is opened: neither a count, nor a comparison, nor the path.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError
from crypto.mpc.addition import is_negative
from crypto.mpc.bits import and_outer, select, spread
from crypto.mpc.comparison import one_hot
from crypto.mpc.conversion import planes_to_field
from crypto.mpc.counting import count, count_integers
from crypto.mpc.decomposition import field_to_planes
from crypto.mpc.integers import Integers
from crypto.mpc.packing import pack_bits
from crypto.mpc.party import Party
from crypto.mpc.places import Questions
from crypto.mpc.rounds import Protocol, Words, both, together
from crypto.mpc.shares import Elements, Planes

# Digits of 2 bits cost least work; below so many records, round trips cost more than the work of 4 bits.
_SHORT: Final = 1 << 17
_NARROW, _WIDE = 2, 4


@dataclass(frozen=True, eq=False)
class Ranked:
    """What was found for each crowd, as shared elements."""

    values: Elements
    """Crowds by fractions."""

    counts: Elements
    """How many records each crowd has."""


def quantiles(
    party: Party, numbers: Planes, crowds: Planes, fractions: Sequence[Fraction], *, digit_bits: int = 0
) -> Protocol[Ranked]:
    """The values at some fractions of the sorted records of each crowd, and how many records it has.

    Args:
        party: this role.
        numbers: the planes of the values, bit 0 first, unsigned.
        crowds: one plane of presence for each crowd, shared or public.
        fractions: in [0, 1], public; all of them are answered for every crowd.
        digit_bits: how many bits a level decides: 1 to 4. More mean fewer rounds and, beyond 2, more work. By
            default 4 for up to 2^17 records and 2 for more.

    Raises:
        OutOfRangeError: crowds and numbers are of different records, a fraction is not in [0, 1] or its terms
            are too large for so many records, or a digit does not have 1 to 4 bits.
    """
    walk = quantile_planes(party, numbers, crowds, fractions, digit_bits=digit_bits)
    values, counts = yield from both(_in_field(party, walk), count(party, crowds))
    return Ranked(values.reshape(crowds.count, len(fractions)), counts)


def median(party: Party, numbers: Planes, crowds: Planes) -> Protocol[Ranked]:
    """The lower median of each crowd, and how many records it has.

    Raises:
        OutOfRangeError: crowds and numbers are of different records.
    """
    return (yield from quantiles(party, numbers, crowds, [Fraction(1, 2)]))


def quantile_planes(
    party: Party, numbers: Planes, crowds: Planes, fractions: Sequence[Fraction], *, digit_bits: int = 0
) -> Protocol[Planes]:
    """As `quantiles`, but the values alone, as planes of as many records as there are answers.

    Raises:
        OutOfRangeError: as `quantiles`.
    """
    width = digit_bits or (_WIDE if numbers.records <= _SHORT else _NARROW)
    if numbers.records != crowds.records or not 1 <= width <= _WIDE:
        raise OutOfRangeError("expected crowds among the records of the numbers, and digits of 1 to 4 bits")
    questions = Questions.of(fractions, crowds.count, numbers.records)
    # Integers are compared in fewer rounds, but only elements can be counted so that a lie is noticed.
    sized: Protocol[Integers | Elements] = (
        count_integers(party, crowds) if party.audit is None else count(party, crowds)
    )
    digits, sizes = yield from both(
        together([_cumulative(party, digit) for digit in _digits(numbers, width)]), sized
    )
    walk = _Walk.begin(crowds.trimmed(), len(fractions))
    found: list[Planes] = []
    for level, digit in enumerate(digits):
        reached = yield from and_outer(party, digit, walk.inside)
        over = yield from _passed(party, questions, sizes, reached ^ walk.below_for(digit.count))
        found = [*_digit_planes(over, walk.inside.count), *found]
        if level + 1 < len(digits):
            walk = yield from _descend(party, walk, reached, over)
    return Planes.stack(found)


def _in_field(party: Party, protocol: Protocol[Planes]) -> Protocol[Elements]:
    planes = yield from protocol
    return (yield from planes_to_field(party, planes))


@dataclass(frozen=True, eq=False)
class _Walk:
    """Where every walk stands."""

    inside: Planes = field(repr=False)
    below: Planes = field(repr=False)

    @classmethod
    def begin(cls, crowds: Planes, fractions: int) -> "_Walk":
        inside = crowds.take(np.repeat(np.arange(crowds.count), fractions))
        return cls(inside, inside.mask(np.zeros(1, dtype=np.uint64)))

    def below_for(self, cases: int) -> Planes:
        """The lower records once for each case of a digit."""
        return self.below.take(np.tile(np.arange(self.below.count), cases))


def _digits(numbers: Planes, width: int) -> list[Planes]:
    """The planes in digits, the highest first; only that one may be shorter."""
    ends = range(numbers.count, 0, -width)
    starts = [*ends[1:], 0]
    cuts = zip(starts, ends, strict=True)
    return [numbers.take(slice(start, end)) for start, end in cuts]


def _cumulative(party: Party, digit: Planes) -> Protocol[Planes]:
    """Plane d says whether the digit is at most d, for all but the largest d."""
    codes = yield from one_hot(party, digit)
    tables = (np.bitwise_xor.accumulate(words[:-1], axis=0) for words in (codes.first, codes.second))
    return Planes(party.role, digit.records, *tables)


def _passed(
    party: Party, questions: Questions, sizes: Integers | Elements, lower: Planes
) -> Protocol[Planes]:
    """For each digit and answer whether its place is not below the count of `lower`, as repeated bits."""
    if isinstance(sizes, Integers):
        integers = yield from count_integers(party, lower)
        distances = questions.distances(questions.places(sizes), integers)
        negative = yield from is_negative(party, distances.summands(questions.bits))
        return spread(negative.invert())
    elements = yield from count(party, lower)
    raised = questions.distances(questions.places(sizes), elements).plus(
        np.full(lower.count, 1 << questions.bits - 1, dtype=np.uint64)
    )
    planes = yield from field_to_planes(party, raised, questions.bits)
    return spread(planes.take(questions.bits - 1))


def _descend(party: Party, walk: _Walk, reached: Planes, over: Planes) -> Protocol[_Walk]:
    """The planes of the next level.

    Let E_{-1} = 0, and E = inside for the largest digit. For the digit D that was found, the records below
    gain E_{D-1}, which is the sum of E_d ^ E_{d-1} over all d < D, and E_D ^ E_{D-1} stay inside.
    """
    answers = walk.inside.count
    bits = Planes(
        party.role, reached.records, *(_answers(words, answers) for words in (over.first, over.second))
    )
    tables = zip((reached.first, reached.second), (walk.inside.first, walk.inside.second), strict=True)
    cases = Planes(party.role, reached.records, *(_cases(*table) for table in tables))
    change = yield from select(party, bits, cases)
    smallest = reached.take(slice(answers))
    return _Walk(smallest ^ change.take(slice(answers)), walk.below ^ change.take(slice(answers, None)))


def _answers(over: Words, answers: int) -> Words:
    """The bit of every digit and answer, twice: for `inside` and for `below`."""
    return np.tile(over.reshape(-1, answers), (1, 2))


def _cases(reached: Words, inside: Words) -> Words:
    """For each digit d what is added if d is passed: E_{d+1} ^ E_{d-1} inside, E_d ^ E_{d-1} below."""
    steps = reached.reshape(-1, *inside.shape)
    cases = np.concatenate([np.concatenate([steps[1:], inside[None]]), steps], axis=1)
    cases[1:, : inside.shape[0]] ^= steps[:-1]
    cases[1:, inside.shape[0] :] ^= steps[:-1]
    return cases


def _digit_planes(over: Planes, answers: int) -> list[Planes]:
    """The bits of the digit, which is how many d were passed: bit k turns where d and d + 1 differ in it."""
    passed = [words.reshape(-1, answers) for words in (over.first, over.second)]
    steps = np.arange(passed[0].shape[0])
    changes: NDArray[np.int64] = steps ^ steps + 1
    planes = []
    for bit in range(steps.size.bit_length()):
        turning = changes >> bit & 1 == 1
        tables = (pack_bits(np.bitwise_xor.reduce(words[turning], axis=0)[None] & 1) for words in passed)
        planes.append(Planes(over.role, answers, *tables))
    return planes
