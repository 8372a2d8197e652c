"""How do three roles AND bits that none of them sees? In one round, for one bit on the wire an AND and role.

With x = x_0 ^ x_1 ^ x_2 and y alike, role i computes

    z_i = x_i y_i ^ x_i y_{i+1} ^ x_{i+1} y_i ^ F(k_i) ^ F(k_{i+1})

and sends it to role i-1. The z_i add up to xy, because the F terms cancel, and each is uniform to a role that
lacks one of the two keys, as role i-1 does (Araki, Furukawa, Lindell, Nof, Ohara, CCS 2016). Words carry 64
records, XOR and NOT cost nothing.

`and_outer` takes every plane of one table with every plane of another; `select` adds up many ANDs before
anything is sent, so that choosing one of many planes by shared bits costs one bit a record on the wire.

What a role receives is uniform whatever the data. A role that lies about z_i flips bits of the product, of
its choice and unseen. It learns nothing by that; but where a flipped bit meets other secret bits later on,
the answer depends on them, and who has both the lie and the answer can read them. So where the buyer may be
in league with a node, and where a wrong answer matters, the triples that `Party.audit` collects are verified
before anything is released (`crypto.mpc.verified_bits`).
"""

from collections.abc import Sequence
from typing import Any, Final

import numba
import numpy as np

from crypto.errors import OutOfRangeError
from crypto.mpc.packing import unpack_bits
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, Words
from crypto.mpc.shares import Planes

_WORD: Final = numba.types.uint64
_VOID: Final = numba.types.void
_ONES: Final = np.uint64(2**64 - 1)


def _given(dimensions: int) -> Any:
    """The type of a contiguous argument that is only read: what came off the wire is read-only."""
    return numba.types.Array(_WORD, dimensions, "C", readonly=True)


