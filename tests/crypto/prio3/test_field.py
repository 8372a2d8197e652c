import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError, OutOfRangeError
from crypto.prio3.field import (
    FIELD64,
    FIELD128,
    PrimeField,
    is_power_of_two,
    next_power_of_two,
    roots_of_unity,
)

FIELDS = (FIELD64, FIELD128)
fields = st.sampled_from(FIELDS)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_modulus_is_prime_and_the_generator_has_the_stated_order(field: PrimeField):
    # Proth: p = k·2^n + 1 with k < 2^n is prime if a^((p-1)/2) = -1 for some a; else Fermat to several bases.
    assert all(pow(base, field.modulus - 1, field.modulus) == 1 for base in (2, 3, 5, 7, 11, 13))
    assert any(pow(base, (field.modulus - 1) // 2, field.modulus) == field.modulus - 1 for base in (3, 5, 7))
    assert (field.modulus - 1) % (1 << field.two_adicity) == 0
    assert pow(field.generator, 1 << (field.two_adicity - 1), field.modulus) == field.modulus - 1


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_roots_of_unity_are_distinct_and_of_the_order(field: PrimeField):
    roots = roots_of_unity(field, 16)

    assert len(set(roots)) == 16
    assert all(pow(root, 16, field.modulus) == 1 for root in roots)
    assert roots[8] == field.modulus - 1


@pytest.mark.parametrize("order", [0, 3, -4, 1 << 33])
def test_there_is_no_root_of_another_order(order):
    with pytest.raises(OutOfRangeError):
        FIELD64.root_of_unity(order)


def test_zero_has_no_inverse():
    with pytest.raises(OutOfRangeError):
        FIELD128.inverse(0)


@given(fields, st.lists(st.integers(0, FIELD64.modulus - 1), max_size=5))
def test_encoding_and_decoding_return_the_vector(field: PrimeField, vector):
    assert field.decode(field.encode(vector), len(vector)) == vector


@given(fields, st.binary(max_size=100), st.integers(0, 6))
def test_any_bytes_decode_to_what_encodes_to_them_or_are_refused(field: PrimeField, raw, count):
    try:
        vector = field.decode(raw, count)
    except MalformedError:
        return

    assert field.encode(vector) == raw


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_an_element_that_is_not_reduced_is_refused(field: PrimeField):
    assert field.decode((field.modulus - 1).to_bytes(field.element_bytes, "little"), 1) == [field.modulus - 1]

    with pytest.raises(MalformedError, match="not reduced"):
        field.decode(field.modulus.to_bytes(field.element_bytes, "little"), 1)


@given(fields, st.lists(st.tuples(st.integers(0, 1 << 63), st.integers(0, 1 << 63)), max_size=5))
def test_subtracting_takes_back_adding(field: PrimeField, pairs):
    left, right = [x for x, _ in pairs], [y for _, y in pairs]

    assert field.subtract(field.add(left, right), right) == left


def test_powers_of_two_are_found():
    assert [number for number in range(-2, 20) if is_power_of_two(number)] == [1, 2, 4, 8, 16]
    assert [next_power_of_two(number) for number in (1, 2, 3, 4, 5, 17)] == [1, 2, 4, 4, 8, 32]
