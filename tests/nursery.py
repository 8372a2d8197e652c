"""Processes of the project that start at once: forked from one that has imported everything already.

A town has ten servers and is founded by a dozen commands, and each spends seconds importing the same
packages. The nursery is one process without threads, without a database and without a key; a fork of it is
a process like any other, with its own id, group, output and environment, and can be killed like any other.
"""

import array
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from select import select
from typing import IO, NoReturn

from examples.fragile import FRAGILE, be_fragile
from examples.programs import Launcher, Process, by_the_system

PROGRAMS = {each.name: each for each in entry_points(group="console_scripts") if each.name != "pytest"}
OURS = ("issuer", "trust-registry", "wallet", "marketplace", "mpc-node", "mpc-dealer")
BOOTSTRAPS = ("ssi.issuer_service", "wallet", "marketplace", "marketplace.mpc_node")
MOST_BYTES = 1 << 20


class Forked:
    """A process that the nursery forked; how it ended arrives on a socket."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.pid = int(line.recv(32))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if self.returncode is None:
            if not select([self._line], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = int(self._line.recv(32))
            self._line.close()
        return self.returncode

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it has ended, and word of it is on its way
                os.kill(self.pid, sig)


@contextmanager
def nursery(folder: Path) -> Iterator[Launcher]:
    """A way to start the project's commands by forking; other commands start as ever."""
    address = str(folder / "nursery")
    host = subprocess.Popen([sys.executable, __file__, address], stdout=subprocess.PIPE)
    assert host.stdout is not None
    assert host.stdout.readline() == b"ready\n"

    def launch(
        command: Sequence[str], *, stdout: IO[bytes], stderr: IO[bytes], env: Mapping[str, str] | None
    ) -> Process:
        if Path(command[0]).name not in OURS:
            return by_the_system(command, stdout=stdout, stderr=stderr, env=env)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.connect(address)
        wanted = json.dumps([list(command), dict(env or os.environ), str(Path.cwd())]).encode()
        outputs = array.array("i", [stdout.fileno(), stderr.fileno()])
        line.sendmsg([wanted], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, outputs)])
        return Forked(line)

    try:
        yield launch
    finally:
        host.terminate()
        host.wait()
        host.stdout.close()


def serve(address: str) -> NoReturn:
    """Import everything once, then fork whatever is asked for and tell how it ended."""
    for program in OURS:
        PROGRAMS[program].load()
    for bootstrap in BOOTSTRAPS:
        import_module(f"{bootstrap}.bootstrap")
    door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    door.bind(address)
    door.listen(64)
    news, ending = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(ending)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    lines: dict[int, socket.socket] = {}
    while True:
        ready = select([door.fileno(), news], [], [])[0]
        if news in ready:
            os.read(news, 4096)
        if door.fileno() in ready:
            line = door.accept()[0]
            lines[fork_for(line, (door, *lines.values()))] = line
        tell_ended(lines)


def tell_ended(lines: dict[int, socket.socket]) -> None:
    """Say of each child that ended how it did."""
    while lines:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with contextlib.suppress(OSError), lines.pop(pid) as line:  # who asked may be gone
            line.send(str(os.waitstatus_to_exitcode(status)).encode())


def fork_for(line: socket.socket, others: Sequence[socket.socket]) -> int:
    """Fork the command that is asked for on a line; the child's id."""
    size = array.array("i").itemsize
    wanted, passed, _, _ = line.recvmsg(MOST_BYTES, socket.CMSG_SPACE(2 * size))
    outputs = array.array("i", passed[0][2][: 2 * size])
    command, environment, folder = json.loads(wanted)
    pid = os.fork()
    if pid == 0:
        for each in others:
            each.close()
        become(command, environment, folder, outputs, line)
    for output in outputs:
        os.close(output)
    return pid


def become(
    command: list[str],
    environment: dict[str, str],
    folder: str,
    outputs: Sequence[int],
    line: socket.socket,
) -> NoReturn:
    """Be the command from here on, in a group of its own."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    line.send(str(os.getpid()).encode())
    line.close()
    for target, output in zip((1, 2), outputs, strict=True):
        os.dup2(output, target)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = command
    if FRAGILE in environment:
        be_fragile(command)
    ended = 1
    try:
        ended = PROGRAMS[Path(command[0]).name].load()() or 0
    except SystemExit as exit_:
        ended = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
        if isinstance(exit_.code, str):
            sys.stderr.write(f"{exit_.code}\n")
    except BaseException:  # noqa: BLE001 — as the interpreter does: shown, and told by the exit status
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended)


if __name__ == "__main__":
    serve(sys.argv[1])
