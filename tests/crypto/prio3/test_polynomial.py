import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.prio3.field import FIELD64, FIELD128, PrimeField, roots_of_unity
from crypto.prio3.gadget import EvaluatePolynomial, Multiply, SumOfProducts, compose
from crypto.prio3.polynomial import coefficients, complete, double, evaluate, grow

fields = st.sampled_from((FIELD64, FIELD128))
polynomials = st.lists(st.integers(0, FIELD64.modulus - 1), min_size=1, max_size=8)
points = st.integers(0, FIELD64.modulus - 1)


def value_at(field: PrimeField, polynomial: list[int], point: int) -> int:
    return sum(c * pow(point, power, field.modulus) for power, c in enumerate(polynomial)) % field.modulus


def values_of(field: PrimeField, polynomial: list[int], count: int) -> list[int]:
    return [value_at(field, polynomial, root) for root in roots_of_unity(field, count)]


@given(fields, polynomials, points)
def test_a_polynomial_by_its_values_is_evaluated_anywhere(field, polynomial, point):
    assert evaluate(field, values_of(field, polynomial, 8), point) == value_at(field, polynomial, point)


@given(fields, polynomials, st.integers(0, 7))
def test_evaluation_at_a_root_of_unity_is_the_value_there(field, polynomial, index):
    values = values_of(field, polynomial, 8)

    assert evaluate(field, values, roots_of_unity(field, 8)[index]) == values[index]


@given(fields, polynomials)
def test_doubling_keeps_the_polynomial(field, polynomial):
    assert double(field, values_of(field, polynomial, 8)) == values_of(field, polynomial, 16)
    assert grow(field, values_of(field, polynomial, 8), 32) == values_of(field, polynomial, 32)


@given(fields, polynomials)
def test_missing_values_follow_from_as_many_as_the_degree_needs(field, polynomial):
    values = values_of(field, polynomial, 8)

    assert complete(field, values[: len(polynomial)], 8) == values


@given(fields, polynomials)
def test_coefficients_are_found(field, polynomial):
    assert coefficients(field, values_of(field, polynomial, 8)) == polynomial + [0] * (8 - len(polynomial))


@pytest.mark.parametrize("count", [0, 3, 6])
def test_values_that_are_no_power_of_two_are_refused(count):
    for operation in (double, coefficients):
        with pytest.raises(OutOfRangeError):
            operation(FIELD64, [1] * count)
    with pytest.raises(OutOfRangeError):
        evaluate(FIELD64, [1] * count, 5)


@pytest.mark.parametrize(("count", "total"), [(0, 4), (5, 4), (2, 3)])
def test_completing_to_fewer_values_or_from_none_is_refused(count, total):
    with pytest.raises(OutOfRangeError):
        complete(FIELD64, [1] * count, total)


@pytest.mark.parametrize(
    "gadget", [Multiply(), SumOfProducts(3), EvaluatePolynomial((5, 0, 7)), EvaluatePolynomial((1, 2, 3, 4))]
)
@given(data=st.data())
def test_composing_a_gadget_with_polynomials_evaluates_it_everywhere(gadget, data):
    wires = data.draw(st.lists(st.lists(points, min_size=4, max_size=4), min_size=6, max_size=6))
    wires, point = wires[: gadget.arity], data.draw(points)

    composed = evaluate(FIELD128, compose(gadget, FIELD128, wires), point)

    assert composed == gadget.evaluate(FIELD128, [evaluate(FIELD128, wire, point) for wire in wires])
