"""Eight long numbers multiplied at once by the processor's own instructions, where it has them.

AVX-512 IFMA multiplies eight pairs of 52-bit words in one instruction and adds the lower or the upper half of
each product to a word of 64 bits, whose twelve spare bits take the carries of thousands of additions. Numba
has no name for it; an intrinsic hands it to LLVM. A number is a column of words of 52 bits, the lowest
first, and eight columns stand beside each other, one *lane* each.

`AVAILABLE` says whether code may use this module: elsewhere, compiling it would end the process. Numba
keeps compiled callers in a cache that does not notice a change of this file: after one, remove
`crypto/__pycache__`.

Timing. The instruction takes the same time for all operands, and nothing here branches on one.
"""

from collections.abc import Callable
from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.core.cgutils import alloca_once_value, for_range, get_or_insert_function
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from crypto.machine_words import WORD

LANES: Final = 8
LIMB_BITS: Final = 52
LANE_TYPE: Final = ir.VectorType(WORD, LANES)
"""Eight words as one value of LLVM."""
_TERNARY: Final = ir.FunctionType(LANE_TYPE, [LANE_TYPE, LANE_TYPE, LANE_TYPE])
_WORD_BYTES: Final = 8
_INDEX: Final = ir.IntType(64)
_TOGETHER: Final = 2

AVAILABLE: Final = "+avx512ifma" in cpu_target.target_context.codegen().magic_tuple()[2].split(",")
"""Whether the processor that numba compiles for has the instructions."""


def lane_products(builder: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """What adds the lower halves of eight products to eight words, and what adds the upper ones, as code."""

    def adding(half: str) -> Callable[..., Any]:
        name = f"llvm.x86.avx512.vpmadd52{half}.uq.512"
        function = get_or_insert_function(builder.module, _TERNARY, name)
        return lambda total, one, other: builder.call(function, [total, one, other])

    return adding("l"), adding("h")


@intrinsic  # type: ignore[untyped-decorator]
def add_two_multiples(_typing: Any, sums: Any, start: Any, factors: Any, numbers: Any) -> Any:
    """Add two multiples of long numbers, lane by lane, without carrying: the inner loop of every product.

    Arrays of words whose last axis are the lanes: `sums` of shape (more, 8), `factors` (2, 8), `numbers`
    (limbs, 2, 8). Of every ``factors[i] * numbers[j, i]`` the lower half goes to ``sums[start + j]``, the
    upper one to the limb after; `sums` has at least start + limbs + 1 of them. Only the lower 52 bits of the
    factors and numbers count.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def array_of(position: int) -> tuple[Any, Any]:
            array = context.make_array(signature.args[position])(context, builder, arguments[position])
            return builder.bitcast(array.data, LANE_TYPE.as_pointer()), builder.extract_value(array.shape, 0)

        def load(pointer: Any, place: Any) -> Any:
            return builder.load(builder.gep(pointer, [place]), align=_WORD_BYTES)

        (target, _), (multipliers, _), (words, limbs) = map(array_of, (0, 2, 3))
        lower, upper = lane_products(builder)
        target = builder.gep(target, [arguments[1]])
        pair = [load(multipliers, _INDEX(number)) for number in range(_TOGETHER)]
        before = [alloca_once_value(builder, ir.Constant(LANE_TYPE, [0] * LANES)) for _ in pair]
        with for_range(builder, limbs) as loop:
            total = load(target, loop.index)
            for number, (factor, last) in enumerate(zip(pair, before, strict=True)):
                place = builder.add(builder.mul(loop.index, _INDEX(_TOGETHER)), _INDEX(number))
                word = load(words, place)
                total = lower(upper(total, factor, builder.load(last)), factor, word)
                builder.store(word, last)
            builder.store(total, builder.gep(target, [loop.index]), align=_WORD_BYTES)
        total = load(target, limbs)
        for factor, last in zip(pair, before, strict=True):
            total = upper(total, factor, builder.load(last))
        builder.store(total, builder.gep(target, [limbs]), align=_WORD_BYTES)
        return context.get_dummy_value()

    return types.void(sums, types.intp, factors, numbers), generate
