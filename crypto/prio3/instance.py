"""Which instances of Prio3 are there by name?

The algorithms of draft-irtf-cfrg-vdaf-20, section 7.4, with their numbers in its registry, and the multiproof
variant of sums of vectors over the small field, which has no number of its own and takes one for private use.
"""

from collections.abc import Sequence
from math import isqrt
from typing import Final

from crypto.prio3.circuits.count import Count
from crypto.prio3.circuits.histogram import Histogram
from crypto.prio3.circuits.multihot import Multihot
from crypto.prio3.circuits.sum import Sum
from crypto.prio3.circuits.sum_vector import SumVector
from crypto.prio3.field import FIELD64, FIELD128
from crypto.prio3.scheme import FEWEST_PROOFS_ON_FIELD64, Prio3

COUNT: Final = 1
SUM: Final = 2
SUM_VECTOR: Final = 3
HISTOGRAM: Final = 4
MULTIHOT: Final = 5
PRIVATE_USE: Final = 0xFFFFFFFF


def count(shares: int) -> Prio3[int, int]:
    """Prio3Count: how many measurements are 1."""
    return Prio3(Count(FIELD64), COUNT, shares)


def sum_of(most: int, shares: int) -> Prio3[int, int]:
    """Prio3Sum: the sum of integers in [0, most]."""
    return Prio3(Sum(FIELD64, most), SUM, shares)


def sum_vector(length: int, most: int, chunk_length: int, shares: int) -> Prio3[Sequence[int], list[int]]:
    """Prio3SumVec: the sums of `length` integers in [0, most] each."""
    return Prio3(SumVector(FIELD128, length, most, chunk_length), SUM_VECTOR, shares)


def sum_vector_multiproof(
    length: int, most: int, chunk_length: int, shares: int, *, proofs: int = FEWEST_PROOFS_ON_FIELD64
) -> Prio3[Sequence[int], list[int]]:
    """Prio3SumVec on Field64, whose several proofs make up for the small field."""
    return Prio3(SumVector(FIELD64, length, most, chunk_length), PRIVATE_USE, shares, proofs)


def histogram(length: int, chunk_length: int, shares: int) -> Prio3[int, list[int]]:
    """Prio3Histogram: how many measurements fall into each of `length` buckets."""
    return Prio3(Histogram(FIELD128, length, chunk_length), HISTOGRAM, shares)


def multihot(
    length: int, max_weight: int, chunk_length: int, shares: int
) -> Prio3[Sequence[bool], list[int]]:
    """Prio3MultihotCountVec: how many set each of `length` marks, at most `max_weight` each."""
    return Prio3(Multihot(FIELD128, length, max_weight, chunk_length), MULTIHOT, shares)


def best_chunk_length(measurement_length: int) -> int:
    """The chunk length that makes proofs shortest, for `measurement_length` elements in a chunked circuit.

    A proof has 2·chunk + 2p - 1 elements with p the power of two above measurement_length/chunk. Chunks near
    the square root of the length are best up to that rounding; all chunks for which the number of calls is
    one less than a power of two are tried.
    """
    calls = ((1 << bits) - 1 for bits in range(1, measurement_length.bit_length() + 2))
    chunks = {-(-measurement_length // number) for number in calls} | {isqrt(measurement_length) or 1}
    return min(chunks, key=lambda chunk: (_proof_length(measurement_length, chunk), chunk))


def _proof_length(measurement_length: int, chunk: int) -> int:
    calls = -(-measurement_length // chunk)
    return 2 * chunk + 2 * (1 << calls.bit_length()) - 1
