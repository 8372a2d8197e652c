import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import canonical_json
from ssi.device.batch import MOST_BYTES, MOST_READINGS, Header, Reading, parse_batch
from ssi.device.errors import AlteredBatchError, DeviceError, MalformedBatchError, OutOfScopeError
from ssi.device.verify import verify_batch
from ssi.errors import NotYetValidError
from tests.ssi.device.makers import (
    BAND,
    BAND_KEY,
    HOUR,
    HUB,
    HUB_KEY,
    LATER,
    READINGS,
    START,
    WEIGHT,
    batch,
    device,
    forged,
    header,
)
from tests.ssi.parties import NOW, YEAR, es256

BATCH = batch()
DEVICE = device()


def test_a_batch_says_what_the_device_signed():
    found = verify_batch(BATCH, DEVICE, now=LATER)

    assert found.readings == READINGS
    assert found.header == header()
    assert found.device == DEVICE


def test_a_value_is_exact():
    assert header(decimals=2).value_of(Reading(0, -105)) == Decimal("-1.05")


def test_a_gateway_signs_for_a_sensor_without_a_key():
    raw = batch(key=HUB_KEY, sensor=HUB.sensors[1], measure=WEIGHT, decimals=1)

    assert verify_batch(raw, device(HUB, HUB_KEY), now=LATER).header.sensor == HUB.sensors[1]


def test_another_key_signs_nothing_for_the_device():
    with pytest.raises(AlteredBatchError, match="did not sign this batch"):
        verify_batch(batch(key=es256("thief")), DEVICE, now=LATER)


def test_a_token_that_the_device_signed_for_something_else_is_no_batch():
    raw = forged(header().to_json(), [list(each) for each in READINGS], typ="kb+jwt")

    with pytest.raises(MalformedBatchError, match="expected a token of type stream-batch"):
        verify_batch(raw, DEVICE, now=LATER)


READING_CHANGES: dict[str, Any] = {
    "value": [[0, 62], [60_000, 64], [3_599_999, 90]],
    "moment": [[1, 61], [60_000, 64], [3_599_999, 90]],
    "values exchanged": [[0, 64], [60_000, 61], [3_599_999, 90]],
}


@pytest.mark.parametrize("case", READING_CHANGES)
def test_changed_readings_are_refused(case: str):
    changed = canonical_json({**json.loads(BATCH), "readings": READING_CHANGES[case]})

    with pytest.raises(AlteredBatchError, match="not those that the header was signed for"):
        verify_batch(changed, DEVICE, now=LATER)


SCOPES: dict[str, tuple[dict[str, Any], str]] = {
    "measure": ({"measure": WEIGHT}, "does not measure '29463-7'"),
    "sensor": ({"sensor": "urn:example:scale:1"}, "does not vouch for the sensor"),
    "before the credential": (
        {"start": NOW - HOUR, "end": START, "signed_at": START},
        "not valid throughout",
    ),
    "signed after the credential": ({"signed_at": NOW + YEAR}, "not valid throughout"),
}


@pytest.mark.parametrize("case", SCOPES)
def test_a_device_speaks_only_for_what_its_credential_says(case: str):
    changes, said = SCOPES[case]

    with pytest.raises(OutOfScopeError, match=said):
        verify_batch(batch(**changes), DEVICE, now=NOW + 2 * YEAR)


def test_a_gateway_does_not_vouch_for_itself():
    with pytest.raises(OutOfScopeError, match="does not vouch"):
        verify_batch(batch(key=HUB_KEY, sensor=HUB.id), device(HUB, HUB_KEY), now=LATER)


def test_a_batch_from_the_future_is_refused():
    with pytest.raises(NotYetValidError, match="lies ahead"):
        verify_batch(BATCH, DEVICE, now=START + HOUR - timedelta(seconds=61))