@numba.njit(_VOID(_WORD[::1], *[_given(1)] * 4), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _and(out: Any, x_own: Any, x_next: Any, y_own: Any, y_next: Any) -> None:
    for index in range(out.size):
        own = y_own[index]
        out[index] ^= (x_own[index] & (own ^ y_next[index])) ^ (x_next[index] & own)


@numba.njit(_VOID(_WORD[:, :, ::1], *[_given(2)] * 4), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _outer(out: Any, x_own: Any, x_next: Any, y_own: Any, y_next: Any) -> None:
    for left in range(out.shape[0]):
        for right in range(out.shape[1]):
            for index in range(out.shape[2]):
                own = y_own[right, index]
                product = (x_own[left, index] & (own ^ y_next[right, index])) ^ (x_next[left, index] & own)
                out[left, right, index] ^= product


@numba.njit(_VOID(_WORD[:, ::1], *[_given(2)] * 2, *[_given(3)] * 2), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _select(out: Any, bit_own: Any, bit_next: Any, y_own: Any, y_next: Any) -> None:
    for case in range(y_own.shape[0]):
        for row in range(out.shape[0]):
            own, following = bit_own[case, row], bit_next[case, row]
            both = own ^ following
            for index in range(out.shape[1]):
                out[row, index] ^= (both & y_own[case, row, index]) ^ (own & y_next[case, row, index])


def and_planes(party: Party, left: Planes, right: Planes) -> Protocol[Planes]:
    """The AND of two tables of planes of one shape, bit by bit. One round.

    Raises:
        OutOfRangeError: the tables are not of one shape.
    """
    if left.first.shape != right.first.shape:
        raise OutOfRangeError(f"expected tables of one shape, got {left.first.shape} and {right.first.shape}")
    own = party.zero_words(left.first.size)
    _and(own, *(_flat(words) for words in (left.first, left.second, right.first, right.second)))
    product = yield from _reshared(party, own.reshape(left.first.shape), left.records)
    _note(party, left, right, product)
    return product


def and_all(party: Party, pairs: Sequence[tuple[Planes, Planes]]) -> Protocol[list[Planes]]:
    """The ANDs of many pairs, each of one shape, in one round.

    Raises:
        OutOfRangeError: a pair is not of one shape.
    """
    for left, right in pairs:
        if left.first.shape != right.first.shape:
            raise OutOfRangeError("expected each pair to be of one shape")
    left, right = (_joined([pair[side] for pair in pairs]) for side in (0, 1))
    product = yield from and_planes(party, left, right)
    results, place = [], 0
    for one, _ in pairs:
        end = place + one.first.size
        parts = (words[place:end].reshape(one.first.shape) for words in (product.first, product.second))
        results.append(Planes(party.role, one.records, *parts))
        place = end
    return results


def and_outer(party: Party, left: Planes, right: Planes) -> Protocol[Planes]:
    """Every plane of `left` AND every plane of `right`: plane i·(planes of right) + j is left i AND right j.

    Raises:
        OutOfRangeError: the tables are not of the same records.
    """
    if left.records != right.records:
        raise OutOfRangeError(f"expected planes of {left.records} records, got {right.records}")
    shape = (left.count, right.count, left.first.shape[1])
    if party.audit is not None:
        wide = Planes(left.role, left.records, *(np.repeat(w, shape[1], axis=0) for w in _both(left)))
        tiled = Planes(left.role, left.records, *(np.tile(w, (shape[0], 1)) for w in _both(right)))
        product = yield from and_planes(party, wide, tiled)
        return product
    own = party.zero_words(left.count * right.count * left.first.shape[1]).reshape(shape)
    _outer(own, *(np.ascontiguousarray(words) for words in (*_both(left), *_both(right))))
    product = yield from _reshared(party, own.reshape(-1, shape[2]), left.records)
    return product


def select(party: Party, bits: Planes, cases: Planes) -> Protocol[Planes]:
    """The XOR over all cases of (bit AND plane), where one shared bit stands for a whole plane. One round.

    Args:
        party: this role.
        bits: words that are all ones or all zeros when opened (`spread`), cases by planes.
        cases: cases by planes by words.

    Raises:
        OutOfRangeError: there is not one bit for each plane of each case.
    """
    if bits.first.shape != cases.first.shape[:2]:
        raise OutOfRangeError(f"expected bits of shape {cases.first.shape[:2]}, got {bits.first.shape}")
    shape = cases.first.shape
    if party.audit is not None:
        wide = (np.broadcast_to(words[..., None], shape) for words in _both(bits))
        terms = yield from and_planes(party, Planes(bits.role, cases.records, *wide), cases)
        sums = (np.bitwise_xor.reduce(words, axis=0) for words in _both(terms))
        return Planes(party.role, cases.records, *sums)
    own = party.zero_words(shape[1] * shape[2]).reshape(shape[1:])
    _select(own, *(np.ascontiguousarray(words) for words in (*_both(bits), *_both(cases))))
    chosen = yield from _reshared(party, own, cases.records)
    return chosen


def or_planes(party: Party, left: Planes, right: Planes) -> Protocol[Planes]:
    """The OR of two tables of planes of one shape. One round.

    Raises:
        OutOfRangeError: the tables are not of one shape.
    """
    both = yield from and_planes(party, left, right)
    return left ^ right ^ both


def choose(party: Party, bit: Planes, if_one: Planes, if_zero: Planes) -> Protocol[Planes]:
    """For each record the planes of `if_one` where its bit is set, else those of `if_zero`. One round.

    Raises:
        OutOfRangeError: the bit is not one plane, or the tables are not of one shape.
    """
    if bit.count != 1:
        raise OutOfRangeError(f"expected one plane of bits, got {bit.count}")
    change = yield from and_outer(party, bit, if_one ^ if_zero)
    return if_zero ^ change


def spread(bits: Planes) -> Planes:
    """For each bit a word that repeats it 64 times: planes by records, and every word is one bit."""
    words = (unpack_bits(table, bits.records) * _ONES for table in _both(bits))
    return Planes(bits.role, bits.records, *words)


def _reshared(party: Party, own: Words, records: int) -> Protocol[Planes]:
    inbox = yield party.send_back(own)
    return Planes(party.role, records, own, inbox[party.after].reshape(own.shape))


def _note(party: Party, left: Planes, right: Planes, product: Planes) -> None:
    if party.audit is not None:
        party.audit.append((left, right, product))


def _both(planes: Planes) -> tuple[Words, Words]:
    return planes.first, planes.second


def _flat(words: Words) -> Words:
    return np.ascontiguousarray(words).reshape(-1)


def _joined(tables: Sequence[Planes]) -> Planes:
    halves = (np.concatenate([_both(table)[half].reshape(-1) for table in tables]) for half in (0, 1))
    return Planes(tables[0].role, tables[0].records, *halves)
