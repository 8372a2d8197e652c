"""One of the three processes of `examples.bench.scale`, which starts it; it prints JSON.

The store, its files and its index are a node's own, filled with made-up shares; papers are short, because a
job reads shares. What is timed is a job after admission: finding the people in the index, this role's sums
over the files, the rounds with the other two. A small run comes first, so that compiled code is loaded.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from crypto.encoding import sha256
from crypto.mpc.partitioned import run_partitioned
from crypto.mpc.partitions import LocalSums, local_sums
from crypto.mpc.program import Program
from crypto.mpc.release import Finished
from crypto.mpc.rounds import Envelope
from crypto.randomness import random_bytes
from crypto.sealing import Vault
from examples.bench.scale_people import FEW, NODES, name, program, shares
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.carry import Unlogged, carry
from marketplace.mpc_node.channel import Call, Care, Channel
from marketplace.mpc_node.columns.share_rows import Group, share_rows
from marketplace.mpc_node.listener import Gate, Listener
from marketplace.mpc_node.reception import Reception
from marketplace.mpc_node.storage.contributions import ContributionStore, Incoming, StoredContribution
from marketplace.mpc_node.storage.share_files import FOLDER, MOST_ROWS, ShareFiles
from marketplace.mpc_node.ways import TlsWays
from ssi.hosting.database import migrate, open_database
from ssi.hosting.tls import CertificateFiles
from ssi.trust_file import TrustFile, read_authority

PATIENCE_SECONDS = 200.0
T = TypeVar("T")


def main(role: int, folder: Path, records: int) -> None:
    """Fill a store, run the job, say what it took in seconds and bytes."""
    home = folder / NODES[role]
    filled, (store, group) = _timed(lambda: _filled(home, role, records))
    with _ways(role, folder) as ways:
        _job(ways, role, store, group, min(records, FEW))
        steps, finished = _job(ways, role, store, group, records)
    np.save(folder / f"{role}.npy", finished.own.values)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    disk = sum(path.stat().st_size for path in (home / FOLDER).glob("*"))
    print(json.dumps({"fill": filled, **steps, "peak": peak, "disk": disk}))


def _filled(home: Path, role: int, records: int) -> tuple[ContributionStore, Group]:
    database, group = open_database(f"sqlite:///{home / 'node.db'}"), Group("made-up/1", role)
    migrate(database.engine, MIGRATIONS)
    store = ContributionStore(database, ShareFiles(home / FOLDER, Vault(random_bytes(32))))
    for start in range(0, records, MOST_ROWS):
        end = min(start + MOST_ROWS, records)
        rows = share_rows(group, *shares(role, start, end))
        papers = (StoredContribution(name(index), "-", "-", {}, "-", "-") for index in range(start, end))
        batch = [Incoming(each, row, lambda token: False) for each, row in zip(papers, rows, strict=True)]
        store.put(batch, now=datetime.now(UTC))
    return store, group


def _job(
    ways: TlsWays, role: int, store: ContributionStore, group: Group, records: int
) -> tuple[dict[str, float], Finished]:
    asked, ids = program(records), [name(index) for index in range(records)]
    began, busy = time.perf_counter(), time.process_time()
    with store.selected(ids, group) as selection:
        found = time.perf_counter() - began
        summed, sums = _timed(lambda: local_sums(asked, selection.partitions, records=records))
    talked, finished = _timed(lambda: _rounds(ways, role, asked, sums, records=records))
    cpu = time.process_time() - busy
    return {"select": found, "sums": summed, "rounds": talked, "cpu": cpu}, finished


def _rounds(ways: TlsWays, role: int, asked: Program, sums: LocalSums, *, records: int) -> Finished:
    run = sha256(b"scale", str(records).encode())
    noise = np.zeros(len(asked.cells), dtype=np.int64)
    channel = Channel(Call(run, run, run, role, NODES), ways, Care(PATIENCE_SECONDS))
    try:
        protocol = run_partitioned(role, random_bytes(32), run, program=asked, sums=sums, noise=noise)
        return carry(protocol, Envelope(role, run), channel, Unlogged())
    finally:
        channel.close()


@contextmanager
def _ways(role: int, folder: Path) -> Iterator[TlsWays]:
    """How the other two are reached, as a node reaches them."""
    home = folder / NODES[role]
    registry = TrustFile(folder / "registry.jwt", read_authority(folder / "authority.jwk"), clock=_now)
    gate = Gate(CertificateFiles(home / "tls.pem", home / "tls.key"), registry, _now)
    reception = Reception()
    listener = Listener(gate, reception, lambda _: None)
    listener.start(*registry().node(NODES[role], now=_now()).peer_endpoint)
    yield TlsWays(gate, reception)
    listener.close()


def _timed(step: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    outcome = step()
    return time.perf_counter() - began, outcome


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
