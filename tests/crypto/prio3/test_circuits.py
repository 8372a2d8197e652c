import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.prio3.circuit import CallContext
from crypto.prio3.circuits.bits import MAX_LENGTH
from crypto.prio3.circuits.bounded import BoundedInteger
from crypto.prio3.circuits.histogram import Histogram
from crypto.prio3.circuits.multihot import Multihot
from crypto.prio3.circuits.sum import Sum
from crypto.prio3.circuits.sum_vector import SumVector
from crypto.prio3.field import FIELD64, FIELD128
from crypto.prio3.instance import best_chunk_length
from crypto.prio3.proof import AnyCircuit, Sizes
from tests.crypto.prio3.reports import CASES, Case, random_of


def outputs(circuit: AnyCircuit, encoded: list[int]) -> list[int]:
    """The circuit's outputs for a whole measurement, with joint randomness that the wallet did not know."""
    drawn = random_of("joint")
    joint = [int.from_bytes(drawn(8), "big") for _ in range(circuit.joint_randomness_length)]
    return circuit.evaluate(
        encoded, CallContext(lambda inputs: circuit.gadget.evaluate(circuit.field, inputs), joint, 1)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_valid_measurements_pass_their_circuit(case: Case):
    circuit = case.prio3.circuit
    for measurement in case.measurements:
        encoded = circuit.encode(measurement)

        assert len(encoded) == circuit.measurement_length
        assert outputs(circuit, encoded) == [0] * circuit.evaluation_length


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_vector_with_another_element_passes(case: Case):
    circuit = case.prio3.circuit
    for place in range(circuit.measurement_length):
        for change in (2, circuit.field.modulus - 1, 1 << 32):
            encoded = circuit.encode(case.measurements[0])
            encoded[place] = change

            assert any(outputs(circuit, encoded))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wallet_refuses_to_encode_what_is_not_valid_and_does_not_repeat_it(case: Case):
    for measurement in case.invalid:
        with pytest.raises(OutOfRangeError) as refused:
            case.prio3.circuit.encode(measurement)

        assert f"got {measurement}" not in str(refused.value)


@given(st.integers(1, 1 << 40), st.data())
def test_a_bounded_integer_is_the_weighted_sum_of_its_bits(most, data):
    integer = BoundedInteger(most)
    value = data.draw(st.integers(0, most))
    bits = integer.split(value)

    assert set(bits) <= {0, 1}
    assert integer.join(FIELD128, bits) == value


@pytest.mark.parametrize("most", [1, 2, 3, 5, 10, 100])
def test_no_bits_stand_for_an_integer_out_of_range(most):
    integer = BoundedInteger(most)
    forms = [[form >> index & 1 for index in range(integer.bits)] for form in range(1 << integer.bits)]

    assert {integer.join(FIELD64, bits) for bits in forms} == set(range(most + 1))
    # Plain binary would have forms for integers beyond the bound, unless it is all ones.
    assert max(sum(bit << index for index, bit in enumerate(bits)) for bits in forms) >= most


def test_two_marks_too_many_pass_neither_with_their_number_nor_with_another():
    circuit = Multihot(FIELD128, 5, 2, 3)
    marks = [1, 1, 1, 0, 0]
    forms = [[form & 1, form >> 1] for form in range(4)]

    assert all(outputs(circuit, marks + form)[1] != 0 for form in forms)


@pytest.mark.parametrize(
    "build",
    [
        lambda: BoundedInteger(0),
        lambda: Sum(FIELD64, 1 << 64),
        lambda: Sum(FIELD64, 0),
        lambda: SumVector(FIELD64, 3, 1 << 63, 2),
        lambda: SumVector(FIELD128, 0, 1, 1),
        lambda: Histogram(FIELD128, 4, 0),
        lambda: Histogram(FIELD128, 4, 5),
        lambda: Histogram(FIELD128, MAX_LENGTH + 1, 5),
        lambda: Multihot(FIELD128, 4, 0, 2),
        lambda: Multihot(FIELD128, 4, 5, 2),
    ],
)
def test_parameters_out_of_range_are_refused(build):
    with pytest.raises(OutOfRangeError):
        build()


@pytest.mark.parametrize("length", [1, 2, 5, 32, 100, 128, 1000])
def test_the_best_chunk_length_makes_the_shortest_proof(length):
    proofs = {chunk: Sizes.of(Histogram(FIELD128, length, chunk)).proof for chunk in range(1, length + 1)}

    assert proofs[best_chunk_length(length)] == min(proofs.values())
