"""Are all elements of a vector zero or one?

x (x - 1) = 0 for each x, of which a random combination is tested: with joint randomness r_i for chunk i, the
sum over all chunks and places j of r_i^(j+1) · x (x - 1) is zero for bits. For any other vector it is a
polynomial in the r_i that is not zero, of degree at most the chunk length, and so zero with probability at
most chunk length/modulus. The wallet must not know r_i before it has fixed x, which is what joint randomness
is for. One gadget call a chunk.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from crypto.errors import OutOfRangeError
from crypto.prio3.circuit import CallContext
from crypto.prio3.field import PrimeField

MAX_LENGTH: Final = 1 << 20
"""The longest encoding that is accepted, so that a task cannot ask for gigabytes a report."""


def chunk_count(length: int, chunk_length: int) -> int:
    """How many chunks cover a vector.

    Raises:
        OutOfRangeError: the length is not in [1, 2^20], or the chunk length not in [1, length].
    """
    if not 1 <= length <= MAX_LENGTH:
        raise OutOfRangeError(f"expected an encoding of 1 to {MAX_LENGTH} elements, got {length}")
    if not 1 <= chunk_length <= length:
        raise OutOfRangeError(f"expected a chunk of 1 to {length} elements, got {chunk_length}")
    return -(-length // chunk_length)


def combined_bit_tests(
    field: PrimeField, encoded: Sequence[int], chunk_length: int, context: CallContext
) -> int:
    """The random combination, or a share of it; the gadget is `SumOfProducts(chunk_length)`."""
    one = field.inverse(context.shares)
    starts = range(0, len(encoded), chunk_length)
    total = 0
    for r, start in zip(context.joint_randomness, starts, strict=True):
        chunk = [*encoded[start : start + chunk_length]]
        chunk += [0] * (chunk_length - len(chunk))
        total += context.call([*_wires(field, chunk, r, one)])
    return total % field.modulus


def _wires(field: PrimeField, chunk: Sequence[int], r: int, one: int) -> Iterator[int]:
    power = r
    for element in chunk:
        yield power * element % field.modulus
        yield (element - one) % field.modulus
        power = power * r % field.modulus
