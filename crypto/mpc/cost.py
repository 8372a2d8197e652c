"""What will a computation cost: how many rounds, how many bytes, about how many seconds?

Lengths and rounds depend on public sizes only, so a protocol can be asked itself: one role of it is run on
zeros, with zeros for everything it would receive, and its exchanges are counted (`dry_run`). `estimate` does
that at two small sizes and draws the line through them, because all of our protocols send words in proportion
to records, up to terms that grow with their logarithm.

Seconds are a rough sum of what was measured on two cores of an ordinary server with TLS on loopback: a round
trip, a byte on the wire, and the work that goes with a byte or a cell. Between data centres the round trip is
what matters: it is an argument.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.mpc.party import KeyStream, Party
from crypto.mpc.rounds import HEAD_BYTES, WORD_BYTES, Exchange, Protocol

LOOPBACK_SECONDS: Final = 75e-6
SECONDS_PER_BYTE: Final = 2.5e-9 + 3.5e-9
_SECONDS_PER_CELL: Final = 1.1e-9
_SAMPLES: Final = (1024, 4096)

Make = Callable[[Party, int], Protocol[Any]]
"""Makes one role's protocol for a number of records, on inputs that are all zero."""


@dataclass(frozen=True)
class Traffic:
    """What one role sends: rounds, and bytes with the heads of the messages."""

    rounds: int
    sent_bytes: int


@dataclass(frozen=True)
class Cost:
    """What a computation over so many people is expected to cost each node."""

    rounds: int
    sent_bytes: int
    seconds: float


def dry_run(make: Make, records: int) -> Traffic:
    """Run one role on zeros and count what it says.

    Raises:
        OutOfRangeError: there is no record.
    """
    if records < 1:
        raise OutOfRangeError(f"expected at least one record, got {records}")
    binding = bytes(32)
    party = Party(0, binding, KeyStream(bytes(32), binding), KeyStream(bytes(32), binding), bytes(32))
    protocol = make(party, records)
    rounds, sent = 0, 0
    exchange = next(protocol, None)
    while exchange is not None:
        rounds += 1
        sent += sum(HEAD_BYTES + words.size * WORD_BYTES for words in exchange.send.values())
        exchange = _answered(protocol, exchange)
    return Traffic(rounds, sent)


def estimate(
    make: Make, people: int, *, cells: int = 0, round_trip_seconds: float = LOOPBACK_SECONDS
) -> Cost:
    """The cost of a protocol over so many people.

    Args:
        make: the protocol, at any size.
        people: how many records there will be.
        cells: how many sums or products of a column are taken over all records, which send nothing.
        round_trip_seconds: between the two nodes that are farthest apart.

    Raises:
        OutOfRangeError: there is nobody.
    """
    if people <= _SAMPLES[-1]:
        traffic = dry_run(make, people)
    else:
        small, large = (dry_run(make, size) for size in _SAMPLES)
        slope = (large.sent_bytes - small.sent_bytes) / (_SAMPLES[1] - _SAMPLES[0])
        sent = large.sent_bytes + slope * (people - _SAMPLES[1])
        traffic = Traffic(large.rounds, round(sent))
    seconds = (
        traffic.rounds * round_trip_seconds
        + traffic.sent_bytes * SECONDS_PER_BYTE
        + people * cells * _SECONDS_PER_CELL
    )
    return Cost(traffic.rounds, traffic.sent_bytes, seconds)


def _answered(protocol: Protocol[Any], exchange: Exchange) -> Exchange | None:
    inbox = {sender: np.zeros(words, dtype=np.uint64) for sender, words in exchange.expect.items()}
    try:
        return protocol.send(inbox)
    except StopIteration:
        return None
