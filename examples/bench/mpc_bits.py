"""What bit-planes cost: three roles in one process, one after the other, every message handed over as it is.

So a time here is the work of all three nodes together on one core, without any network (`over_tls` has the
network).
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from examples.bench import effort
from examples.bench.row import Row, median_seconds

MILLION, THOUSAND = 1_000_000, 1_000
BITS, BINS = 16, 32
BINDING = bytes(range(32))
KEYS = tuple(bytes([role + 1]) * 32 for role in ROLES)
Values = NDArray[np.uint64]
Sharing = Callable[[int], Any]


def rows() -> list[Row]:
    """All rows; nothing is asked of a peer here."""
    return list(_rows())


def _rows() -> Iterator[Row]:
    many = effort.records(MILLION)
    for records in (many, 10 * THOUSAND):
        yield _row("16-bit less-than", records, _compared, [numbers(records, 1), numbers(records, 2)])
    for records in (many, THOUSAND):
        yield _row("median of 16 bits", records, _median, [numbers(records, 3), crowd(records)])
    yield _row("32-bin histogram from codes", many, _binned, [codes(many)])
    yield _row("32-bin histogram from one-hot planes", many, histogram, [one_hot(many)])
    yield _row("ten largest of 32 categories", many, _largest, [one_hot(many)])
    yield _row("integers to planes, 16 bits", many, _converted, [integers(many)])
    yield _row("bits to field elements", many, bits_to_field, [crowd(many)])


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


def _row(name: str, records: int, protocol: Callable[..., Protocol[Any]], inputs: list[Sharing]) -> Row:
    return Row(f"{name}, {records:,}", "s", median_seconds(lambda: play(protocol, inputs)))


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
