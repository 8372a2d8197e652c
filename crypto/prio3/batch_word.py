"""The one machine operation that numba lacks: the full product of two words, with two words added.

With it, arithmetic on several words is the schoolbook's; without it, each product takes four and many shifts.
"""

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

ZERO: Final = np.uint64(0)
ONE: Final = np.uint64(1)

_WIDE: Final = ir.IntType(128)
_WORD: Final = ir.IntType(64)


@intrinsic  # type: ignore[untyped-decorator]
def multiply_accumulate(_context: Any, x: Any, y: Any, c: Any, d: Any) -> Any:
    """(low, high) words of x·y + c + d, which always fits into 128 bits."""
    signature = types.UniTuple(types.uint64, 2)(x, y, c, d)
    return signature, _multiply_accumulate


def _multiply_accumulate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    x, y, c, d = (builder.zext(argument, _WIDE) for argument in arguments)
    total = builder.add(builder.add(builder.mul(x, y), c), d)
    low = builder.trunc(total, _WORD)
    high = builder.trunc(builder.lshr(total, ir.Constant(_WIDE, 64)), _WORD)
    return context.make_tuple(builder, signature.return_type, (low, high))
