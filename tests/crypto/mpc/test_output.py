"""The buyer adds up three summands and names whoever sent another than was stated."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedError, OutOfRangeError, ProtocolError
from crypto.mpc.output import Digests, Output, Summand, combine, decode_output, encode_output
from crypto.mpc.program import LinearCell, Program
from crypto.sharing.replicated import ROLES, preceding
from tests.crypto.parties import BINDING, OTHER_BINDING, Story, play

STORY = Story(Program((LinearCell(0), LinearCell(1))), ((1, 70), (0, 80)), ((0, 0),) * 3)
HONEST = play(STORY)
CELLS = 2


def altered(summand: Summand) -> Summand:
    return replace(summand, values=goldilocks.add(summand.values, goldilocks.stacked([1, 0])))


def with_own(role: int) -> list[Output]:
    return [
        output._replace(own=altered(output.own)) if index == role else output
        for index, output in enumerate(HONEST.outputs)
    ]


def with_held(role: int) -> list[Output]:
    return [
        output._replace(held=altered(output.held)) if index == role else output
        for index, output in enumerate(HONEST.outputs)
    ]


def test_summands_add_up_to_the_result():
    assert combine(HONEST.outputs, HONEST.digests, binding=BINDING) == [1, 150]


def test_a_negative_result_is_negative():
    story = replace(STORY, noise=((-5, 0), (-1, 0), (0, 0)))

    assert play(story).results() == [-5, 150]


@given(st.sampled_from(ROLES))
def test_outputs_round_trip(role):
    output = HONEST.outputs[role]

    decoded = decode_output(encode_output(output.own, output.held), CELLS)

    for mine, theirs in zip(decoded, output, strict=True):
        assert (mine.role, mine.salt) == (theirs.role, theirs.salt)
        assert np.array_equal(mine.values, theirs.values)


@pytest.mark.parametrize("role", ROLES)
def test_an_altered_own_summand_names_the_role_alone(role):
    with pytest.raises(ProtocolError) as refused:
        combine(with_own(role), HONEST.digests, binding=BINDING)

    assert refused.value.culprits == (role,)


@pytest.mark.parametrize("role", ROLES)
def test_an_altered_copy_names_its_holder_alone(role):
    with pytest.raises(ProtocolError) as refused:
        combine(with_held(role), HONEST.digests, binding=BINDING)

    assert refused.value.culprits == (role,)


@pytest.mark.parametrize("role", ROLES)
def test_a_lie_that_was_also_stated_names_both_holders(role):
    outputs, digests = with_own(role), list(HONEST.digests)
    digests[role] = digests[role]._replace(own=outputs[role].own.digest(BINDING))

    with pytest.raises(ProtocolError) as refused:
        combine(outputs, digests, binding=BINDING)

    assert refused.value.culprits == tuple(sorted((role, preceding(role))))


def test_an_altered_salt_is_an_altered_summand():
    outputs = list(HONEST.outputs)
    outputs[0] = outputs[0]._replace(own=replace(outputs[0].own, salt=bytes(32)))

    with pytest.raises(ProtocolError) as refused:
        combine(outputs, HONEST.digests, binding=BINDING)

    assert refused.value.culprits == (0,)


def test_outputs_of_another_run_are_refused():
    with pytest.raises(ProtocolError) as refused:
        combine(HONEST.outputs, HONEST.digests, binding=OTHER_BINDING)

    assert refused.value.culprits == ROLES


def test_a_role_that_repeats_the_output_of_another_is_named():
    with pytest.raises(ProtocolError) as refused:
        combine([HONEST.outputs[0], HONEST.outputs[0], HONEST.outputs[2]], HONEST.digests, binding=BINDING)

    assert refused.value.culprits == (1,)


@pytest.mark.parametrize("count", [0, 2, 4])
def test_there_are_three_outputs(count):
    with pytest.raises(OutOfRangeError):
        combine((HONEST.outputs * 2)[:count], HONEST.digests, binding=BINDING)
    with pytest.raises(OutOfRangeError):
        combine(HONEST.outputs, (HONEST.digests * 2)[:count], binding=BINDING)


def test_summands_have_one_length():
    short = Summand(0, goldilocks.stacked([1]), bytes(32))

    with pytest.raises(OutOfRangeError):
        combine([Output(short, short), *HONEST.outputs[1:]], HONEST.digests, binding=BINDING)


RAW = encode_output(*HONEST.outputs[0])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        RAW[:-1],
        RAW + b"\0",
        b"\x01" + RAW[1:],
        RAW[:1] + b"\x03" + RAW[2:],
        RAW[:1] + b"\x01" + RAW[2:],
        RAW[: 1 + 49] + b"\x02" + RAW[1 + 50 :],
        RAW[:34] + b"\xff" * 8 + RAW[42:],
    ],
    ids=[
        "empty",
        "short",
        "long",
        "version",
        "no role",
        "another role",
        "a copy of the wrong role",
        "no element",
    ],
)
def test_outputs_of_another_form_are_refused(raw):
    with pytest.raises(MalformedError):
        decode_output(raw, CELLS)


@given(st.binary(max_size=200), st.integers(0, 4))
def test_hostile_bytes_are_refused(raw, cells):
    with pytest.raises(MalformedError):
        decode_output(raw, cells)


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_named(position, change):
    altered = bytearray(RAW)
    altered[position] ^= change

    with pytest.raises((MalformedError, ProtocolError)):
        combine([decode_output(bytes(altered), CELLS), *HONEST.outputs[1:]], HONEST.digests, binding=BINDING)


def test_a_digest_binds_the_run_the_role_the_salt_and_the_values():
    summand = Summand(0, goldilocks.stacked([1, 2]), bytes(32))
    digests = {
        summand.digest(BINDING),
        summand.digest(OTHER_BINDING),
        replace(summand, role=1).digest(BINDING),
        replace(summand, salt=b"\x01" * 32).digest(BINDING),
        replace(summand, values=goldilocks.stacked([1, 3])).digest(BINDING),
        replace(summand, values=goldilocks.stacked([1])).digest(BINDING),
    }

    assert len(digests) == 6


@pytest.mark.parametrize(("binding", "salt"), [(bytes(31), bytes(32)), (bytes(32), bytes(33))])
def test_a_digest_needs_a_binding_and_a_salt_of_32_bytes(binding, salt):
    with pytest.raises(OutOfRangeError):
        Summand(0, goldilocks.stacked([1]), salt).digest(binding)


def test_no_value_stands_in_the_representation():
    assert repr(HONEST.outputs[0].own) == "Summand(role=0)"
    assert isinstance(HONEST.digests[0], Digests)
