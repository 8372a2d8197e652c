"""What does it cost to read a file that a person asked for, per reading on one core, and how much memory?

A large Apple export is written to `.bench`, read by a process of its own at every value and by the hour, and
removed; its peak is what the kernel says of that process (`VmHWM`). The other sources read files of some
thousand values from memory. Rates are of processor time; the gate of the export is 300 MB whatever its size.
"""

import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from examples.bench import effort
from examples.bench.row import RESULTS, Row
from examples.bench.sources_files import BEGIN, FILES, write_export
from wallet.domain.table_mapping import Mapping
from wallet.sources.catalogue import BY_NAME
from wallet.sources.reading import Reading, read

EXPORT_BYTES: Final = 1 << 30
QUICK_EXPORT_BYTES: Final = 50 << 20
MOST_MB: Final = 300
READINGS: Final = 20_000
ZONE: Final = ZoneInfo("Europe/Vienna")
MAPPING: Final = Mapping(0, 1, "heart-rate", "/min", ZONE)


class Measurement(NamedTuple):
    """How a process of its own read a file."""

    readings: int
    kept: int
    seconds: float
    peak_mb: float


def rows() -> list[Row]:
    """A large export at two grains, then one file of every other source."""
    found = []
    with _export() as path:
        size = f"{path.stat().st_size / (1 << 20):,.0f} MB"
        for switch in ("each-reading", "by-hour"):
            measured = _in_a_process(path, switch)
            name = f"apple-health, an export of {size}, {switch}"
            found.append(Row(f"{name}: peak memory", "MB", measured.peak_mb, gate=MOST_MB))
            found.append(Row(name, "readings/s", measured.readings / measured.seconds))
    return found + [_rate(name, make(effort.records(READINGS))) for name, make in FILES.items()]


def _rate(name: str, raw: bytes) -> Row:
    seconds = []
    for _ in range(effort.rounds(5) + 1):
        reading = _reading(name, "cells-9" if name == "gpx" else "")
        began = time.process_time()
        for _ in read(BY_NAME[name], io.BytesIO(raw), reading):
            pass
        seconds.append(time.process_time() - began)
    readings = raw.count(b"<trkpt") if name == "gpx" else reading.report.read
    return Row(
        f"{name}, {len(raw) / (1 << 20):.1f} MB", "readings/s", readings / statistics.median(seconds[1:])
    )


def _reading(name: str, switch: str) -> Reading:
    names = [each.name for each in BY_NAME[name].manifest.granularities]
    return Reading(frozenset({switch or names[-1]}), ZONE, received_at=BEGIN, mapping=MAPPING)


@contextmanager
def _export() -> Iterator[Path]:
    """An export of about the size that is asked for, removed in the end."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "export.xml"
    try:
        with path.open("wb") as file:
            write_export(file, QUICK_EXPORT_BYTES if effort.is_quick() else EXPORT_BYTES)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _in_a_process(path: Path, switch: str) -> Measurement:
    command = [sys.executable, "-m", "examples.bench.sources", str(path), switch]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Measurement(*json.loads(done.stdout))


def _measure(path: Path, switch: str) -> Measurement:
    reading = _reading("apple-health", switch)
    began = time.process_time()
    with path.open("rb") as file:
        kept = sum(1 for _ in read(BY_NAME["apple-health"], file, reading))
    return Measurement(reading.report.read, kept, time.process_time() - began, _peak_mb())


def _peak_mb() -> float:
    """The most memory this process had; unlike `ru_maxrss` it knows nothing of who started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), sys.argv[2])))
