"""Does a batch follow on the one before? What is remembered of a stream is one small value.

Whoever takes batches in keeps one for each stream of each device, and replaces it in the transaction that
keeps the readings. A stream begins at the reading numbered 0. A device that gets a new key and a new
credential under the same id, from the same issuer, goes on with its streams. There is one stream at a time
for each measure of each sensor: a device that was out of reach for too long begins another under a new name,
and cannot tell of the same time twice by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ssi.device.batch import GENESIS
from ssi.device.credential import Measure
from ssi.device.errors import (
    BackdatedBatchError,
    ForkedStreamError,
    MissingBatchError,
    OutOfScopeError,
    ReplayedBatchError,
)
from ssi.device.verify import VerifiedBatch

LONGEST_DELAY: Final = timedelta(days=30)
"""How long a device may be out of reach before what it has signed is no longer taken."""


@dataclass(frozen=True)
class StreamPosition:
    """How far a stream was accepted: the next reading's number, the digest and the end of the last batch."""

    issuer: str
    device: str
    stream: str
    sensor: str
    measure: Measure
    decimals: int
    next_sequence: int
    previous: bytes = field(repr=False)
    ended_at: datetime
    signed_at: datetime


def follow(
    known: Iterable[StreamPosition],
    batch: VerifiedBatch,
    *,
    received_at: datetime,
    longest_delay: timedelta = LONGEST_DELAY,
) -> StreamPosition:
    """The position of its stream after a batch, if these hold; `known` are those of all the device's streams.

    1. Its stream is of the same device, sensor and measure as before, and the newest of them; a new one
       tells of no time before the end of another, and comes later than `longest_delay` after it.
    2. Its readings are none that the stream has, and none is left out before it.
    3. It names the last accepted batch as the one before.
    4. It tells of no time before the end of that batch, and was not signed before it.
    5. Its time is over since at most `longest_delay`.

    Raises:
        OutOfScopeError: 1 does not hold.
        ReplayedBatchError, MissingBatchError: 2 does not hold; a batch out of order is one of the two.
        ForkedStreamError: 3 does not hold.
        BackdatedBatchError: 4 or 5 does not hold.
    """
    header, after = batch.header, _position_after(batch)
    position = _before(known, batch, after, over_since=received_at - longest_delay)  # 1
    expected = 0 if position is None else position.next_sequence
    if header.sequence < expected:  # 2
        raise ReplayedBatchError(f"stream {header.stream!r}: the readings from {header.sequence} are there")
    if header.sequence > expected:  # 2
        raise MissingBatchError(
            f"stream {header.stream!r}: expected reading {expected}, got {header.sequence}; hand in what lies"
            " between first"
        )
    if header.previous != (GENESIS if position is None else position.previous):  # 3
        raise ForkedStreamError(f"stream {header.stream!r}: the batch follows on one that was not accepted")
    if position is not None and _goes_back(position, after, batch.header.start):  # 4
        raise BackdatedBatchError(f"stream {header.stream!r}: the batch tells of a time already told of")
    if header.end + longest_delay < received_at:  # 5
        raise BackdatedBatchError(
            f"stream {header.stream!r}: the batch ended {header.end.isoformat()}, too long ago"
        )
    return after


def _position_after(batch: VerifiedBatch) -> StreamPosition:
    header = batch.header
    return StreamPosition(
        issuer=batch.device.issuer,
        device=batch.device.claims.id,
        stream=header.stream,
        sensor=header.sensor,
        measure=header.measure,
        decimals=header.decimals,
        next_sequence=header.next_sequence,
        previous=batch.digest,
        ended_at=header.end,
        signed_at=header.signed_at,
    )


def _before(
    known: Iterable[StreamPosition], batch: VerifiedBatch, after: StreamPosition, *, over_since: datetime
) -> StreamPosition | None:
    kept = list(known)
    position = next((each for each in kept if each.stream == after.stream), None)
    if position is not None and _subject(position) != _subject(after):
        raise OutOfScopeError(f"the batch is of another subject than the stream {position.stream!r}")
    for each in kept:
        if _is_in_the_way(each, position, batch, over_since):
            raise OutOfScopeError(f"the readings of {each.sensor!r} are those of the stream {each.stream!r}")
    return position


def _is_in_the_way(
    other: StreamPosition,
    position: StreamPosition | None,
    batch: VerifiedBatch,
    over_since: datetime,
) -> bool:
    """Whether another stream is the one of the batch's sensor and measure."""
    header = batch.header
    if other.stream == header.stream or (other.sensor, other.measure) != (header.sensor, header.measure):
        return False
    if position is not None:
        return other.ended_at > position.ended_at
    return other.ended_at >= over_since or header.start < other.ended_at


def _subject(position: StreamPosition) -> tuple[object, ...]:
    return (
        position.issuer,
        position.device,
        position.sensor,
        position.measure,
        position.decimals,
    )


def _goes_back(before: StreamPosition, after: StreamPosition, start: datetime) -> bool:
    return start < before.ended_at or after.signed_at < before.signed_at
