"""How does a value change its form: integers to planes, and bits to field elements or integers?

*Integers to planes.* The summands of a record are known to their two holders each, so their bits are shared
without a message (`Integers.summands`); a layer of full adders and one prefix adder give the bits of the sum.
What was checked about the summands, for instance that they open a signed commitment, holds for the planes.

*Bits to numbers.* A bit is b = d ^ b_2 with d = b_0 ^ b_1, and role 0 knows d: it deals d as a number, one
word to one role, the rest being pseudorandom. Then b = d + b_2 - 2 d b_2, and the product of two numbers of
which each is known in parts costs one resharing. For a weighted sum of bits only the sum is reshared, so that
a bit costs one word on the wire altogether. The three roles deal a third of the bits each, so that every role
sends as much as another.

What a role receives is uniform: it lacks one key of each mask. A role that deals something else than its
bits, or lies in the resharing, shifts results unseen. Where ANDs are noted to be verified (`Party.audit`),
conversion to the field therefore goes another way, several times as costly: `crypto.mpc.verified_conversion`
multiplies under authentication codes and checks them at once. The ring has none and then refuses.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from crypto import goldilocks
from crypto.errors import CryptoError, OutOfRangeError
from crypto.mpc import arithmetic
from crypto.mpc.addition import add_three
from crypto.mpc.integers import Integers
from crypto.mpc.packing import WORD_BITS, unpack_bits
from crypto.mpc.party import Party
from crypto.mpc.rounds import Inbox, Protocol, Words
from crypto.mpc.shares import Elements, Planes
from crypto.mpc.verified_conversion import verified_bits_to_field
from crypto.sharing.replicated import ROLES

MAX_BITS: Final = 62
"""Numbers of so many bits stay below p/2."""


class _Group(NamedTuple):
    """Where numbers live: the field, or the ring modulo 2^64. Bits are 0 and 1 in both."""

    add: Callable[[Words, Words], Words]
    subtract: Callable[[Words, Words], Words]
    draw: Callable[[Party, int], tuple[Words, Words]]
    received: Callable[[Inbox, int], Words]


class _Table(NamedTuple):
    """Single bits as words, both summands: rows by three thirds by columns."""

    own: Words
    held: Words


_Reduce = Callable[[Words], Words]
_FIELD: Final = _Group(goldilocks.add, goldilocks.subtract, Party.random_elements, arithmetic.received)
_RING: Final = _Group(np.add, np.subtract, Party.random_words, lambda inbox, sender: inbox[sender])


def integers_to_planes(party: Party, integers: Integers, bits: int) -> Protocol[Planes]:
    """The low bits of shared integers. 2 + ⌈log2 bits⌉ rounds, about bits · (2 + log2 bits) ANDs a record.

    Raises:
        OutOfRangeError: the number of bits is not in [1, 64].
    """
    return (yield from add_three(party, integers.summands(bits)))


def bits_to_field(party: Party, planes: Planes) -> Protocol[Elements]:
    """Every bit as a field element 0 or 1: planes by records. Two rounds, 4/3 of a word a bit and role."""
    bits = (unpack_bits(words, planes.records).reshape(1, -1) for words in (planes.first, planes.second))
    count = planes.count * planes.records
    own, held = yield from _exchange(party, _FIELD, _thirds(*bits), lambda table: table.reshape(-1))
    shape = (planes.count, planes.records)
    return Elements(party.role, own[:count].reshape(shape), held[:count].reshape(shape))


def planes_to_field(party: Party, planes: Planes) -> Protocol[Elements]:
    """For each record the number whose bits the planes are, unsigned, as a field element. Two rounds.

    Raises:
        OutOfRangeError: there are more than 62 planes, whose numbers could leave (-p/2, p/2).
    """
    if planes.count > MAX_BITS:
        raise OutOfRangeError(f"expected at most {MAX_BITS} planes, got {planes.count}")
    bits = (unpack_bits(words, planes.records).T for words in (planes.first, planes.second))
    weights = goldilocks.from_integers(1 << bit for bit in range(planes.count))
    own, held = yield from _exchange(party, _FIELD, _thirds(*bits), _field_sums(weights))
    return Elements(party.role, own, held)


def weighted_numbers(party: Party, planes: Planes, weights: Words) -> Protocol[Elements]:
    """The sum over all records of public weights times the numbers that the planes spell, of shape (1,).

    Two rounds and a third of a word a bit. Weights are field elements, one for each record.
    """
    bits = (unpack_bits(words, planes.records).reshape(1, -1) for words in (planes.first, planes.second))
    factors = np.concatenate([goldilocks.scale(weights, 1 << bit) for bit in range(planes.count)])
    own, held = yield from _exchange(party, _FIELD, _thirds(*bits), _field_sums(factors))
    return Elements(party.role, own, held)


def total_in_field(party: Party, levels: Sequence[Planes]) -> Protocol[Elements]:
    """For each row the sum of all its bits, those of level j weighing 2^j, as a field element. Two rounds.

    `levels[j]` is a table of rows by words, any number of them; every one of the 64 bits of a word counts.
    """
    weights = goldilocks.from_integers(_level_weights(levels))
    own, held = yield from _exchange(party, _FIELD, _lanes(levels), _field_sums(weights))
    return Elements(party.role, own, held)


def total_in_ring(party: Party, levels: Sequence[Planes]) -> Protocol[Integers]:
    """The same sums as integers modulo 2^64.

    Raises:
        CryptoError: the party notes ANDs to be verified, and this could not be.
    """
    weights = np.array([weight % 2**64 for weight in _level_weights(levels)], dtype=np.uint64)
    own, held = yield from _exchange(party, _RING, _lanes(levels), _ring_sums(weights))
    return Integers(party.role, own, held)


def _exchange(party: Party, group: _Group, bits: _Table, reduce: _Reduce) -> Protocol[tuple[Words, Words]]:
    """Both summands of `reduce` of the bits as numbers; `reduce` is linear and works on one summand.

    A role deals its own third; of the third that the role before it deals, it knows one part of d by its key,
    and of the third that the role after it deals, it is told the other part.
    """
    if party.audit is not None:
        values = yield from _verified(party, group, bits)
        return reduce(values.first), reduce(values.second)
    dealing, told, keyed = party.role, party.after, party.before
    shape = bits.own[:, dealing].shape
    first, second = (words.reshape(shape) for words in group.draw(party, bits.own[:, dealing].size))
    dealt = group.subtract(bits.own[:, dealing] ^ bits.held[:, dealing], second)
    inbox = yield party.send_back(dealt)
    came = group.received(inbox, party.after).reshape(shape)
    own, held, product = np.empty_like(bits.own), np.empty_like(bits.own), np.zeros_like(bits.own)
    own[:, dealing], held[:, dealing] = dealt, second
    own[:, keyed], held[:, keyed] = first, bits.held[:, keyed]
    own[:, told], held[:, told] = bits.own[:, told], came
    # A bit times a number below the modulus needs no reduction.
    product[:, keyed] = first * bits.held[:, keyed]
    product[:, told] = came * bits.own[:, told]
    part = reduce(product)
    masked = group.add(part, group.subtract(*group.draw(party, part.size)))
    inbox = yield party.send_back(masked)
    other = group.received(inbox, party.after)
    return (
        group.subtract(reduce(own), group.add(masked, masked)),
        group.subtract(reduce(held), group.add(other, other)),
    )


def _verified(party: Party, group: _Group, bits: _Table) -> Protocol[Elements]:
    if group is not _FIELD:
        raise CryptoError(
            "the ring has no authentication codes: where lies shall be noticed, count in the field"
        )
    return (yield from verified_bits_to_field(party, bits.own, bits.held))


def _thirds(own: Words, held: Words) -> _Table:
    """Cut the columns of a table into three equal parts, the last one filled up with zeros."""
    third = -(-own.shape[1] // len(ROLES))
    filled = ((0, 0), (0, third * len(ROLES) - own.shape[1]))
    shape = (own.shape[0], len(ROLES), third)
    return _Table(np.pad(own, filled).reshape(shape), np.pad(held, filled).reshape(shape))


def _lanes(levels: Sequence[Planes]) -> _Table:
    firsts, seconds = [level.first for level in levels], [level.second for level in levels]
    tables = (np.concatenate(side, axis=1) for side in (firsts, seconds))
    return _thirds(*(unpack_bits(table, table.shape[1] * WORD_BITS) for table in tables))


def _level_weights(levels: Sequence[Planes]) -> list[int]:
    words = [1 << exponent for exponent, level in enumerate(levels) for _ in range(level.first.shape[1])]
    return [weight for weight in words for _ in range(WORD_BITS)]


def _field_sums(weights: Words) -> _Reduce:
    def reduce(table: Words) -> Words:
        rows = table.reshape(table.shape[0], -1)[:, : weights.size]
        if rows.shape[0] <= weights.size:
            return goldilocks.stacked([goldilocks.inner_product(row, weights) for row in rows])
        sums = np.zeros(rows.shape[0], dtype=np.uint64)
        for column, weight in zip(rows.T, weights.tolist(), strict=True):
            sums = goldilocks.add(sums, goldilocks.scale(column, weight))
        return sums

    return reduce


def _ring_sums(weights: Words) -> _Reduce:
    def reduce(table: Words) -> Words:
        rows = table.reshape(table.shape[0], -1)[:, : weights.size]
        sums: Words = (rows * weights).sum(axis=1, dtype=np.uint64)
        return sums

    return reduce
