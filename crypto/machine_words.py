"""The one machine operation that numba lacks: the full product of two words, with two words added.

With it, arithmetic on several words is the schoolbook's; without it, each product takes four and many shifts.
"""

from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WORD: Final = ir.IntType(64)
DOUBLE: Final = ir.IntType(128)


def low_and_high(context: Any, builder: Any, value: Any) -> Any:
    """Both words of a number of 128 bits, as code for numba."""
    low = builder.trunc(value, WORD)
    high = builder.trunc(builder.lshr(value, DOUBLE(64)), WORD)
    return context.make_tuple(builder, types.UniTuple(types.uint64, 2), (low, high))


@intrinsic  # type: ignore[untyped-decorator]
def multiply_add(_typing: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Low and high word of a·b + c + d, which never exceeds 128 bits."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        a, b, c, d = (builder.zext(argument, DOUBLE) for argument in arguments)
        return low_and_high(context, builder, builder.add(builder.mul(a, b), builder.add(c, d)))

    return types.UniTuple(types.uint64, 2)(a, b, c, d), generate
