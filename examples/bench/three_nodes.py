"""Three nodes as three processes on loopback: `python -m examples.bench.three_nodes multiply-10M gram-1M …`.

They talk by the node's own connections, mutual TLS with throw-away certificates included, and each runs the
one loop that carries every protocol. A small run of the same workload comes first, so that compiled code is
loaded; the clock starts when all three have greeted each other. Wall seconds are those of the slowest role,
CPU seconds are summed over the roles; of several repetitions the medians count. Keys are agreed on within the
time; inputs are there before.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import numpy as np

from crypto.encoding import Json
from crypto.sealing import SealingKey
from crypto.sharing.replicated import ROLES
from crypto.signing import generate_ed25519
from examples.bench.one_node import Task
from examples.bench.workload import NODES, SEED
from examples.bench.workloads import WORKLOADS
from examples.town import free_port
from ssi.hosting.tls import make_certificate
from ssi.trust import sign_registry
from ssi.trust_parts import Validity, assemble_registry, marketplace_part, node_part

LIMIT_SECONDS = 300


@dataclass(frozen=True)
class Measured:
    """What one workload took."""

    name: str
    wall_seconds: float
    cpu_seconds: float
    sent_bytes: int
    rounds: int
    peak_bytes: int
    """Of the largest of the three processes, inputs included."""


class WrongAnswerError(Exception):
    """The three nodes computed something else than the same computation in the clear."""


@click.command()
@click.argument("names", nargs=-1, required=True, type=click.Choice(list(WORKLOADS)))
@click.option("--repetitions", default=3, type=click.IntRange(1, 100), show_default=True)
@click.option("--logged", is_flag=True, help="Keep every message on record, as a node does for an attempt.")
def main(names: tuple[str, ...], repetitions: int, logged: bool) -> None:
    """Measure workloads between three processes on this machine."""
    for name in names:
        run = measure(name, repetitions=repetitions, logged=logged)
        print(
            f"{run.name:24} {run.wall_seconds:8.3f} s wall {run.cpu_seconds:8.3f} s CPU"
            f" {run.sent_bytes / 1e6:10.3f} MB sent {run.rounds:5} rounds"
            f" {run.peak_bytes / 1e6:7.0f} MB peak"
        )


def measure(name: str, *, records: int | None = None, repetitions: int = 1, logged: bool = False) -> Measured:
    """Run a workload in three new processes, and hold the last answer against the truth.

    Raises:
        WrongAnswerError: it is another one.
        CalledProcessError: a process failed; what it said is on stderr.
    """
    workload = WORKLOADS[name]
    task = Task(name, workload.records if records is None else records, repetitions, logged)
    with tempfile.TemporaryDirectory() as folder:
        found_town(Path(folder))
        nodes = [_node(str(role), folder, *task.arguments()) for role in ROLES]
        said = [_heard(node) for node in nodes]
        parts = [np.load(Path(folder) / f"{role}.npy") for role in ROLES]
    if workload.answer(parts) != workload.truth(SEED, task.records):
        raise WrongAnswerError(f"{name}: the opened result is not that of the clear computation")
    runs = list(zip(*said, strict=True))
    return Measured(
        name,
        wall_seconds=statistics.median(max(each["wall"] for each in run) for run in runs),
        cpu_seconds=statistics.median(sum(each["cpu"] for each in run) for run in runs),
        sent_bytes=sum(int(each["sent"]) for each in runs[-1]),
        rounds=int(runs[-1][0]["rounds"]),
        peak_bytes=max(int(each["peak"]) for each in runs[-1]),
    )


def found_town(folder: Path) -> None:
    """Make certificates and keys for three nodes, and a registry that lists them."""
    now = datetime.now(UTC).replace(microsecond=0)
    authority = generate_ed25519()
    parts = [_part(folder / name, name, now) for name in NODES]
    home = folder / "market"
    home.mkdir()
    market = make_certificate(home, "market", now=now)
    parts.append(
        marketplace_part(
            "did:web:market.example",
            "Market",
            url="http://127.0.0.1:1",
            verifying_key=generate_ed25519().public,
            tls_certificate=market.pem,
        )
    )
    registry = assemble_registry(
        [(f"part {index}", json.dumps(part).encode()) for index, part in enumerate(parts)],
        authority=authority.public,
        validity=Validity(now - timedelta(hours=1), now + timedelta(days=1)),
    )
    (folder / "registry.jwt").write_text(sign_registry(registry, authority), encoding="ascii")
    (folder / "authority.jwk").write_text(json.dumps(authority.public.to_jwk()))


def _part(home: Path, name: str, now: datetime) -> dict[str, Json]:
    home.mkdir()
    port = free_port()
    return node_part(
        name,
        "Operator",
        url=f"https://127.0.0.1:{free_port()}",
        keys=(generate_ed25519().public, SealingKey.generate().public),
        tls_certificate=make_certificate(home, name, now=now).pem,
        peer_address=f"127.0.0.1:{port}",
    )


def _node(*arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "examples.bench.one_node", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def _heard(node: "subprocess.Popen[bytes]") -> list[dict[str, float]]:
    said, _ = node.communicate(timeout=LIMIT_SECONDS)
    if node.returncode:
        raise subprocess.CalledProcessError(node.returncode, node.args)
    runs: list[dict[str, float]] = json.loads(said)
    return runs


if __name__ == "__main__":
    main()
