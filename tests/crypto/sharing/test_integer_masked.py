"""Components sum to the record, hide it, and a lying wallet is refused."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.commitments import commit, verify_opening
from crypto.curve import ORDER
from crypto.errors import CommitmentError, CryptoError, MalformedError, ShareError
from crypto.randomness import stream
from crypto.sharing.integer_masked import (
    Component,
    split,
    verify_components,
)
from crypto.sharing.layout import MAX_BITS, STATISTICAL_BITS

DOMAIN = "argonauta/test/1"
BITS = (1, 7, 20, 188)
RANDOM = stream(b"\x06" * 16, "seeds")
records = st.tuples(*(st.integers(0, 2**bits - 1) for bits in BITS))
blindings = st.integers(0, ORDER - 1)
THREE = split((1, 5, 9, 3), BITS, 77, stream(b"\x06" * 16, "three"))


@given(records, blindings)
def test_three_components_sum_to_the_record_over_the_integers(values, blinding):
    components = split(values, BITS, blinding, RANDOM)

    columns = zip(*(component.values for component in components), strict=True)
    assert tuple(map(sum, columns)) == values
    assert sum(component.blinding for component in components) % ORDER == blinding


@settings(max_examples=15)
@given(records, blindings)
def test_the_components_open_commitments_that_combine_to_the_signed_one(values, blinding):
    signed = commit(values, blinding, domain=DOMAIN)
    components = split(values, BITS, blinding, RANDOM)

    points = [component.commitment(DOMAIN) for component in components]

    verify_components(signed, points)
    for component, point in zip(components, points, strict=True):
        verify_opening(point, component.values, component.blinding, domain=DOMAIN)


def test_a_wallet_that_shares_another_record_is_refused():
    signed = commit((1, 5, 9, 3), 77, domain=DOMAIN)
    lie = split((1, 6, 9, 3), BITS, 77, RANDOM)

    with pytest.raises(CommitmentError):
        verify_components(signed, [component.commitment(DOMAIN) for component in lie])


@pytest.mark.parametrize("count", [0, 2, 4])
def test_there_are_three_components(count):
    points = [THREE[0].commitment(DOMAIN)] * count

    with pytest.raises(ShareError):
        verify_components(THREE[0].commitment(DOMAIN), points)


@given(records, blindings)
def test_components_round_trip(values, blinding):
    for component in split(values, BITS, blinding, RANDOM):
        assert Component.decode(component.encode(), BITS) == component


def test_lengths_depend_on_the_widths_only():
    low, high = ((0, 0, 0, 0), tuple(2**bits - 1 for bits in BITS))

    lengths = [[len(part.encode()) for part in split(values, BITS, 5, RANDOM)] for values in (low, high)]

    explicit = 2 + sum((bits + 66 + 7) // 8 for bits in BITS) + 32
    assert lengths == [[34, 34, explicit]] * 2


def test_masks_are_64_bits_wider_than_the_value():
    assert STATISTICAL_BITS == 64
    tops = [max(Component.expand(bytes([n]) * 32, (8,)).values) for n in range(64)]

    assert 2**71 < max(tops) < 2**72


def test_three_accepted_components_never_wrap_modulo_the_group_order():
    masks, explicit = 2 ** (MAX_BITS + 64) - 1, (-(2 ** (MAX_BITS + 65)), 2**MAX_BITS)
    smallest, largest = explicit[0], 2 * masks + explicit[1]

    # No accepted sum differs from a value in [0, 2^bits) by a multiple of the order other than none.
    assert largest < ORDER
    assert 2**MAX_BITS - smallest < ORDER


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("role", [0, 1, 2])
def test_what_one_node_learns_has_the_same_distribution_for_every_value(value, role):
    random = stream(b"\x0a" * 16, "views")
    seen: Counter[int] = Counter()

    for _ in range(800):
        first, second, third = (component.values[0] for component in split((value,), (8,), 0, random))
        # All that a pair tells about the value, beyond masks that do not depend on it.
        learned = {0: first, 1: second + third, 2: third + first}[role]
        seen[(learned >> 68) % 16] += 1

    # Fifteen degrees of freedom: a chi-square above 37.7 would have probability 0.001.
    assert sum((seen[cell] - 50) ** 2 / 50 for cell in range(16)) < 37.7


@pytest.mark.parametrize(("column", "value"), [(0, 2), (1, -1), (2, 2**20), (3, 2**188)])
def test_a_value_out_of_range_is_refused_by_the_name_of_its_column_alone(column, value):
    values = [0, 0, 0, 0]
    values[column] = value

    with pytest.raises(ShareError, match=f"column {column}") as refused:
        split(values, BITS, 0, RANDOM)

    assert str(value) not in str(refused.value).replace(f"column {column}", "").replace(f"{BITS[column]}", "")


@pytest.mark.parametrize("width", [0, -1, 189])
def test_a_width_out_of_range_is_refused(width):
    with pytest.raises(ShareError, match="column 1"):
        split((0, 0), (1, width), 0, RANDOM)
    with pytest.raises(ShareError, match="column 1"):
        Component.decode(THREE[0].encode(), (1, width))


@pytest.mark.parametrize("blinding", [-1, ORDER])
def test_a_blinding_that_is_not_reduced_is_refused(blinding):
    with pytest.raises(ShareError):
        split((0,), (1,), blinding, RANDOM)


def test_as_many_widths_as_values():
    with pytest.raises(ShareError):
        split((0, 0), (1,), 0, RANDOM)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_has_32_bytes(length):
    with pytest.raises(ShareError):
        Component.expand(bytes(length), BITS)


@pytest.mark.parametrize("column", range(4))
@pytest.mark.parametrize("side", ["above", "below"])
def test_an_explicit_component_out_of_range_is_refused_by_the_name_of_its_column(column, side):
    bits = BITS[column]
    values = list(THREE[2].values)
    values[column] = 2**bits if side == "above" else -(2 ** (bits + 65))
    outside = replace(THREE[2], values=tuple(values)).encode()
    values[column] += -1 if side == "above" else 1
    inside = replace(THREE[2], values=tuple(values)).encode()

    assert Component.decode(inside, BITS).values == tuple(values)
    with pytest.raises(ShareError, match=f"column {column}"):
        Component.decode(outside, BITS)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_component_or_a_named_error(raw):
    try:
        component = Component.decode(raw, (1, 7))
    except CryptoError:
        return
    assert component.encode() == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x01",
        b"\x01\x00",
        THREE[0].encode()[:-1],
        THREE[0].encode() + b"\0",
        THREE[2].encode()[:-1],
        THREE[2].encode() + b"\0",
        b"\x00" + THREE[0].encode()[1:],
        b"\x01\x01" + THREE[0].encode()[2:],
        b"\x01\x00" + THREE[2].encode()[2:],
        THREE[2].encode()[:-32] + b"\xff" * 32,
    ],
    ids=range(11),
)
def test_components_of_another_form_are_refused(raw):
    with pytest.raises(MalformedError):
        Component.decode(raw, BITS)


def test_no_secret_stands_in_the_representation():
    for component in THREE:
        assert repr(component) == f"Component(bits={BITS})"
