"""Arithmetic modulo the prime of secp256k1 in compiled loops, for where points are added by the thousand.

p = 2^256 - 2^32 - 977 (SEC 2 §2.4.1). An element is four 64-bit words, lowest first, standing for its value
modulo p: functions take and return any integer in [0, 2^256), and only `canonical` returns the one in [0, p).
Products of two words need 128 bits, which numba has no type for; intrinsics hand them to LLVM.
Reduction folds the upper half by 2^256 = 2^32 + 977 modulo p. A product takes about 10 ns.

Timing. Nothing here branches on an operand or looks anything up by one: carries and borrows become masks,
and inversion is a fixed power. The compiler could undo that, so masks that choose are made opaque to it, and
a test reads the machine code: it has no conditional jump. That is less than the review libsecp256k1 gets, so
`crypto.curve` stays the choice wherever there is no loop of thousands.

Numba keeps compiled callers in a cache that does not notice a change of this file: after one, remove
`crypto/__pycache__`.
"""

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from crypto.machine_words import DOUBLE, WORD, low_and_high, multiply_add

PRIME: Final = 2**256 - 2**32 - 977
WORDS: Final = 4

Element = Any
"""Four words as a tuple; numba's types are not known to mypy."""

_FOLD: Final = np.uint64(2**32 + 977)
_ZERO: Final = np.uint64(0)
_PAIR: Final = types.UniTuple(types.uint64, 2)


@intrinsic  # type: ignore[untyped-decorator]
def _add_carry(_typing: Any, a: Any, b: Any, carry: Any) -> Any:
    """Low word and carry of a + b + carry."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        a, b, carry = (builder.zext(argument, DOUBLE) for argument in arguments)
        return low_and_high(context, builder, builder.add(builder.add(a, b), carry))

    return _PAIR(a, b, carry), generate


@intrinsic  # type: ignore[untyped-decorator]
def _subtract_borrow(_typing: Any, a: Any, b: Any, borrow: Any) -> Any:
    """Low word and borrow of a - b - borrow, where a borrow is all ones and none is zero."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        a, b = (builder.zext(argument, DOUBLE) for argument in arguments[:2])
        borrow = builder.sext(arguments[2], DOUBLE)
        return low_and_high(context, builder, builder.add(builder.sub(a, b), borrow))

    return _PAIR(a, b, borrow), generate


