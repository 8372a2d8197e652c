"""What a device tells is a reading that can be, or is refused by name; and it is counted."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import parse_json
from crypto.errors import MalformedError
from wallet.domain.broker_access import access_lines, topic_of, verifier_of
from wallet.domain.live_reading import MOST_MESSAGE_BYTES, as_letter, read_live
from wallet.errors import ChoiceError
from wallet.services.source_ports import Chosen
from wallet.services.take_readings import Outcome, TakeReadings

EACH = Chosen(frozenset({"each-reading"}), ZoneInfo("Europe/Vienna"))


def document(sequence: object = 1, **changes: object) -> bytes:
    told = {"quantity": "heart-rate", "start": "2026-01-31T12:00:00Z", "value": 61, "sequence": sequence}
    return json.dumps({**told, **changes}).encode()


@pytest.fixture
def device(world, anna):
    return world.services.letters.addresses.give(anna, "watch", "device", EACH)


@pytest.fixture
def take(world):
    return TakeReadings(world.services.letters.take)


def unpacked(world, session):
    world.clock.forward(minutes=5)
    report = world.services.letters.unpack(session)
    streams = world.services.streams.read
    found = [
        (stream.instrument, float(reading.value))
        for stream in streams.all(session)
        for reading in streams.readings(session, stream.row_id)
    ]
    return report.tally, found


def test_an_interval_is_read():
    told = document(7, end="2026-01-31T12:05:00.1239+00:00", quantity="steps", value=12.5, instrument="Left")
    reading = read_live(told, "walk/daily")

    assert (reading.stream, reading.sequence) == ("walk/daily", 7)
    assert reading.measured.value == Decimal("12.5")
    assert reading.measured.end == datetime(2026, 1, 31, 12, 5, 0, 123_000, tzinfo=UTC)
    assert reading.measured.instrument == "walk/daily, Left"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"\xff",
        b"{" * 100,
        document(quantity="mood"),
        document(quantity="visited-cell"),
        document(quantity=3),
        document(start="2026-01-31T12:00:00"),
        document(start="1970-01-01T00:00:00Z"),
        document(start=None),
        document(end="2026-01-31T12:00:00Z"),
        document(end="2026-01-31T11:00:00Z"),
        document(value="61"),
        document(value=True),
        document(value=1e19),
        document(value=10**400),
        document(-1),
        document(1.5),
        document(True),
        document(2**53),
        document(instrument=""),
        document(instrument="x" * 81),
        document(instrument="a\u202eb"),
        document(stream="named twice"),
        document(note="unknown member"),
        document()[:-1] + b', "value": 62}',
        b" " * MOST_MESSAGE_BYTES + document(),
    ],
)
def test_what_is_no_reading_is_refused(raw):
    with pytest.raises(MalformedError):
        read_live(raw, "s")
    with pytest.raises(MalformedError):
        as_letter(raw, "s")


@pytest.mark.parametrize(
    "stream", ["", "/", "a/", "a//b", "a b", "a/b/c/d/e", "x" * 41, "ü", "+", "#", "a\n"]
)
def test_a_stream_has_a_short_name_of_letters_and_digits(stream):
    with pytest.raises(MalformedError):
        read_live(document(), stream)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=3).map(
        lambda told: document(value=told)
    )
)
def test_any_bytes_are_a_letter_that_is_read_back_or_malformed(raw):
    try:
        letter = as_letter(raw, "s")
    except MalformedError:
        return
    assert parse_json(raw)
    assert read_live(letter) == read_live(raw, "s")


def test_late_and_corrected_readings_are_versions_and_repeated_ones_nothing(world, anna, device, take):
    noon, earlier = "2026-01-31T12:00:00Z", "2026-01-31T11:00:00Z"
    first, corrected = document(1, start=noon, value=60), document(2, start=noon, value=61)
    for raw in (first, corrected, first, document(3, start=earlier, value=50), first):
        assert take(device.address_id, "pulse", raw) is Outcome.SEALED
    tally, found = unpacked(world, anna)

    assert (tally.kept, tally.corrections, tally.duplicates) == (2, 1, 2)
    assert found == [("pulse", 50.0), ("pulse", 61.0)]
    take(device.address_id, "pulse", first)  # again, after all was read
    assert unpacked(world, anna)[1] == found


def test_of_two_values_in_one_second_the_one_with_the_higher_number_counts(world, anna, device, take):
    for number in range(20, 0, -1):
        take(device.address_id, "pulse", document(number, value=100 + number))

    assert unpacked(world, anna)[1] == [("pulse", 120.0)]


def test_streams_of_one_device_count_apart(world, anna, device, take):
    take(device.address_id, "left", document(1, value=60))
    take(device.address_id, "right", document(1, value=70))

    assert sorted(unpacked(world, anna)[1]) == [("left", 60.0), ("right", 70.0)]


def test_a_device_may_send_over_http_as_well_and_several_at_once(world, anna, device):
    told = [json.loads(document(number, stream="pulse", value=60 + number)) for number in (1, 2)]
    start = "2026-01-31T12:01:00Z"
    body = json.dumps([told[0], {"quantity": "mood"}, {**told[1], "start": start}]).encode()
    for _ in range(2):
        world.services.letters.take(device.address_id, device.password, body)
    tally, found = unpacked(world, anna)

    assert found == [("pulse", 61.0), ("pulse", 62.0)]
    assert (tally.kept, tally.duplicates) == (2, 2)


def test_a_value_that_cannot_be_is_counted_and_stops_nothing(world, anna, device, take):
    take(device.address_id, "pulse", document(1, value=1e9))
    take(device.address_id, "pulse", document(2))

    assert unpacked(world, anna)[1] == [("pulse", 61.0)]
    ((_, note),) = world.services.letters.addresses.all(anna)
    assert (note.letters, note.unread) == (2, 1)


def test_each_refusal_has_its_reason(world, anna, device, take, monkeypatch):
    gone = world.services.letters.addresses.give(anna, "old watch", "device", EACH)
    world.services.letters.addresses.remove(anna, gone.address_id)

    assert take(device.address_id, "pulse", b"garbage") is Outcome.NO_READING
    assert take(device.address_id, "a b", document()) is Outcome.NO_READING
    assert take(device.address_id, "pulse", b" " * 8193) is Outcome.TOO_LARGE
    assert take(gone.address_id, "pulse", document()) is Outcome.UNKNOWN_ADDRESS
    assert take("../../etc", "pulse", document()) is Outcome.UNKNOWN_ADDRESS
    monkeypatch.setattr("wallet.services.take_letters.MOST_LETTERS", 0)
    assert take(device.address_id, "pulse", document()) is Outcome.FULL
    assert world.stores.letters.kept == {}


@given(address=st.text(max_size=40), stream=st.text(max_size=40), raw=st.binary(max_size=40))
def test_whatever_a_broker_hands_over_has_an_outcome(address, stream, raw):
    class Nobody:
        def from_broker(self, _address: str, _body: bytes) -> None:
            raise AssertionError("no such thing is a reading")

    outcome = TakeReadings(Nobody())(address, stream, raw)  # type: ignore[arg-type]

    assert outcome is Outcome.NO_READING


def test_a_device_under_a_name_that_was_counted_before_gets_another_one(world, anna, device, take):
    take(device.address_id, "pulse", document(1))
    unpacked(world, anna)
    world.services.letters.addresses.remove(anna, device.address_id)

    with pytest.raises(ChoiceError, match="Choose another name"):
        world.services.letters.addresses.give(anna, "watch", "device", EACH)


def test_the_broker_is_told_as_mosquitto_writes_it():
    # Made by: mosquitto_passwd -c -b FILE anna secret (2.0.11).
    made = (
        "$7$101$mYtUSTkUAY5NN/tf$OY1BuerbSd9bF5Ok1aCL06GabSiZS3wbVr41xIj5WyWyLMyu/nIo63Xq63BhCeyVO5yXqzq3"
        "etEs319C55gX/Q=="
    )
    salt = bytes.fromhex("998b5449391401"), bytes.fromhex("8e4d37fb5f")

    assert verifier_of("secret", b"".join(salt)) == made
    assert topic_of("x", "pulse") == "wallets/x/streams/pulse"


@pytest.mark.parametrize("name", ["", "a b", "a\ntopic readwrite #", "x" * 61, "a:b"])
def test_a_collector_has_a_name_that_cannot_add_lines(name):
    with pytest.raises(ChoiceError):
        access_lines(name)
