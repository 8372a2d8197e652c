from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssi.device.credential import Measure
from ssi.device.errors import (
    BackdatedBatchError,
    DeviceError,
    ForkedStreamError,
    MissingBatchError,
    OutOfScopeError,
    ReplayedBatchError,
)
from ssi.device.stream import LONGEST_DELAY, StreamPosition, follow
from ssi.device.verify import VerifiedBatch, verify_batch
from tests.ssi.device.makers import BAND, HOUR, HUB, HUB_KEY, LATER, PULSE, START, batch, device, next_batch
from tests.ssi.parties import es256

DEVICE = device()


def verified(raw: bytes) -> VerifiedBatch:
    return verify_batch(raw, DEVICE, now=LATER)


def chain(length: int) -> list[VerifiedBatch]:
    batches = [verified(batch())]
    for hours in range(1, length):
        batches.append(verified(next_batch(batches[-1].digest, hours)))
    return batches


FOUR = chain(4)
POSITION = follow((), FOUR[0], received_at=LATER)


def test_a_stream_is_accepted_batch_by_batch():
    kept: tuple[StreamPosition, ...] = ()
    for each in FOUR:
        kept = (follow(kept, each, received_at=LATER),)

    (position,) = kept
    assert (position.next_sequence, position.previous) == (12, FOUR[-1].digest)
    assert position.ended_at == START + 4 * HOUR


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_any_other_order_ends_at_the_first_batch_that_does_not_follow(order: list[int]):
    kept: tuple[StreamPosition, ...] = ()
    for expected, index in enumerate(order):
        if index == expected:
            kept = (follow(kept, FOUR[index], received_at=LATER),)
            continue
        error = ReplayedBatchError if index < expected else MissingBatchError
        with pytest.raises(error):
            follow(kept, FOUR[index], received_at=LATER)
        return


def test_a_repeated_batch_is_refused():
    with pytest.raises(ReplayedBatchError, match="from 0 are there"):
        follow([POSITION], FOUR[0], received_at=LATER)


def test_a_stream_does_not_begin_in_the_middle():
    with pytest.raises(MissingBatchError, match="expected reading 0, got 3"):
        follow((), FOUR[1], received_at=LATER)


def test_a_batch_that_follows_on_another_one_is_refused():
    with pytest.raises(ForkedStreamError):
        follow([POSITION], verified(next_batch(bytes(31) + b"\1")), received_at=LATER)


def test_a_second_version_of_an_accepted_batch_cannot_be_continued():
    other = verified(batch(signed_at=START + 2 * HOUR))

    with pytest.raises(ForkedStreamError):
        follow([POSITION], verified(next_batch(other.digest)), received_at=LATER)


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"start": START + HOUR - timedelta(seconds=1)}, {}),
        ({}, {"signed_at": START + 3 * HOUR}),
    ],
    ids=["begins before the last end", "signed before the last one"],
)
def test_a_backdated_batch_is_refused(changes: dict[str, Any], first: dict[str, Any]):
    earlier = verified(batch(**first))
    position = follow((), earlier, received_at=LATER)

    with pytest.raises(BackdatedBatchError, match="already told of"):
        follow([position], verified(next_batch(earlier.digest, **changes)), received_at=LATER)


def test_what_ended_too_long_ago_is_not_taken_any_more():
    latest = START + HOUR + LONGEST_DELAY

    assert follow((), FOUR[0], received_at=latest)
    with pytest.raises(BackdatedBatchError, match="too long ago"):
        follow((), FOUR[0], received_at=latest + timedelta(seconds=1))


SUBJECTS: dict[str, Any] = {
    "issuer": "did:web:other.example",
    "device": "urn:example:band:18",
    "sensor": "urn:example:scale:1",
    "measure": Measure(PULSE.coding, "1"),
    "decimals": 1,
}


@pytest.mark.parametrize("member", SUBJECTS)
def test_a_batch_of_another_subject_is_refused(member: str):
    position = replace(POSITION, **{member: SUBJECTS[member]})

    with pytest.raises(OutOfScopeError, match="another subject"):
        follow([position], FOUR[1], received_at=LATER)


def test_the_readings_of_a_sensor_are_told_in_one_stream_only():
    other = verified(batch(stream="other"))

    with pytest.raises(OutOfScopeError, match="are those of the stream 'pulse'"):
        follow([POSITION], other, received_at=LATER)


def test_a_new_stream_begins_when_the_one_before_is_over_and_takes_its_place():
    over = START + HOUR + LONGEST_DELAY + timedelta(seconds=1)
    later: dict[str, Any] = {"start": over - HOUR, "end": over, "signed_at": over}
    renewed = device(now=over)
    new = verify_batch(batch(stream="other", **later), renewed, now=over)
    second = follow([POSITION], new, received_at=over)
    old = verify_batch(next_batch(FOUR[0].digest, **later), renewed, now=over)

    assert second.stream == "other"
    with pytest.raises(OutOfScopeError, match="are those of the stream 'other'"):
        follow([POSITION, second], old, received_at=over)
    with pytest.raises(OutOfScopeError, match="are those of the stream 'pulse'"):
        follow([POSITION], new, received_at=over - timedelta(seconds=1))


def test_a_new_stream_tells_of_no_time_that_was_told_of():
    over = START + HOUR + LONGEST_DELAY + timedelta(seconds=1)
    again = verified(batch(stream="other", end=START + 2 * HOUR, signed_at=START + 2 * HOUR))

    with pytest.raises(OutOfScopeError, match="are those of the stream 'pulse'"):
        follow([POSITION], again, received_at=over)


def test_another_measure_of_the_same_sensor_has_a_stream_of_its_own():
    hub = device(HUB, HUB_KEY)
    pulse, weight = (
        verify_batch(
            batch(key=HUB_KEY, sensor=HUB.sensors[0], stream=measure.unit, measure=measure), hub, now=LATER
        )
        for measure in HUB.measures
    )
    kept = [follow((), pulse, received_at=LATER)]
    kept.append(follow(kept, weight, received_at=LATER))

    assert [each.stream for each in kept] == ["/min", "kg"]


def test_a_device_goes_on_with_its_streams_under_a_new_key():
    key = es256("band, second key")
    raw = next_batch(FOUR[0].digest, key=key)
    renewed = verify_batch(raw, device(BAND, key), now=LATER)

    assert follow([POSITION], renewed, received_at=LATER).next_sequence == 6


def test_a_gateway_keeps_the_streams_of_its_sensors_apart():
    hub = device(HUB, HUB_KEY)
    one = verify_batch(batch(key=HUB_KEY, sensor=HUB.sensors[0]), hub, now=LATER)
    position = follow((), one, received_at=LATER)
    other = verify_batch(next_batch(one.digest, key=HUB_KEY, sensor=HUB.sensors[1]), hub, now=LATER)

    with pytest.raises(DeviceError, match="another subject"):
        follow([position], other, received_at=LATER)
