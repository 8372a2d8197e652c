"""Hostile bytes: every decoder reads exactly what its encoder writes."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import MalformedError
from crypto.prio3 import instance, wire
from crypto.prio3.scheme import AnyPrio3
from tests.crypto.prio3.reports import CASES, Case, report_of, started

CODECS: dict[str, Callable[[AnyPrio3, bytes], bytes]] = {
    "public share": lambda prio3, raw: wire.encode_public_share(wire.decode_public_share(prio3, raw)),
    "leader share": lambda prio3, raw: wire.encode_input_share(prio3, wire.decode_input_share(prio3, 0, raw)),
    "helper share": lambda prio3, raw: wire.encode_input_share(prio3, wire.decode_input_share(prio3, 1, raw)),
    "verifier share": lambda prio3, raw: wire.encode_verifier_share(
        prio3, wire.decode_verifier_share(prio3, raw)
    ),
    "verifier message": wire.decode_verifier_message,
    "aggregate share": lambda prio3, raw: wire.encode_aggregate_share(
        prio3, wire.decode_aggregate_share(prio3, raw)
    ),
}


def messages(case: Case) -> dict[str, bytes]:
    """One of each message, as written."""
    prio3, report = case.prio3, report_of(case.prio3, case.measurements[0])
    states, shares = started(prio3, report)
    return {
        "public share": wire.encode_public_share(report.public_share),
        "leader share": wire.encode_input_share(prio3, report.input_shares[0]),
        "helper share": wire.encode_input_share(prio3, report.input_shares[1]),
        "verifier share": wire.encode_verifier_share(prio3, shares[0]),
        "verifier message": states[0].joint_randomness_seed,
        "aggregate share": wire.encode_aggregate_share(prio3, states[0].output_share),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_messages_are_read_as_they_are_written_and_no_byte_longer_or_shorter(case: Case):
    for kind, raw in messages(case).items():
        assert CODECS[kind](case.prio3, raw) == raw
        for wrong in (raw + b"\0", raw[:-1] if raw else b"\0"):
            with pytest.raises(MalformedError):
                CODECS[kind](case.prio3, wrong)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lengths_are_known_before_a_message_comes(case: Case):
    made, prio3 = messages(case), case.prio3

    assert len(made["public share"]) == wire.public_share_length(prio3)
    assert len(made["leader share"]) == wire.input_share_length(prio3, 0)
    assert len(made["helper share"]) == wire.input_share_length(prio3, 1)
    assert len(made["verifier share"]) == wire.verifier_share_length(prio3)
    assert len(made["verifier message"]) == wire.verifier_message_length(prio3)


@pytest.mark.parametrize("kind", CODECS)
@given(raw=st.binary(max_size=700))
def test_any_bytes_are_refused_or_come_back_unchanged(kind, raw):
    for prio3 in (instance.histogram(5, 2, 3), instance.count(3)):
        try:
            read = CODECS[kind](prio3, raw)
        except MalformedError:
            continue
        assert read == raw


@pytest.mark.parametrize("kind", CODECS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_read_as_another_message_or_refused(kind, data):
    case = next(case for case in CASES if case.name == "histogram")
    raw = bytearray(messages(case)[kind])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))

    try:
        read = CODECS[kind](case.prio3, bytes(raw))
    except MalformedError:
        return

    assert read == bytes(raw)


@pytest.mark.parametrize("kind", ["leader share", "verifier share", "aggregate share"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_element_that_is_not_reduced_is_refused(case: Case, kind):
    field = case.prio3.circuit.field
    raw = field.modulus.to_bytes(field.element_bytes, "little") + messages(case)[kind][field.element_bytes :]

    with pytest.raises(MalformedError, match="not reduced"):
        CODECS[kind](case.prio3, raw)
