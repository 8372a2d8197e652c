"""A process is struck exactly where it was told, once, and another one that follows it is not."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from examples.fragile import COMMIT, GIVEN_BACK, Blow, Doom

WRITES = """
import sys, threading
from sqlalchemy import text
from examples.fragile import be_fragile
from ssi.hosting.database import open_database
from ssi.hosting.errors import DatabaseUnavailableError

folder, name = sys.argv[1:]
database = open_database(f"sqlite:///{folder}/kept.sqlite")
with database.writing() as session:
    session.execute(text("CREATE TABLE IF NOT EXISTS kept (name TEXT)"))
be_fragile(["program", "serve", "--dir", folder])
threading.current_thread().name = name

def write(what):
    try:
        with database.writing() as session:
            session.execute(text("INSERT INTO kept VALUES (:what)"), {"what": what})
    except DatabaseUnavailableError:
        print("lost", end=" ")

write("one")
write("two")
with database.reading() as session:
    print(*session.execute(text("SELECT name FROM kept")).scalars())
"""


def written(folder: Path, thread: str = "main") -> tuple[int, str]:
    """How the process ended that writes two rows, and what it saw."""
    command = [sys.executable, "-c", WRITES, str(folder), thread]
    ended = subprocess.run(command, capture_output=True, text=True, start_new_session=True, check=False)
    return ended.returncode, ended.stdout.strip()


@pytest.mark.parametrize(("after", "doing", "kept"), [(3, COMMIT, ""), (4, GIVEN_BACK, "one ")])
def test_a_process_dies_at_the_very_point_and_the_next_one_lives(
    tmp_path: Path, after: int, doing: str, kept: str
):
    doom = Doom(tmp_path, "serve")
    doom.set(after)

    assert written(tmp_path) == (-signal.SIGKILL, "")

    assert (doom.told, doom.passed) == (doing, after)
    assert written(tmp_path) == (0, f"{kept}one two")


@pytest.mark.parametrize(("after", "seen"), [(3, "lost two"), (4, "lost one")])
def test_a_process_that_loses_its_database_once_lives_and_keeps_nothing_of_that(
    tmp_path: Path, after: int, seen: str
):
    Doom(tmp_path, "serve").set(after, Blow.LOSS)

    assert written(tmp_path) == (0, seen)


def test_only_the_thread_of_the_duty_is_struck(tmp_path: Path):
    Doom(tmp_path, "serve").set(1, duty="drive jobs")

    assert written(tmp_path) == (0, "one two")
