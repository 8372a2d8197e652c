"""What does the public log cost: to append to, to prove from when it is long, and beside pymerkle?

Appending is the whole of it: a salt for each entry, the digest of its body, the tree, and rows in SQLite, in
transactions of 10,000. Proofs are read from a database on disk and begin with nothing in memory. The tree of
ten million entries is made of as many leaf hashes; rows of entries are there for those that are asked about,
so that what is measured is the way to a proof and the disk holds a tenth of it.

The peer keeps leaf hashes only and computes subtrees when it is asked, so its proofs of a long tree come
after seconds of hashing; both are measured on the same number of entries.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from rich.console import Console

from consent.log import Entry, InclusionProof, Leaf
from crypto import log_tree, tiles
from crypto.encoding import Json, sha256
from crypto.merkle import leaf_hash, verify_consistency, verify_inclusion
from crypto.tiles import Tile
from examples.bench import effort
from examples.bench.environments import ask
from examples.bench.row import Row, median_seconds
from marketplace.domain.log import Log
from marketplace.storage.store import SqlStore, open_store

PEER: Final = "pymerkle 7.0.0, SQLite"
BATCH: Final = 10_000
APPENDED: Final = 200_000
SHARED: Final = 1_000_000
LONG: Final = 10_000_000
ASKED: Final = 101
APPEND_GATE: Final = 50.0
"""Microseconds an entry: 20,000 entries a second."""

PROOF_GATE: Final = 10.0
MICRO, MILLI = 1e6, 1e3
NOW: Final = datetime(2026, 12, 1, 12, tzinfo=UTC)
NOTE: Final = "the signed state"


def rows(console: Console) -> list[Row]:
    """All rows; a peer that cannot be had leaves its columns empty."""
    shared = effort.records(SHARED)
    theirs = ask("pymerkle", "pymerkle_peer.py", console, str(shared), str(ASKED))
    with tempfile.TemporaryDirectory() as folder:
        made = _append(Path(folder))
        for number, size in enumerate((shared, effort.records(LONG))):
            store = open_store(f"sqlite:///{Path(folder) / f'{number}.sqlite'}")
            made += _proofs(store, size, theirs if number == 0 else None)
            store.database.close()
    return made


def _append(folder: Path) -> list[Row]:
    """Microseconds an entry, by the median batch: on the clock, and of the processor's time."""
    store = open_store(f"sqlite:///{folder / 'appended.sqlite'}")
    seconds, computing = [], []
    for first in range(0, effort.records(APPENDED), BATCH):
        bodies = [_body(number) for number in range(first, first + BATCH)]
        begun, busy = time.perf_counter(), time.process_time()
        with store.writing() as books:
            Log(books.log).append([Entry.of("use", NOW, body) for body in bodies])
        seconds.append(time.perf_counter() - begun)
        computing.append(time.process_time() - busy)
    store.database.close()
    clock, processor = (statistics.median(each) / BATCH * MICRO for each in (seconds, computing))
    return [
        Row(f"append an entry, {BATCH:,} at a time", "µs", clock, gate=APPEND_GATE),
        Row("the same, time of the processor", "µs", processor),
    ]


def _proofs(store: SqlStore, size: int, theirs: dict[str, float] | None) -> list[Row]:
    asked = [(size // ASKED) * number for number in range(ASKED)]
    _fill(store, size, asked)
    numbers = count()

    def prove() -> InclusionProof:
        with store.reading() as books:
            return Log(books.log).inclusion(asked[next(numbers) % ASKED], size=size, checkpoint=NOTE)

    def grow() -> list[bytes]:
        with store.reading() as books:
            return Log(books.log).consistency(size // 3, size)

    _check(store, prove(), grow(), size)
    inclusion, consistency = (median_seconds(work, rounds=ASKED) * MILLI for work in (prove, grow))
    gate = None if theirs is not None else PROOF_GATE
    peer = "" if theirs is None else PEER
    own = None if theirs is None else theirs["inclusion"] * MILLI
    return [
        Row(f"prove an entry among {size:,}", "ms", inclusion, peer, own, gate),
        Row(f"prove the growth to {size:,}", "ms", consistency, gate=PROOF_GATE),
        Row(f"tiles read for an entry among {size:,}", "tiles", _tiles_read(asked[-1], size), gate=8),
    ]


def _fill(store: SqlStore, size: int, asked: list[int]) -> None:
    """A tree of so many leaves, with the rows of the entries that are asked about."""
    entries = {index: Entry("use", NOW, _body(index), sha256(b"salt")) for index in {*asked, size - 1}}
    leaves: dict[int, Leaf] = {index: entry.leaf for index, entry in entries.items()}
    with store.writing() as books:
        books.log.add(entries, leaves, {})
    edge: dict[Tile, bytes] = {}
    for first, hashes in _hashes(size, leaves):
        grown = tiles.grown(first, edge, hashes)
        edge = {**edge, **grown}
        with store.writing() as books:
            books.log.add({}, {}, grown)
        edge = {tile: edge[tile] for tile in tiles.edge_of(first + len(hashes))}


def _hashes(size: int, leaves: dict[int, Leaf]) -> Iterator[tuple[int, list[bytes]]]:
    step = tiles.WIDTH * tiles.WIDTH
    for first in range(0, size, step):
        numbers = range(first, min(first + step, size))
        yield (
            first,
            [
                leaf_hash(leaves[number].encode() if number in leaves else number.to_bytes(8, "big"))
                for number in numbers
            ],
        )


def _check(store: SqlStore, proof: InclusionProof, growth: list[bytes], size: int) -> None:
    """What is measured has to hold."""
    with store.reading() as books:
        old, new = Log(books.log).root(size // 3), Log(books.log).root(size)
    verify_inclusion(leaf_hash(proof.leaf.encode()), proof.index, size, proof.hashes, new)
    verify_consistency(size // 3, size, proof=growth, old_root=old, new_root=new)


def _tiles_read(index: int, size: int) -> int:
    ranges = log_tree.inclusion_ranges(index, size)
    return len(tiles.tiles_of(log_tree.places_of(ranges)))


def _body(number: int) -> dict[str, Json]:
    return {
        "consent_id": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        "order_id": "00000000-0000-4000-8000-000000000002",
        "job_id": "00000000-0000-4000-8000-000000000001",
        "amount_cents": 12,
    }