PAYLOAD = header().to_json()
PAIRS = [list(each) for each in READINGS]
MALFORMED: dict[str, tuple[dict[str, Any], Any, str]] = {
    "unknown member": ({"colour": "red"}, PAIRS, "unknown member 'colour'"),
    "other schema": ({"schema": "urn:other"}, PAIRS, "schema: expected urn:argonauta"),
    "no readings": ({"count": 0}, [], "expected 1 to 10000 entries"),
    "more readings than counted": ({}, [*PAIRS, [3_599_999, 1]], "expected 3 as the header says"),
    "no time": ({"end": PAYLOAD["start"]}, PAIRS, "seconds after the start"),
    "too long a time": ({"start": 0}, PAIRS, "seconds after the start"),
    "signed before its end": ({"iat": PAYLOAD["start"]}, PAIRS, "signed when its time is over"),
    "first with one before": ({"previous": "A" * 42 + "E"}, PAIRS, "zeros for the first"),
    "later without one before": ({"sequence": 3}, PAIRS, "zeros for the first"),
    "negative sequence": ({"sequence": -1}, PAIRS, "sequence: expected 0"),
    "out of order": ({}, [PAIRS[1], PAIRS[0], PAIRS[2]], r"readings\[1\]: not in the order"),
    "one moment twice": ({}, [PAIRS[0], PAIRS[0], PAIRS[2]], r"readings\[1\]: not in the order"),
    "after the end": ({}, [*PAIRS[:2], [3_600_000, 1]], r"readings\[2\]: not in the order"),
    "a fraction": ({}, [[0, 61.5], *PAIRS[1:]], "expected two integers"),
    "true": ({}, [[0, True], *PAIRS[1:]], "expected two integers"),
    "three numbers": ({}, [[0, 1, 2], *PAIRS[1:]], "expected milliseconds and a value"),
    "a large value": ({}, [[0, 2**31], *PAIRS[1:]], "at most 31 bits"),
    "a bell in its stream": ({"stream": "pulse\x07"}, PAIRS, "stream: expected signs that can be printed"),
    "a line break in its sensor": ({"sensor": "a\nb"}, PAIRS, "sensor: expected signs that can be printed"),
    "no list": ({}, {"0": 61}, "expected a list"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_batch_of_another_form_is_refused_though_signed(case: str):
    changes, readings, said = MALFORMED[case]

    with pytest.raises(MalformedBatchError, match=said):
        parse_batch(forged({**PAYLOAD, **changes}, readings))


def test_the_unchanged_batch_of_these_cases_is_sound():
    assert parse_batch(forged(PAYLOAD, PAIRS)).header == header()


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"\xff", b'{"header":1}', b'{"header":"a.b.c","readings":[]}']
)
def test_bytes_that_are_no_batch_are_refused_by_name(raw: bytes):
    with pytest.raises(MalformedBatchError):
        parse_batch(raw)


def test_a_batch_is_bounded():
    with pytest.raises(MalformedBatchError):
        parse_batch(BATCH + b" " * MOST_BYTES)
    many = [[index, 1] for index in range(MOST_READINGS + 1)]
    with pytest.raises(MalformedBatchError, match="expected 1 to 10000"):
        parse_batch(forged(PAYLOAD, many))


def test_nothing_is_signed_that_would_be_refused():
    with pytest.raises(MalformedBatchError):
        batch(count=2)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, len(BATCH) - 1), st.integers(1, 255))
def test_a_batch_with_any_byte_changed_is_refused(place: int, change: int):
    changed = bytearray(BATCH)
    changed[place] ^= change

    with pytest.raises(DeviceError):
        verify_batch(bytes(changed), DEVICE, now=LATER)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3_599_999), st.integers(-(2**31) + 1, 2**31 - 1)), min_size=1, max_size=20
    )
)
def test_whatever_is_signed_reads_back(pairs: list[tuple[int, int]]):
    readings = tuple(Reading(*pair) for pair in sorted(dict(pairs).items()))
    raw = batch(readings)

    assert verify_batch(raw, DEVICE, now=LATER).readings == readings
    assert isinstance(parse_batch(raw).header, Header)


def test_the_digest_of_a_batch_does_not_depend_on_the_signature():
    other = forged(header().to_json(), PAIRS, key=es256("another"))

    # Neither token has a kid, so that only the signatures differ.
    assert parse_batch(other).digest == parse_batch(forged(header().to_json(), PAIRS, key=BAND_KEY)).digest
    assert BAND.id == header().sensor
