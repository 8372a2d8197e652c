"""Nodes as their operators run them: made, started, killed and looked at, each a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_SECONDS = 120
JOB_SECONDS = 120
LOG_AGE_SECONDS = "10"
PEER_TIMEOUT = "30"
SCRIPT = Path(sys.executable).parent / "mpc-node"


@dataclass
class Operators:
    """Three operators with a folder each, and the processes that run now."""

    folder: Path
    ports: dict[str, int]
    peer_ports: dict[str, int]
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    options: tuple[str, ...] = ()

    def init(self) -> None:
        """Make the nodes, as their operators do."""
        started = [
            subprocess.Popen(
                [
                    *(str(SCRIPT), "init", "--dir", str(self.folder / name), "--id", name),
                    *("--operator", f"Operator of {name}", "--url", f"https://127.0.0.1:{port}"),
                    *("--peer-address", f"127.0.0.1:{self.peer_ports[name]}"),
                ],
                stdout=subprocess.DEVNULL,
            )
            for name, port in self.ports.items()
        ]
        assert [process.wait(START_SECONDS) for process in started] == [0] * len(started)

    def part(self, name: str) -> dict[str, Any]:
        """The public part that an operator hands to the authority."""
        found: dict[str, Any] = json.loads((self.folder / name / "public.json").read_text())
        return found

    def serve(self, *names: str) -> None:
        """Start nodes and wait until each says that it is ready."""
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [
                        *(str(SCRIPT), "serve", "--dir", str(self.folder / name)),
                        *("--registry", str(self.folder / "registry.jwt")),
                        *("--authority", str(self.folder / "authority.jwk")),
                        *("--port", str(self.ports[name]), "--peer-timeout", PEER_TIMEOUT),
                        *("--peer-port", str(self.peer_ports[name]), *self.options),
                    ],
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,
                )
        for name in names:
            output = self.processes[name].stdout
            assert output is not None
            said = output.readline()
            assert said.startswith(b"ready https://"), (self.folder / f"{name}.log").read_text()

    def kill(self, name: str) -> None:
        """End a node as a power cut would: the server and its worker at once."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(START_SECONDS)
        assert process.stdout is not None
        process.stdout.close()

    def close(self) -> None:
        """Ask every node to finish."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            process.wait(START_SECONDS)
            assert process.stdout is not None
            process.stdout.close()


def until(look: Callable[[], dict[str, Any]], good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Look at other processes until what is seen is good."""
    deadline = time.monotonic() + JOB_SECONDS
    while True:
        found = look()
        if good(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)  # the other processes give no sign to wait for
