"""A batch of bundles says of every row what reading it alone says, in the ring and in the field."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.curve import ORDER
from crypto.errors import CommitmentError, CryptoError, MalformedError, OutOfRangeError, ShareError
from crypto.goldilocks import PRIME
from crypto.opening_batch import verify_batch
from crypto.randomness import expand, stream
from crypto.sharing.bundle_table import BundleOpenings, decode_bundles
from crypto.sharing.component_table import ComponentTable
from crypto.sharing.layout import explicit_layout
from crypto.sharing.replicated import ROLES, Pair, decode_bundle, encode_bundle, following
from tests.crypto.sharing.records import BITS, DOMAIN, bundles, record, records

PEOPLE = records(9)
TABLES = [decode_bundles(bundles(PEOPLE, role), role, BITS) for role in ROLES]


def openings(role: int) -> BundleOpenings:
    points = [each.points for each in PEOPLE]
    return TABLES[role].openings([(each[role], each[following(role)]) for each in points])


def summed(columns):
    return [[sum(cell) for cell in zip(*row, strict=True)] for row in zip(*columns, strict=True)]


@pytest.mark.parametrize("role", ROLES)
def test_every_honest_bundle_is_accepted(role):
    assert TABLES[role].accepted == tuple(range(len(PEOPLE)))
    assert not TABLES[role].refused


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_is_the_component_modulo_2_to_the_64_and_modulo_the_prime(role):
    for table, index in zip(TABLES[role].components, (role, following(role)), strict=True):
        values = [each.components[index].values for each in PEOPLE]
        assert table.ring().tolist() == [[value % 2**64 for value in row] for row in values]
        assert table.field().tolist() == [[value % PRIME for value in row] for row in values]
        assert table.ring().dtype == table.field().dtype == np.uint64


def test_components_of_three_roles_sum_to_the_records_in_both():
    ring = [TABLES[role].components[0].ring().tolist() for role in ROLES]
    field = [TABLES[role].components[0].field().tolist() for role in ROLES]

    plain = [each.values for each in PEOPLE]
    assert [[cell % 2**64 for cell in row] for row in summed(ring)] == [
        [x % 2**64 for x in row] for row in plain
    ]
    assert [[cell % PRIME for cell in row] for row in summed(field)] == [
        [x % PRIME for x in row] for row in plain
    ]


@pytest.mark.parametrize("role", ROLES)
def test_a_row_is_the_component_that_a_bundle_by_itself_holds(role):
    for row, each in enumerate(PEOPLE):
        alone = decode_bundle(each.bundle(role), role, BITS)
        for table, component in zip(TABLES[role].components, alone, strict=True):
            assert table.component(row) == replace(component, seed=None)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("rows", [[0], [8, 1], list(range(9))])
def test_weighted_sums_are_exact(role, rows):
    table = TABLES[role].components[1]
    drawn = np.frombuffer(expand(b"\x0e" * 16, "weights", 16 * len(rows)), np.uint8).reshape(-1, 16)
    weights = [int.from_bytes(each.tobytes(), "little") for each in drawn]
    components = [PEOPLE[row].components[following(role)] for row in rows]

    sums = table.weighted_sums(np.array(rows), drawn)

    pairs = list(zip(weights, components, strict=True))
    assert sums.values == [sum(w * each.values[j] for w, each in pairs) for j in range(len(BITS))]
    assert sums.blinding % ORDER == sum(w * each.blinding for w, each in pairs) % ORDER


def test_weighted_sums_are_exact_at_their_largest_and_beyond_what_fits_into_a_word():
    layout, count = explicit_layout(BITS), (1 << 16) + 5
    minus_one = ComponentTable(layout, np.full((1, layout.total), 255, dtype=np.uint8))
    ones = np.full((count, 16), 255, dtype=np.uint8)

    sums = minus_one.weighted_sums(np.zeros(count, dtype=np.intp), ones)

    assert sums.values == [-count * (2**128 - 1)] * len(BITS)
    assert sums.blinding == count * (2**128 - 1) * (2**256 - 1)


@pytest.mark.parametrize("role", ROLES)
def test_the_openings_of_a_table_hold(role):
    batch = openings(role)

    verify_batch(batch, stream(b"\x0f" * 16, "coefficients"), domain=DOMAIN)
    for row in range(len(batch)):
        batch.verify_one(row, domain=DOMAIN)
    assert [batch.record_of(row) for row in range(len(batch))] == [*range(9), *range(9)]


@pytest.mark.parametrize("role", ROLES)
def test_an_opening_of_the_wrong_commitment_is_found_together_and_alone(role):
    points = [each.points for each in PEOPLE]
    pairs = [(each[role], each[following(role)]) for each in points]
    pairs[4] = (pairs[4][0], pairs[5][1])
    batch = TABLES[role].openings(pairs)

    with pytest.raises(CommitmentError) as refused:
        verify_batch(batch, domain=DOMAIN)
    with pytest.raises(CommitmentError):
        batch.verify_one(9 + 4, domain=DOMAIN)

    assert {batch.record_of(index) for index in refused.value.indices} == {4}


@pytest.mark.parametrize("role", ROLES)
def test_no_bundles_make_an_empty_table(role):
    table = decode_bundles([], role, BITS)

    assert table.accepted == ()
    assert table.components[0].ring().shape == table.components[1].field().shape == (0, len(BITS))
    verify_batch(table.openings([]), domain=DOMAIN)


@pytest.mark.parametrize("role", [-1, 3])
def test_there_are_three_roles(role):
    with pytest.raises(OutOfRangeError):
        decode_bundles([], role, BITS)


def test_a_width_out_of_range_is_refused_by_the_name_of_its_column():
    with pytest.raises(ShareError, match="column 1"):
        decode_bundles([], 0, (1, 189))


@pytest.mark.parametrize("column", range(len(BITS)))
@pytest.mark.parametrize("side", ["above", "below"])
def test_the_bounds_of_an_explicit_component_are_those_of_a_bundle_by_itself(column, side):
    outside = 2 ** BITS[column] if side == "above" else -(2 ** (BITS[column] + 65))
    inside = outside + (-1 if side == "above" else 1)
    made = []
    for value in (outside, inside):
        third = record(5).components[2]
        values = (*third.values[:column], value, *third.values[column + 1 :])
        made.append(encode_bundle(1, (*record(5).components[:2], replace(third, values=values))))

    table = decode_bundles(made, 1, BITS)

    assert table.accepted == (1,)
    assert type(table.refused[0]) is ShareError
    assert f"column {column}:" in str(table.refused[0])
    assert table.components[1].component(0).values[column] == inside


@pytest.mark.parametrize(
    ("blinding", "accepted"), [(ORDER - 1, True), (ORDER, False), (0, True), (2**256 - 1, False)]
)
def test_a_blinding_of_an_explicit_component_is_reduced(blinding, accepted):
    raw = record(5).bundle(2)
    at = 6 + len(record(5).components[2].encode())

    table = decode_bundles([raw[: at - 32] + blinding.to_bytes(32, "big") + raw[at:]], 2, BITS)

    assert bool(table.accepted) == accepted
    assert accepted or type(table.refused[0]) is MalformedError


@settings(max_examples=200)
@given(st.sampled_from(ROLES), st.data())
def test_any_changed_byte_is_treated_as_by_a_bundle_by_itself(role, data):
    raw = bytearray(record(3).bundle(role))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))

    assert_like_alone([record(2).bundle(role), bytes(raw)], role)


@settings(max_examples=100)
@given(st.sampled_from(ROLES), st.lists(st.binary(max_size=150), max_size=3))
def test_any_bytes_are_treated_as_by_a_bundle_by_itself(role, raws):
    assert_like_alone([*raws, record(2).bundle(role), *(bytes((1, role)) + raw for raw in raws)], role)


def read_alone(raw: bytes, role: int) -> Pair | CryptoError:
    try:
        return decode_bundle(raw, role, BITS)
    except CryptoError as error:
        return error


def assert_like_alone(raws: list[bytes], role: int) -> None:
    table = decode_bundles(raws, role, BITS)
    rows = iter(enumerate(table.accepted))
    for place, raw in enumerate(raws):
        alone = read_alone(raw, role)
        if isinstance(alone, CryptoError):
            assert (type(table.refused[place]), str(table.refused[place])) == (type(alone), str(alone))
            continue
        row, accepted = next(rows)
        assert accepted == place
        for component, expected in zip(table.components, alone, strict=True):
            assert component.component(row) == replace(expected, seed=None)


def test_no_share_stands_in_the_representation():
    assert repr(TABLES[0]) == f"BundleTable(accepted={tuple(range(9))}, refused={{}})"


@pytest.mark.slow
def test_a_thousand_records_of_16_columns_and_one_liar():
    bits, liar = (20,) * 16, 617
    people = records(1000, bits)
    lie = replace(people[liar].components[2], values=(5, *people[liar].components[2].values[1:]))
    sent = bundles(people, 2)
    sent[liar] = encode_bundle(2, (*people[liar].components[:2], lie))
    table = decode_bundles(sent, 2, bits)
    points = [each.points for each in people]

    openings = table.openings([(each[2], each[0]) for each in points])
    with pytest.raises(CommitmentError) as refused:
        verify_batch(openings, domain=DOMAIN)

    assert [openings.record_of(index) for index in refused.value.indices] == [liar]
