"""A commitment opens to what it holds and to nothing else, and adds up."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crypto import commitments
from crypto.commitments import Opening, commit, generators, verify_opening
from crypto.curve import INFINITY, ORDER, Point
from crypto.errors import CommitmentError, OutOfRangeError

DOMAIN = "argonauta/test/1"
COLUMNS = 4
records = st.lists(st.integers(-(2**70), 2**70), min_size=COLUMNS, max_size=COLUMNS)
blindings = st.integers(0, ORDER - 1)


def textbook(values: list[int], blinding: int) -> Point:
    """h^r · ∏ g_j^{x_j}, term by term."""
    bases = generators(DOMAIN, len(values))
    total = bases.blinding.multiply_public(blinding)
    for base, value in zip(bases.values, values, strict=True):
        total += base.multiply_public(value)
    return total


@pytest.fixture(params=["first", "many"])
def made_before(request, monkeypatch):
    """Both ways to commit: that of the first commitments, and the tables for those who make many."""
    monkeypatch.setattr(commitments, "_WARM", {"first": 10**9, "many": 0}[request.param])


both_ways = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.usefixtures("made_before")
@both_ways
@given(records, blindings)
def test_a_commitment_is_the_formula_of_the_paper(values, blinding):
    assert commit(values, blinding, domain=DOMAIN) == textbook(values, blinding)


@pytest.mark.usefixtures("made_before")
@both_ways
@given(records, blindings)
def test_widths_change_the_cost_and_not_the_commitment(values, blinding):
    assert commit(values, blinding, domain=DOMAIN, bits=(71, 72, 100, 200)) == textbook(values, blinding)


@pytest.mark.usefixtures("made_before")
@pytest.mark.parametrize("edge", [2**8 - 1, 1 - 2**8, 0])
def test_the_widest_values_of_a_width_are_committed_to(edge):
    assert commit([edge, 1], 5, domain=DOMAIN, bits=(8, 1)) == textbook([edge, 1], 5)


@pytest.mark.usefixtures("made_before")
@pytest.mark.parametrize("value", [2**8, -(2**8), 2**300])
def test_a_value_wider_than_it_says_is_refused_and_not_told(value):
    with pytest.raises(OutOfRangeError) as refused:
        commit([1, value], 5, domain=DOMAIN, bits=(1, 8))

    assert str(value) not in str(refused.value)


@pytest.mark.parametrize("bits", [(1,), (1, 2, 3), (1, 0), (1, -1)])
def test_there_is_one_positive_width_for_each_value(bits):
    with pytest.raises(OutOfRangeError):
        commit([0, 0], 5, domain=DOMAIN, bits=bits)


def test_many_commitments_of_one_shape_come_from_tables(monkeypatch):
    multiplied: list[int] = []

    def counted(point: Point, scalar: int) -> Point:
        multiplied.append(scalar)
        return INFINITY

    monkeypatch.setattr(Point, "multiply", counted)

    for made in range(commitments._WARM + 1):
        del multiplied[:]
        commitment = commit([made, 1], 5, domain="argonauta/test/many", bits=(9, 1))

    assert not multiplied
    monkeypatch.undo()
    assert commitment == commit([made, 1], 5, domain="argonauta/test/many")


@settings(max_examples=20)
@given(records, blindings, records, blindings)
def test_commitments_add(x, r, y, s):
    total = [a + b for a, b in zip(x, y, strict=True)]

    assert commit(x, r, domain=DOMAIN) + commit(y, s, domain=DOMAIN) == commit(total, r + s, domain=DOMAIN)


@settings(max_examples=20)
@given(records, blindings, st.integers(0, COLUMNS), st.integers(1, 2**64))
def test_a_changed_value_or_blinding_does_not_open(values, blinding, place, difference):
    commitment = commit(values, blinding, domain=DOMAIN)
    verify_opening(commitment, values, blinding, domain=DOMAIN)
    altered = [*values, blinding]
    altered[place] += difference

    with pytest.raises(CommitmentError):
        verify_opening(commitment, altered[:-1], altered[-1], domain=DOMAIN)


def test_a_commitment_of_another_domain_does_not_open():
    commitment = commit([1, 2], 3, domain=DOMAIN)

    with pytest.raises(CommitmentError):
        verify_opening(commitment, [1, 2], 3, domain="argonauta/test/2")


def test_zeros_cost_as_many_multiplications_as_any_other_value(monkeypatch):
    multiplied: list[int] = []
    original = Point.multiply
    monkeypatch.setattr(commitments, "_WARM", 10**9)

    def counted(point: Point, scalar: int) -> Point:
        multiplied.append(scalar % ORDER)
        return original(point, scalar)

    monkeypatch.setattr(Point, "multiply", counted)

    commit([0, 0, 1, 0], 0, domain=DOMAIN)

    assert len(multiplied) == COLUMNS + 1
    assert 0 not in multiplied


@pytest.mark.usefixtures("made_before")
def test_the_one_value_that_the_shift_turns_into_zero_is_still_right():
    edge = -commitments._SHIFT

    assert commit([edge, 5], edge, domain=DOMAIN) == textbook([edge, 5], edge)
    assert commit([0, 0], 0, domain=DOMAIN) == INFINITY


def test_generators_differ_within_and_between_domains():
    one, other = generators("a", 5), generators("b", 5)

    assert len({*one.values, one.blinding, *other.values, other.blinding}) == 12
    assert generators("a", 3).values == one.values[:3]


@pytest.mark.parametrize("count", [0, -1])
def test_a_commitment_holds_at_least_one_value(count):
    with pytest.raises(OutOfRangeError):
        generators(DOMAIN, count)


def test_no_secret_stands_in_the_representation():
    opening = Opening(commit([1], 2, domain=DOMAIN), [1], 2)

    assert repr(opening) == f"Opening(commitment={opening.commitment!r})"
