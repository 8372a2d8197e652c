"""How the project's commands are started: each as a process of its own, and how else if a test says so."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Protocol


class ProgramError(Exception):
    """A command failed; the message holds what it said."""


class Process(Protocol):
    """A running process, as `subprocess.Popen` shows one."""

    @property
    def pid(self) -> int:
        """Its id, and that of its group."""

    def poll(self) -> int | None:
        """How it ended (negative: by which signal), or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it still runs after so many seconds.
        """

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""


class Launcher(Protocol):
    """Starts a command in a group of its own, with this output and nothing but this environment."""

    def __call__(
        self, command: Sequence[str], *, stdout: IO[bytes], stderr: IO[bytes], env: Mapping[str, str] | None
    ) -> Process:
        """The process that was started."""


def by_the_system(
    command: Sequence[str], *, stdout: IO[bytes], stderr: IO[bytes], env: Mapping[str, str] | None
) -> Process:
    """Start a command as a shell would."""
    return subprocess.Popen(command, stdout=stdout, stderr=stderr, env=env, start_new_session=True)


_launchers: list[Launcher] = [by_the_system]


def start_program(command: Sequence[str], log: IO[bytes], *, env: Mapping[str, str]) -> Process:
    """Start a command whose whole output goes to a log.

    It gets a group of its own: Ctrl-C ends the story first, and a power cut takes a server's workers along.
    """
    return _launchers[-1](command, stdout=log, stderr=log, env=env)


def run_command(program: str | Path, *arguments: str | Path) -> str:
    """Run one of the project's commands to its end and return what it printed.

    Raises:
        ProgramError: it failed; the message holds what it said.
    """
    command = [str(console_script(str(program))), *(str(argument) for argument in arguments)]
    with TemporaryFile() as printed, TemporaryFile() as said:
        ended = _launchers[-1](command, stdout=printed, stderr=said, env=None).wait()
        printed.seek(0)
        said.seek(0)
        told, complaint = printed.read().decode(), said.read().decode()
    if ended != 0:
        raise ProgramError(f"{program} {arguments[0]} failed: {(complaint or told).strip()[-800:]}")
    return told


def console_script(name: str) -> Path:
    """The command of that name beside the running interpreter."""
    return Path(sys.executable).parent / name


@contextmanager
def launched_by(launcher: Launcher) -> Iterator[None]:
    """Start all commands in another way meanwhile."""
    _launchers.append(launcher)
    try:
        yield
    finally:
        _launchers.remove(launcher)
