"""Whatever the bytes are: values or a `SourceError`, never another exception."""

import json
import re

import pytest
from fitdecode.utils import compute_crc
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wallet.sources.files import SAMPLES, taken
from wallet.domain.measured import Measured
from wallet.errors import SourceError
from wallet.sources.catalogue import BY_NAME
from wallet.sources.values import BOUNDS, EARLIEST

NASTY = (
    *rb'0 -1 1e99 NaN Infinity null true [] {} "" < > &a; ]]> " , ; 2026-02-30'.split(b" "),
    b"",
    b"\x00",
    b"\xff",
    b"9" * 400,
    b"9999-12-31T23:59:59-14:00",
    b"0001-01-01T00:00:00+14:00",
)
mutations = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(NASTY) | st.binary(max_size=4)),
    min_size=1,
    max_size=4,
)


def mutated(raw: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Some bytes are cut out and others put in."""
    for where, cut, put in changes:
        at = int(where * len(raw))
        raw = raw[:at] + put + raw[at + cut :]
    return raw


def assert_values_or_source_error(name: str, raw: bytes) -> None:
    try:
        found, report = taken(name, raw)
    except SourceError:
        return
    assert report.read > 0
    for value in found:
        assert isinstance(value, Measured)
        assert value.start >= EARLIEST
        assert value.end is None or value.start < value.end
        assert BOUNDS[value.quantity][0] <= value.value <= BOUNDS[value.quantity][1]


@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=40)
@given(raw=st.binary(max_size=300))
def test_random_bytes_give_values_or_a_source_error(name, raw):
    assert_values_or_source_error(name, raw)


@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=120)
@given(changes=mutations)
def test_a_changed_file_gives_values_or_a_source_error(name, changes):
    assert_values_or_source_error(name, mutated(SAMPLES[name], changes))


@pytest.mark.parametrize("name", ["fhir", "open-mhealth", "linky", "sensor-community"])
@settings(max_examples=80)
@given(data=st.data())
def test_a_document_with_any_part_replaced_gives_values_or_a_source_error(name, data):
    document = json.loads(SAMPLES[name])
    finite = st.floats(allow_nan=False, allow_infinity=False)
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | finite | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=4,
    )
    place, key = data.draw(st.sampled_from(list(places(document))))
    place[key] = data.draw(json_values)

    assert_values_or_source_error(name, json.dumps(document).encode("utf-8", "surrogatepass"))


def places(found):
    """Every place in a document that holds something."""
    for key in found if isinstance(found, dict) else range(len(found)):
        yield found, key
        if isinstance(found[key], dict | list):
            yield from places(found[key])


@settings(max_examples=150)
@given(changes=mutations)
def test_a_changed_fit_file_with_a_right_checksum_gives_values_or_a_source_error(changes):
    body = mutated(SAMPLES["garmin-fit"][12:-2], changes)
    start = bytearray(SAMPLES["garmin-fit"][:12])
    start[4:8] = len(body).to_bytes(4, "little")
    whole = bytes(start) + body

    assert_values_or_source_error("garmin-fit", whole + compute_crc(whole).to_bytes(2, "little"))


CONTENT = re.compile(rb'(?<==")[^"]*(?=")|(?<=>)[^<]+(?=<)|(?<=,)[^,\n]*')
plain = st.sampled_from(NASTY) | st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace"))


@pytest.mark.parametrize("name", ["apple-health", "gpx", "green-button", "table"])
@settings(max_examples=80)
@given(data=st.data())
def test_a_file_with_any_content_replaced_gives_values_or_a_source_error(name, data):
    raw = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from([found.span() for found in CONTENT.finditer(raw)]))
        put = data.draw(plain).replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b'"', b"&quot;")
        raw = raw[: place[0]] + put + raw[place[1] :]

    assert_values_or_source_error(name, raw)
