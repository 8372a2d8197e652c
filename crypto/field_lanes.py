"""Arithmetic modulo the prime of secp256k1 for eight numbers at once, where the processor can.

p = 2^256 - 2^32 - 977 (SEC 2 §2.4.1). A number is five words of 52 bits, the lowest first, and eight numbers
stand beside each other (`crypto.word_lanes`, whose `AVAILABLE` has to hold). Every function takes and returns
numbers below 2^256 + 2^71, congruent to what it promises and not always below p, whose words are all below
2^52; `read_rows` and `crypto.curve_field.canonical` are for the end. A product takes about 4 ns a lane.

Numbers live in an array of shape (places, 5, 8), and functions name places in it, because numba has no
variables of eight words.

Timing. Straight-line code: nothing branches on a word or looks anything up by one; a test reads the machine
code.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from crypto.curve_field import fold
from crypto.machine_words import WORD
from crypto.word_lanes import LANE_TYPE, LANES, LIMB_BITS, lane_products

LIMBS: Final = 5
_TOP_BITS: Final = 48
_LIMB: Final = (1 << LIMB_BITS) - 1
_TOP: Final = (1 << _TOP_BITS) - 1
_FOLD: Final = 2**32 + 977
"""2^256 modulo p."""
_WIDE_FOLD: Final = _FOLD << (LIMBS * LIMB_BITS - 256)
"""2^260 modulo p."""
_TWICE_PRIME: Final = (2 * (2**52 - 1 - 2**32 - 976), 2 * _LIMB, 2 * _LIMB, 2 * _LIMB, 2 * _TOP)
"""2p in words of which none is below what a number has there, so that a difference borrows nothing."""

Numbers = NDArray[np.uint64]
"""Places of eight numbers each, of shape (places, 5, 8)."""
Words = Sequence[Any]


def _all(word: int) -> Any:
    return ir.Constant(LANE_TYPE, [word] * LANES)


def _operation(generate: Callable[[Any, Words, Words], list[Any]]) -> Callable[..., Any]:
    """An operation of two places into a third, from what makes its words."""

    def typed(_typing: Any, numbers: Any, into: Any, left: Any, right: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            start = builder.bitcast(array.data, LANE_TYPE.as_pointer())

            def pointers(place: Any) -> list[Any]:
                first = builder.mul(place, WORD(LIMBS))
                return [builder.gep(start, [builder.add(first, WORD(limb))]) for limb in range(LIMBS)]

            one, other = (
                [builder.load(pointer, align=8) for pointer in pointers(place)] for place in arguments[2:]
            )
            for pointer, word in zip(pointers(arguments[1]), generate(builder, one, other), strict=True):
                builder.store(word, pointer, align=8)
            return context.get_dummy_value()

        return types.void(numbers, types.intp, types.intp, types.intp), code

    return intrinsic(typed)  # type: ignore[no-any-return]


def _carried(builder: Any, words: Words, top: int, mask: int) -> tuple[list[Any], Any]:
    """Words below 2^52, the last one below 2^top, and what is above."""
    kept, carry = [], _all(0)
    for word in words[:-1]:
        total = builder.add(word, carry)
        kept.append(builder.and_(total, _all(_LIMB)))
        carry = builder.lshr(total, _all(LIMB_BITS))
    total = builder.add(words[-1], carry)
    return [*kept, builder.and_(total, _all(mask))], builder.lshr(total, _all(top))


def _reduced(builder: Any, words: Words) -> list[Any]:
    """Five words below 2^54 modulo p: what is above 2^256 is so little that folding it fits into one word."""
    kept, above = _carried(builder, words, _TOP_BITS, _TOP)
    kept[0] = lane_products(builder)[0](kept[0], above, _all(_FOLD))
    last, _ = _carried(builder, kept, LIMB_BITS, _LIMB)
    return last


def _product(builder: Any, left: Words, right: Words) -> list[Any]:
    lower, upper = lane_products(builder)
    sums = [_all(0)] * (2 * LIMBS)
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            sums[i + j] = lower(sums[i + j], one, other)
            sums[i + j + 1] = upper(sums[i + j + 1], one, other)
    high, _ = _carried(builder, sums[LIMBS:], LIMB_BITS, _LIMB)
    folded = [*sums[:LIMBS], _all(0)]
    for limb, word in enumerate(high):
        folded[limb] = lower(folded[limb], word, _all(_WIDE_FOLD))
        folded[limb + 1] = upper(folded[limb + 1], word, _all(_WIDE_FOLD))
    kept, carry = _carried(builder, folded[:LIMBS], LIMB_BITS, _LIMB)
    # The upper word, and the four highest bits of the word below, are above 2^256.
    above = builder.shl(builder.add(folded[LIMBS], carry), _all(LIMB_BITS - _TOP_BITS))
    above = builder.add(above, builder.lshr(kept[-1], _all(_TOP_BITS)))
    kept[-1] = builder.and_(kept[-1], _all(_TOP))
    kept[0] = lower(kept[0], above, _all(_FOLD))
    kept[1] = upper(kept[1], above, _all(_FOLD))
    last, _ = _carried(builder, kept, LIMB_BITS, _LIMB)
    return last


def _sum(builder: Any, left: Words, right: Words) -> list[Any]:
    return _reduced(builder, [builder.add(one, other) for one, other in zip(left, right, strict=True)])


def _difference(builder: Any, left: Words, right: Words) -> list[Any]:
    raised = (builder.add(one, _all(word)) for one, word in zip(left, _TWICE_PRIME, strict=True))
    words = [builder.sub(one, other) for one, other in zip(raised, right, strict=True)]
    return _reduced(builder, words)


multiply_into: Final = _operation(_product)
"""The product of two places in a third, which may be one of them."""

subtract_into: Final = _operation(_difference)
"""The difference of two places in a third, which may be one of them."""


add_into: Final = _operation(_sum)
"""The sum of two places in a third, which may be one of them."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def write_rows(rows: Any, start: int, numbers: Numbers, place: int) -> None:
    """Put the coordinate of eight rows that starts at this word into a place."""
    mask = np.uint64(_LIMB)
    for lane in range(LANES):
        w0, w1, w2, w3 = (
            rows[lane, start],
            rows[lane, start + 1],
            rows[lane, start + 2],
            rows[lane, start + 3],
        )
        numbers[place, 0, lane] = w0 & mask
        numbers[place, 1, lane] = (w0 >> np.uint64(52) | w1 << np.uint64(12)) & mask
        numbers[place, 2, lane] = (w1 >> np.uint64(40) | w2 << np.uint64(24)) & mask
        numbers[place, 3, lane] = (w2 >> np.uint64(28) | w3 << np.uint64(36)) & mask
        numbers[place, 4, lane] = w3 >> np.uint64(16)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def read_rows(numbers: Numbers, place: int, rows: Any, start: int) -> None:
    """Write a place as a coordinate of eight rows, below 2^256."""
    for lane in range(LANES):
        l0, l1, l2 = numbers[place, 0, lane], numbers[place, 1, lane], numbers[place, 2, lane]
        l3, l4 = numbers[place, 3, lane], numbers[place, 4, lane]
        w0 = l0 | l1 << np.uint64(52)
        w1 = l1 >> np.uint64(12) | l2 << np.uint64(40)
        w2 = l2 >> np.uint64(24) | l3 << np.uint64(28)
        w3 = l3 >> np.uint64(36) | l4 << np.uint64(16)
        element = fold(w0, w1, w2, w3, l4 >> np.uint64(_TOP_BITS))
        rows[lane, start], rows[lane, start + 1], rows[lane, start + 2], rows[lane, start + 3] = element