@intrinsic  # type: ignore[untyped-decorator]
def opaque(_typing: Any, word: Any) -> Any:
    """The same word, of which the compiler knows nothing: an empty piece of assembly that may change it.

    Where LLVM knows that a mask is zero or all ones, it may rather branch on it.
    """

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.asm(ir.FunctionType(WORD, [WORD]), "", "=r,0", arguments, side_effect=True)

    return types.uint64(word), generate


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def fold(r0: Any, r1: Any, r2: Any, r3: Any, top: Any) -> Element:
    """The five words modulo p in four; the top one is below 2^34, so the second fold cannot carry again."""
    r0, carry = multiply_add(top, _FOLD, r0, _ZERO)
    r1, carry = _add_carry(r1, carry, _ZERO)
    r2, carry = _add_carry(r2, _ZERO, carry)
    r3, carry = _add_carry(r3, _ZERO, carry)
    r0, carry = _add_carry(r0, _FOLD & (_ZERO - carry), _ZERO)
    r1, carry = _add_carry(r1, _ZERO, carry)
    r2, carry = _add_carry(r2, _ZERO, carry)
    r3, carry = _add_carry(r3, _ZERO, carry)
    return r0, r1, r2, r3


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def multiply(a: Element, b: Element) -> Element:
    """The product of two elements: sixteen word products, then two folds."""
    a0, a1, a2, a3 = a
    b0, b1, b2, b3 = b
    r0, c = multiply_add(a0, b0, _ZERO, _ZERO)
    r1, c = multiply_add(a0, b1, c, _ZERO)
    r2, c = multiply_add(a0, b2, c, _ZERO)
    r3, r4 = multiply_add(a0, b3, c, _ZERO)
    r1, c = multiply_add(a1, b0, r1, _ZERO)
    r2, c = multiply_add(a1, b1, r2, c)
    r3, c = multiply_add(a1, b2, r3, c)
    r4, r5 = multiply_add(a1, b3, r4, c)
    r2, c = multiply_add(a2, b0, r2, _ZERO)
    r3, c = multiply_add(a2, b1, r3, c)
    r4, c = multiply_add(a2, b2, r4, c)
    r5, r6 = multiply_add(a2, b3, r5, c)
    r3, c = multiply_add(a3, b0, r3, _ZERO)
    r4, c = multiply_add(a3, b1, r4, c)
    r5, c = multiply_add(a3, b2, r5, c)
    r6, r7 = multiply_add(a3, b3, r6, c)
    r0, c = multiply_add(r4, _FOLD, r0, _ZERO)
    r1, c = multiply_add(r5, _FOLD, r1, c)
    r2, c = multiply_add(r6, _FOLD, r2, c)
    r3, c = multiply_add(r7, _FOLD, r3, c)
    return fold(r0, r1, r2, r3, c)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def subtract(a: Element, b: Element) -> Element:
    """The difference of two elements; a borrow of 2^256 is paid back as 2^32 + 977, at most twice."""
    r0, m = _subtract_borrow(a[0], b[0], _ZERO)
    r1, m = _subtract_borrow(a[1], b[1], m)
    r2, m = _subtract_borrow(a[2], b[2], m)
    r3, m = _subtract_borrow(a[3], b[3], m)
    r0, m = _subtract_borrow(r0, _FOLD & m, _ZERO)
    r1, m = _subtract_borrow(r1, _ZERO, m)
    r2, m = _subtract_borrow(r2, _ZERO, m)
    r3, m = _subtract_borrow(r3, _ZERO, m)
    # After a second borrow the lowest word is within 2^32 + 977 of its top, so this cannot borrow.
    return r0 - (_FOLD & m), r1, r2, r3


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def times_small(a: Element, factor: Any) -> Element:
    """The product of an element and a public number below 2^33, as a word."""
    r0, c = multiply_add(a[0], factor, _ZERO, _ZERO)
    r1, c = multiply_add(a[1], factor, c, _ZERO)
    r2, c = multiply_add(a[2], factor, c, _ZERO)
    r3, c = multiply_add(a[3], factor, c, _ZERO)
    return fold(r0, r1, r2, r3, c)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def canonical(a: Element) -> Element:
    """The representative in [0, p): p is taken off by adding 2^32 + 977 where that overflows."""
    r0, c = _add_carry(a[0], _FOLD, _ZERO)
    r1, c = _add_carry(a[1], _ZERO, c)
    r2, c = _add_carry(a[2], _ZERO, c)
    r3, c = _add_carry(a[3], _ZERO, c)
    return select((r0, r1, r2, r3), a, opaque(_ZERO - c))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def select(one: Element, other: Element, mask: Any) -> Element:
    """One element for a mask of ones, the other for zero; the mask must be `opaque`."""
    rest = ~mask
    return (
        (one[0] & mask) | (other[0] & rest),
        (one[1] & mask) | (other[1] & rest),
        (one[2] & mask) | (other[2] & rest),
        (one[3] & mask) | (other[3] & rest),
    )


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def invert(a: Element) -> Element:
    """The inverse a^(p-2), and 0 for 0 (Fermat): 255 squarings and 15 products, whatever the element.

    p - 2 is 223 ones, a zero and 1111111111111111111111 0000 1 011 01; `ones_k` is a to the power of k ones.
    """
    ones_2 = _shift_and_multiply(a, 1, a)
    ones_3 = _shift_and_multiply(ones_2, 1, a)
    ones_6 = _shift_and_multiply(ones_3, 3, ones_3)
    ones_9 = _shift_and_multiply(ones_6, 3, ones_3)
    ones_11 = _shift_and_multiply(ones_9, 2, ones_2)
    ones_22 = _shift_and_multiply(ones_11, 11, ones_11)
    ones_44 = _shift_and_multiply(ones_22, 22, ones_22)
    ones_88 = _shift_and_multiply(ones_44, 44, ones_44)
    ones_176 = _shift_and_multiply(ones_88, 88, ones_88)
    ones_220 = _shift_and_multiply(ones_176, 44, ones_44)
    ones_223 = _shift_and_multiply(ones_220, 3, ones_3)
    power = _shift_and_multiply(ones_223, 23, ones_22)
    power = _shift_and_multiply(power, 5, a)
    power = _shift_and_multiply(power, 3, ones_2)
    return _shift_and_multiply(power, 2, a)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _shift_and_multiply(power: Element, squarings: int, factor: Element) -> Element:
    for _ in range(squarings):
        power = multiply(power, power)
    return multiply(power, factor)
