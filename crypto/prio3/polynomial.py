"""How does one compute with polynomials that are given by their values at roots of unity?

The Lagrange form of draft-irtf-cfrg-vdaf-20, section 6.1.3: a polynomial of degree below n, n a power of two,
is the list of its values at 1, α, …, α^(n-1) for the primitive n-th root of unity α (Faz-Hernández, ePrint
2025/1727, compares algorithms for it). Nothing here divides by x - α^i, so evaluation is right at every
point, also at the roots themselves.
"""

from collections.abc import Iterable, Sequence

from crypto.errors import OutOfRangeError
from crypto.prio3.field import PrimeField, Vector, is_power_of_two, roots_of_unity


def evaluate(field: PrimeField, values: Sequence[int], point: int) -> int:
    """The value at any point x of the polynomial with these values at the n-th roots of unity.

    One fold halves the number of values: with f = e(x²) + x·o(x²), the values of e + x·o at the squares y of
    the roots are (f(r) + f(-r))/2 + x (f(r) - f(-r))/(2r), and that is a polynomial in y to be evaluated at
    x². All factors 1/2 are taken off at the end.

    Raises:
        OutOfRangeError: the number of values is not a power of two.
    """
    modulus, count = field.modulus, len(values)
    folded, power = list(_checked(values)), point % modulus
    while len(folded) > 1:
        roots, half = roots_of_unity(field, len(folded)), len(folded) // 2
        # 1/r for r = α^i is α^(n-i), which for i = 0 is 1 again.
        pairs = zip(folded[:half], folded[half:], range(half), strict=True)
        folded = [
            (positive + negative + power * roots[-index] * (positive - negative)) % modulus
            for positive, negative, index in pairs
        ]
        power = power * power % modulus
    return folded[0] * field.inverse(count) % modulus


def double(field: PrimeField, values: Sequence[int]) -> Vector:
    """The same polynomial by twice as many values.

    The old values stand at the even places; those at the odd ones come from the coefficients c_i, since
    f(β α^i) for the new root β is the value at α^i of the polynomial with coefficients c_i β^i.

    Raises:
        OutOfRangeError: the number of values is not a power of two, or the field has no further roots.
    """
    shifts = roots_of_unity(field, 2 * len(_checked(values)))
    shifted = [
        c * shift % field.modulus for c, shift in zip(coefficients(field, values), shifts, strict=False)
    ]
    odd = _transform(field, shifted)
    return [value for pair in zip(values, odd, strict=True) for value in pair]


def grow(field: PrimeField, values: Sequence[int], count: int) -> Vector:
    """The same polynomial by `count` values, a power of two that is not less than their present number."""
    grown = list(values)
    while len(grown) < count:
        grown = double(field, grown)
    return grown


def complete(field: PrimeField, values: Sequence[int], count: int) -> Vector:
    """All `count` values of a polynomial whose degree is less than the number of the first values given.

    With M(x) = ∏ (x - r_k) over the missing roots and sums over the given ones,

        f(r_k) = -1/(r_k M'(r_k)) · Σ_j r_j f(r_j) M(r_j)/(r_j - r_k),

    which for a single missing value, the usual case, is -1/r_k · Σ_j r_j f(r_j).

    Raises:
        OutOfRangeError: `count` is not a power of two, or there are more values than that.
    """
    roots = roots_of_unity(field, count)
    if not 0 < len(values) <= count:
        raise OutOfRangeError(f"expected 1 to {count} values, got {len(values)}")
    missing = roots[len(values) :]
    return [*values, *(_missing_value(field, values, roots, root, missing) for root in missing)]


def coefficients(field: PrimeField, values: Sequence[int]) -> Vector:
    """The coefficients, constant term first: the inverse number-theoretic transform.

    Raises:
        OutOfRangeError: the number of values is not a power of two.
    """
    transformed = _transform(field, _checked(values))
    scale = field.inverse(len(transformed))
    # The transform at α instead of 1/α lists the coefficients in the order 0, n-1, …, 1.
    return [c * scale % field.modulus for c in (transformed[0], *reversed(transformed[1:]))]


def _missing_value(
    field: PrimeField, values: Sequence[int], roots: Sequence[int], root: int, missing: Sequence[int]
) -> int:
    modulus = field.modulus
    others = [other for other in missing if other != root]
    weighted = sum(
        known * value * _product((known - other for other in others), modulus)
        for known, value in zip(roots, values, strict=False)
    )
    scale = root * _product((root - other for other in others), modulus)
    return -weighted * field.inverse(scale) % modulus


def _product(factors: Iterable[int], modulus: int) -> int:
    product = 1
    for factor in factors:
        product = product * factor % modulus
    return product


def _transform(field: PrimeField, vector: Sequence[int]) -> Vector:
    """The values at the roots of unity of the polynomial with these coefficients (Cooley and Tukey 1965)."""
    count = len(vector)
    if count == 1:
        return list(vector)
    even, odd = _transform(field, vector[::2]), _transform(field, vector[1::2])
    turned = [root * value for root, value in zip(roots_of_unity(field, count), odd, strict=False)]
    low = [(x + y) % field.modulus for x, y in zip(even, turned, strict=True)]
    high = [(x - y) % field.modulus for x, y in zip(even, turned, strict=True)]
    return low + high


def _checked(values: Sequence[int]) -> Sequence[int]:
    if not is_power_of_two(len(values)):
        raise OutOfRangeError(f"expected a power of two of values, got {len(values)}")
    return values
