"""One of the three processes of `examples.bench.three_nodes`, which starts it; it prints JSON."""

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crypto.encoding import sha256
from crypto.mpc.party import meet
from crypto.mpc.rounds import Envelope, Protocol
from crypto.randomness import random_bytes
from crypto.sealing import Vault
from examples.bench.workload import NODES, SEED, Workload
from examples.bench.workloads import WORKLOADS
from marketplace.mpc_node.carry import Log, Unlogged, carry
from marketplace.mpc_node.channel import Call, Care, Channel
from marketplace.mpc_node.checkpoint import AttemptLog
from marketplace.mpc_node.listener import Gate, Listener
from marketplace.mpc_node.reception import Reception
from marketplace.mpc_node.ways import TlsWays
from ssi.hosting.tls import CertificateFiles
from ssi.trust_file import TrustFile, read_authority

WARM_UP_RECORDS = 1000
PATIENCE_SECONDS = 120.0


class Task(NamedTuple):
    """What the three processes are to do: a workload with so many records, so many times."""

    name: str
    records: int
    repetitions: int
    logged: bool

    @property
    def workload(self) -> Workload:
        """The workload of this name."""
        return WORKLOADS[self.name]

    def arguments(self) -> list[str]:
        """The task on a command line."""
        return [self.name, str(self.records), str(self.repetitions), "logged" if self.logged else "unlogged"]

    @classmethod
    def read(cls, name: str, records: str, repetitions: str, logged: str) -> "Task":
        """A task from a command line."""
        return cls(name, int(records), int(repetitions), logged == "logged")


def main(role: int, folder: Path, task: Task) -> None:
    """Serve one role: a small run first, then those that count."""
    home = folder / NODES[role]
    registry = TrustFile(folder / "registry.jwt", read_authority(folder / "authority.jwk"), clock=_now)
    gate = Gate(CertificateFiles(home / "tls.pem", home / "tls.key"), registry, _now)
    reception = Reception()
    listener = Listener(gate, reception, lambda _: None)
    listener.start(*registry().node(NODES[role], now=_now()).peer_endpoint)
    ways = TlsWays(gate, reception)
    small = task._replace(records=min(task.records, WARM_UP_RECORDS), logged=False)
    _run(small, 0, ways, role, Unlogged())
    said = []
    for number in range(1, task.repetitions + 1):
        result, took = _run(task, number, ways, role, _log(home / f"run-{number}.log", task))
        said.append(took)
    np.save(folder / f"{role}.npy", task.workload.part(result))
    listener.close()
    print(json.dumps(said))


def _log(path: Path, task: Task) -> Log:
    return AttemptLog.create(path, task.name, Vault(random_bytes(32)), b"") if task.logged else Unlogged()


def _run(task: Task, number: int, ways: TlsWays, role: int, log: Log) -> tuple[Any, dict[str, float]]:
    inputs = task.workload.inputs(role, SEED, task.records)
    run = sha256(b"benchmark", task.name.encode(), str(number).encode())
    channel = Channel(Call(run, run, run, role, NODES), ways, Care(PATIENCE_SECONDS))
    channel.open()
    wall, cpu = time.perf_counter(), time.process_time()
    result = carry(_whole(task.workload, role, run, inputs), Envelope(role, run), channel, log)
    took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    traffic = channel.traffic
    channel.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return result, {**took, "sent": traffic.sent_bytes, "rounds": traffic.rounds, "peak": peak}


def _whole(workload: Workload, role: int, run: bytes, inputs: Any) -> Protocol[Any]:
    party = yield from meet(role, random_bytes(32), run)
    return (yield from workload.protocol(party, inputs))


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Task.read(*sys.argv[3:]))
