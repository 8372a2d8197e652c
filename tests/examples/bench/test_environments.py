import sys

import pytest
from rich.console import Console

from examples.bench import environments
from examples.bench.environments import PEERS, ask


@pytest.fixture
def peer(tmp_path, monkeypatch):
    """A peer that is installed already and runs our own interpreter; gives the folder of its scripts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(environments, "SCRIPTS", tmp_path)
    home = tmp_path / ".bench" / "peers" / "ours"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python").symlink_to(sys.executable)
    (home / ".ready").touch()
    return tmp_path


def asked(script, *arguments, **limits):
    console = Console(highlight=False, width=140)
    with console.capture() as capture:
        answer = ask("ours", script, console, *arguments, **limits)
    return answer, capture.get()


def test_a_peer_answers_with_its_last_line(peer):
    (peer / "twice.py").write_text("import sys\nprint('chatter')\nprint(2 * int(sys.argv[1]))")

    assert asked("twice.py", "21") == (42, "")


def test_a_peer_that_fails_is_left_out_with_one_line(peer):
    (peer / "broken.py").write_text("raise SystemExit(1)")

    answer, said = asked("broken.py")

    assert answer is None
    assert said == "ours is left out: broken.py failed (CalledProcessError)\n"


def test_a_peer_that_takes_too_long_is_left_out(peer):
    (peer / "slow.py").write_text("import threading\nthreading.Event().wait()")

    answer, said = asked("slow.py", seconds=0.2)

    assert answer is None
    assert "TimeoutExpired" in said


def test_every_version_of_a_peer_is_pinned():
    assert all("==" in requirements[0] for requirements in PEERS.values())
