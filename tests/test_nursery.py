"""A forked command is like one that the system started: what it prints, how it ends, how it dies."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from examples.programs import Launcher, ProgramError, by_the_system, console_script, launched_by, run_command
from tests.nursery import Forked, nursery

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    with nursery(tmp_path_factory.mktemp("nursery")) as found:
        yield found


def test_it_prints_and_refuses_what_the_systems_would(launcher):
    def told() -> tuple[str, str]:
        with pytest.raises(ProgramError) as refused:
            run_command("mpc-node", "nonsense")
        return run_command("wallet", "--help"), str(refused.value)

    by_the_system = told()
    with launched_by(launcher):
        forked = told()

    assert forked == by_the_system


def test_it_has_a_group_of_its_own_and_tells_which_signal_ended_it(launcher, tmp_path):
    command = [str(console_script("trust-registry")), "init", "--dir", str(tmp_path / "authority")]
    with (tmp_path / "log").open("wb") as log:
        process = launcher(command, stdout=log, stderr=log, env=os.environ)
        assert os.getpgid(process.pid) == process.pid != os.getpgid(0)
        os.kill(process.pid, signal.SIGKILL)

        assert process.wait(60) == process.poll() == -signal.SIGKILL


def test_a_signal_to_one_that_has_just_ended_is_lost_like_one_that_came_too_late():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.send(str(ended.pid).encode())
    process = Forked(ours)

    process.send_signal(signal.SIGTERM)
    with theirs:
        theirs.send(b"0")

    assert process.wait(60) == 0


def test_it_sees_the_environment_it_was_given(launcher, tmp_path):
    def told(start: Launcher, columns: str) -> str:
        with (tmp_path / "told").open("wb") as log:
            command = [str(console_script("mpc-node")), "serve", "--help"]
            assert start(command, stdout=log, stderr=log, env={"COLUMNS": columns}).wait(60) == 0
        return str((tmp_path / "told").read_text())

    assert told(launcher, "60") == told(by_the_system, "60") != told(launcher, "120")
