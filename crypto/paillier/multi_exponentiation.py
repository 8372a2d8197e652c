"""How is a product of thousands of public powers computed at a few products each?

Pippenger's buckets (SIAM Journal on Computing 1980; Bernstein's "Pippenger's exponentiation algorithm"
tells it plainly): all exponents are cut into digits of w bits. For each digit position, highest first, the
bases with equal digits are multiplied together, and a running product over the buckets raises each to its
digit. N bases with b-bit exponents cost about (b / w) · (N + 2^(w+1)) products instead of N · b.

Bases may be much shorter than the modulus, as the units of ciphertexts in log form are, which halves the cost
of the N. For public data only: the time depends on everything.
"""

from collections.abc import Sequence
from typing import Final

import gmpy2

from crypto.errors import OutOfRangeError

_MAX_WINDOW: Final = 12


def product_of_powers(bases: Sequence[int], exponents: Sequence[int], modulus: int) -> int:
    """∏ bases[i]^exponents[i] modulo the modulus; of no powers, 1.

    Raises:
        OutOfRangeError: there are not as many exponents as bases, or one is negative.
    """
    if len(bases) != len(exponents) or any(exponent < 0 for exponent in exponents):
        raise OutOfRangeError("expected one exponent for each base, none negative")
    longest = max((exponent.bit_length() for exponent in exponents), default=0)
    window = _window(len(bases), longest)
    product = gmpy2.mpz(1)
    for shift in range(longest // window * window, -1, -window):
        for _ in range(window):
            product = product * product % modulus
        digit_product = _digit_product(bases, [exponent >> shift for exponent in exponents], window, modulus)
        product = product * digit_product % modulus
    found: int = product
    return found


def _digit_product(bases: Sequence[int], digits: Sequence[int], window: int, modulus: int) -> int:
    """∏ bases[i]^(digits[i] mod 2^window) by buckets."""
    buckets: list[int | None] = [None] * (1 << window)
    mask = (1 << window) - 1
    for base, digit in zip(bases, digits, strict=True):
        if digit and (place := digit & mask):
            held = buckets[place]
            buckets[place] = base if held is None else held * base % modulus
    running = product = gmpy2.mpz(1)
    for held in reversed(buckets[1:]):
        if held is not None:
            running = running * held % modulus
        product = product * running % modulus
    found: int = product
    return found


def _window(count: int, bits: int) -> int:
    """The window of the least cost in products by a base, of which one between buckets takes two."""
    return min(range(1, _MAX_WINDOW + 1), key=lambda window: -(-bits // window) * (count + (4 << window)))
