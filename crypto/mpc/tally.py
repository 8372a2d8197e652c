"""How many records are in each category, which categories are the largest, and where does one person stand?

A category is a plane: who is in it. Codes of b bits become 2^b planes by `one_hot`; every number of every
table is then a count of planes, all of them in the same rounds. Private groups cross private categories by
one AND a pair and record. A public crowd, or a public group, is a mask and costs nothing; a secret crowd
costs one AND a plane.

The largest categories are found inside: every pair of counts is compared, the place of a category is the
number of those that beat it, and the category of a place is picked by equality with that place. Ties go to
the smaller code. Codes and counts come out as shared elements, in order; nothing else is opened.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError
from crypto.mpc.bits import and_outer, spread
from crypto.mpc.comparison import compare, equals_public, less_than, one_hot
from crypto.mpc.conversion import planes_to_field
from crypto.mpc.counting import count, count_planes, sum_numbers
from crypto.mpc.packing import everybody, pack, pack_bits, unpack_bits
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, Words, together
from crypto.mpc.shares import Elements, Planes

Crowd = Words | Planes | None
"""Who counts: a public plane, a shared one, or everybody."""


class Top(NamedTuple):
    """The largest categories in order, as shared elements."""

    codes: Elements
    counts: Elements


class Standing(NamedTuple):
    """How many of a crowd are below one person, and how many stand where she stands; shape (1,) each."""

    lower: Elements
    equal: Elements


def histogram(party: Party, categories: Planes, *, among: Crowd = None) -> Protocol[Elements]:
    """How many records of a crowd are in each category.

    Raises:
        OutOfRangeError: there is no category, or the crowd is of other records.
    """
    inside = yield from _within(party, categories, among)
    return (yield from count(party, inside))


def histogram_of_codes(
    party: Party, codes: Planes, categories: int, *, among: Crowd = None
) -> Protocol[Elements]:
    """How many records of a crowd have each of the codes 0 to categories - 1.

    Raises:
        OutOfRangeError: there are no categories or more than codes, or the crowd is of other records.
    """
    if not 1 <= categories <= 1 << codes.count:
        raise OutOfRangeError(f"expected 1 to {1 << codes.count} categories, got {categories}")
    planes = yield from one_hot(party, codes)
    return (yield from histogram(party, planes.take(slice(categories)), among=among))


def histogram_by_group(party: Party, groups: Words, categories: Planes) -> Protocol[Elements]:
    """How many records of each public group, a table of masks, are in each category: groups by categories.

    Raises:
        OutOfRangeError: there is no group or no category, or the masks are of other records.
    """
    if groups.shape[1:] != categories.first.shape[1:]:
        raise OutOfRangeError(f"expected masks of {categories.first.shape[1]} words, got {groups.shape[1:]}")
    halves = ((groups[:, None] & words).reshape(-1, words.shape[1]) for words in _both(categories))
    counts = yield from count(party, Planes(party.role, categories.records, *halves))
    return counts.reshape(groups.shape[0], categories.count)


def cross_table(
    party: Party, groups: Planes, categories: Planes, *, among: Crowd = None
) -> Protocol[Elements]:
    """How many records of a crowd are in each group and category: groups by categories.

    Raises:
        OutOfRangeError: there is no group or category, or crowd, groups and categories differ in records.
    """
    inside = yield from _within(party, groups, among)
    both = yield from and_outer(party, inside, categories)
    counts = yield from count(party, both)
    return counts.reshape(groups.count, categories.count)


def group_sums(party: Party, groups: Planes, numbers: Planes, *, among: Crowd = None) -> Protocol[Elements]:
    """For each group the sum of the numbers of its records within a crowd.

    Raises:
        OutOfRangeError: there is no group, a sum could leave the field, or records differ.
    """
    inside = yield from _within(party, groups, among)
    kept = yield from and_outer(party, inside, numbers)
    starts = range(0, kept.count, numbers.count)
    return (yield from sum_numbers(party, [kept.take(slice(at, at + numbers.count)) for at in starts]))


def top_categories(party: Party, categories: Planes, size: int, *, among: Crowd = None) -> Protocol[Top]:
    """The codes and counts of the largest categories of a crowd, the largest first.

    Args:
        party: this role.
        categories: one plane for each code.
        size: how many to find, 1 to the number of categories; public.
        among: the crowd.

    Raises:
        OutOfRangeError: the size is out of range, or the crowd is of other records.
    """
    if not 1 <= size <= categories.count:
        raise OutOfRangeError(f"expected 1 to {categories.count} categories to find, got {size}")
    inside = yield from _within(party, categories, among)
    counts = yield from count_planes(party, inside)
    return (yield from largest(party, counts, size))


def largest(party: Party, counts: Planes, size: int) -> Protocol[Top]:
    """The places and values of the largest of some shared numbers, the largest first, ties by place.

    Args:
        party: this role.
        counts: the numbers, unsigned, a record each.
        size: how many to find, 1 to the number of records; public.

    Raises:
        OutOfRangeError: the size is out of range.
    """
    if not 1 <= size <= counts.records:
        raise OutOfRangeError(f"expected 1 to {counts.records} numbers to find, got {size}")
    holders = yield from _holders(party, counts, size)
    picked = yield from and_outer(party, holders, counts)
    rows = (words.reshape(size, -1).T for words in _parities(picked))
    codes = np.arange(counts.records, dtype=np.uint64)
    bits = max(1, (counts.records - 1).bit_length())
    named = Planes.stack([holders.mask(pack(codes >> np.uint64(bit), 1)) for bit in range(bits)])
    names = (words.reshape(bits, size) for words in _parities(named))
    found = yield from together(
        [planes_to_field(party, _planes_of(party.role, size, table)) for table in (names, rows)]
    )
    return Top(*found)


def standing(party: Party, numbers: Planes, person: Planes, *, among: Crowd = None) -> Protocol[Standing]:
    """Where one person stands in a crowd: how many have a smaller number than hers, and how many have hers.

    She counts among the equal ones if she is in the crowd. The buyer computes her percentile from both.

    Args:
        party: this role.
        numbers: the numbers of the crowd.
        person: the same bits of one record, hers.
        among: the crowd.

    Raises:
        OutOfRangeError: `person` is not one record of as many bits, or the crowd is of other records.
    """
    if person.records != 1 or person.count != numbers.count:
        raise OutOfRangeError(f"expected one record of {numbers.count} bits")
    hers = spread(person)
    wide = (np.broadcast_to(words, numbers.first.shape) for words in _both(hers))
    answers = yield from compare(party, numbers, Planes(party.role, numbers.records, *wide))
    inside = yield from _within(party, Planes.stack(answers), among)
    counts = yield from count(party, inside)
    return Standing(counts.take(slice(0, 1)), counts.take(slice(1, 2)))


def _within(party: Party, planes: Planes, among: Crowd) -> Protocol[Planes]:
    if among is None:
        return planes
    if not isinstance(among, Planes):
        if among.shape != planes.first.shape[1:]:
            raise OutOfRangeError(f"expected a crowd of {planes.first.shape[1]} words, got {among.shape}")
        return planes.mask(among)
    if among.count != 1:
        raise OutOfRangeError(f"expected one plane for the crowd, got {among.count}")
    return (yield from and_outer(party, among, planes))


def _holders(party: Party, counts: Planes, size: int) -> Protocol[Planes]:
    """Plane s says which category (the records) holds place s."""
    if counts.records == 1:
        return Planes.public(party.role, 1, everybody(1)[None])
    first, second = np.triu_indices(counts.records, k=1)
    smaller = yield from less_than(party, counts.gather(first), counts.gather(second))
    places = yield from count_planes(party, _beaten(smaller, counts.records))
    planes = yield from together([equals_public(party, places, place) for place in range(size)])
    return Planes.stack(planes)


def _beaten(smaller: Planes, categories: int) -> Planes:
    """For each category one bit for every other: whether that one comes before it.

    Of a pair i < j the bit says that i is smaller, so that j comes before i; otherwise i comes before j.
    """
    first, second = np.triu_indices(categories, k=1)
    pairs = np.empty((categories, categories), dtype=np.int64)
    pairs[first, second] = pairs[second, first] = np.arange(first.size)
    others = ~np.eye(categories, dtype=np.bool_)
    rows = pairs[others].reshape(categories, -1)
    turned = np.tri(categories, dtype=np.bool_)[others].reshape(rows.shape)
    bits = (unpack_bits(words, smaller.records)[0][rows] for words in _both(smaller))
    asked = _planes_of(smaller.role, rows.shape[1], bits)
    return asked ^ Planes.public(smaller.role, rows.shape[1], pack_bits(turned))


def _planes_of(role: int, records: int, bits: Iterable[NDArray[np.uint64]]) -> Planes:
    """Planes from both summands as tables of single bits."""
    first, second = (pack_bits(table) for table in bits)
    return Planes(role, records, first, second)


def _both(planes: Planes) -> tuple[Words, Words]:
    return planes.first, planes.second


def _parities(planes: Planes) -> tuple[Words, Words]:
    """For each plane the XOR of all its bits, as a word."""
    trimmed = planes.trimmed()
    return _parity(trimmed.first), _parity(trimmed.second)


def _parity(words: Words) -> Words:
    folded: Words = np.bitwise_xor.reduce(words, axis=1)
    for distance in (32, 16, 8, 4, 2, 1):
        folded = folded ^ folded >> np.uint64(distance)
    return folded & np.uint64(1)
