"""What bit-planes cost: three roles in one process, one after the other, every message handed over as it is.

So a time here is the work of all three nodes together on one core, without any network. Gates are what three
processes over TLS may take.
"""

from collections.abc import Callable, Generator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from crypto.mpc.comparison import less_than
from crypto.mpc.conversion import bits_to_field, integers_to_planes
from crypto.mpc.integers import Integers
from crypto.mpc.packing import everybody, pack, pack_bits
from crypto.mpc.party import KeyStream, Party
from crypto.mpc.ranks import quantiles
from crypto.mpc.rounds import Done, Envelope, Protocol, Raw, Running, start
from crypto.mpc.shares import Planes
from crypto.mpc.tally import histogram, histogram_of_codes, top_categories
from crypto.sharing.replicated import ROLES, following
from examples.bench.row import Row, median_seconds

MILLION, THOUSAND = 1_000_000, 1_000
BITS, BINS = 16, 32
BINDING = bytes(range(32))
KEYS = tuple(bytes([role + 1]) * 32 for role in ROLES)
Values = NDArray[np.uint64]
Sharing = Callable[[int], Any]


def rows(console: Console) -> list[Row]:
    """All rows; nothing is asked of a peer here."""
    console.print("Three roles in one process, one core:")
    return list(_rows())


def _rows() -> Generator[Row, None, None]:
    for records, gate in ((MILLION, 1.0), (10 * THOUSAND, None)):
        left, right = numbers(records, 1), numbers(records, 2)
        yield _row(f"16-bit less-than, {records:,}", _compared, [left, right], gate)
    for records, gate in ((MILLION, 2.0), (THOUSAND, 0.3)):
        yield _row(f"median of 16 bits, {records:,}", _median, [numbers(records, 3), crowd(records)], gate)
    yield _row("32-bin histogram from codes, 1,000,000", _binned, [codes(MILLION)], 0.6)
    yield _row("32-bin histogram from one-hot planes, 1,000,000", histogram, [one_hot(MILLION)], 0.6)
    yield _row("ten largest of 32 categories, 1,000,000", _largest, [one_hot(MILLION)], None)
    yield _row("integers to planes, 16 bits, 1,000,000", _converted, [integers(MILLION)], None)
    yield _row("bits to field elements, 1,000,000", bits_to_field, [crowd(MILLION)], None)


def numbers(records: int, seed: int) -> Sharing:
    """Shared numbers of 16 bits, as planes."""
    return shared(pack(drawn(records, 1 << BITS, seed), BITS), records)


def codes(records: int) -> Sharing:
    """Shared codes of 32 categories, as planes."""
    return shared(pack(drawn(records, BINS, 4), BINS.bit_length() - 1), records)


def one_hot(records: int) -> Sharing:
    """Shared categories, a plane for each of 32."""
    return shared(pack_bits(drawn(records, BINS, 4)[None] == np.arange(BINS)[:, None]), records)


def crowd(records: int) -> Sharing:
    """Everybody, but secretly so."""
    return shared(everybody(records)[None], records)


def integers(records: int) -> Sharing:
    """Shared integers of 16 bits modulo 2^64."""
    first, second = words(records, 5), words(records, 6)
    summands = (first, second, drawn(records, 1 << BITS, 7) - first - second)
    return lambda role: Integers(role, summands[role], summands[following(role)])


def shared(plain: Values, records: int) -> Sharing:
    """Planes as each role holds them."""
    first, second = (words(plain.size, seed).reshape(plain.shape) for seed in (8, 9))
    summands = (first, second, plain ^ first ^ second)
    return lambda role: Planes(role, records, summands[role], summands[following(role)])


def drawn(count: int, bound: int, seed: int) -> Values:
    """Made-up values below a bound."""
    return np.random.default_rng(seed).integers(0, bound, count, dtype=np.uint64)


def words(count: int, seed: int) -> Values:
    """Made-up words."""
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def play(protocol: Callable[..., Protocol[Any]], inputs: list[Sharing]) -> list[Any]:
    """Run three roles to their results."""
    states: list[Running[Any] | Done[Any]] = [
        start(protocol(party, *(share(party.role) for share in inputs)), Envelope(party.role, BINDING))
        for party in parties()
    ]
    while any(isinstance(state, Running) for state in states):
        boxes: list[dict[int, Raw]] = [{} for _ in ROLES]
        for sender, state in enumerate(states):
            if isinstance(state, Running):
                for receiver, frame in state.outbox.items():
                    boxes[receiver][sender] = frame.to_bytes()
        states = [
            state.receive(boxes[role]) if isinstance(state, Running) else state
            for role, state in enumerate(states)
        ]
    return [state.result for state in states if isinstance(state, Done)]


def parties() -> list[Party]:
    """Three roles that have met."""
    streams = [KeyStream(key, BINDING) for key in KEYS]
    return [Party(role, BINDING, streams[role], streams[following(role)], KEYS[role]) for role in ROLES]


def _row(name: str, protocol: Callable[..., Protocol[Any]], inputs: list[Sharing], gate: float | None) -> Row:
    return Row(name, "s", median_seconds(lambda: play(protocol, inputs)), gate=gate)


def _compared(party: Party, left: Planes, right: Planes) -> Protocol[Any]:
    return less_than(party, left, right)


def _median(party: Party, column: Planes, present: Planes) -> Protocol[Any]:
    return quantiles(party, column, present, (Fraction(1, 2),))


def _binned(party: Party, binned: Planes) -> Protocol[Any]:
    return histogram_of_codes(party, binned, BINS)


def _largest(party: Party, categories: Planes) -> Protocol[Any]:
    return top_categories(party, categories, 10)


def _converted(party: Party, column: Integers) -> Protocol[Any]:
    return integers_to_planes(party, column, BITS)
