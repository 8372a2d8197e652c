"""The folders are the architecture: five packages, from our own tree, small files, words we stand by."""

import importlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("crypto", "ssi", "consent", "wallet", "marketplace")
MAX_LINES = 400
MAX_LINES_OF_TESTS = 600
VENDORED = "/static/vendor/"
OF_OTHERS = ("requirements.lock", "uv.lock")

# Data is taken part with, not sold; nothing promises what mathematics does not.
BANNED_WORDS = re.compile(
    r"\b(sell(ing)? (your|my|their) data|your data (is|are) sold|data sale|monetis\w*|monetiz\w*"
    r"|anonymous data|100 ?% (safe|secure|private)|unhackable|military[- ]grade"
    r"|completely (safe|secure|anonymous))\b",
    re.IGNORECASE,
)


def our_files(*suffixes: str) -> list[Path]:
    """What git tracks or would track: not what .gitignore leaves out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the git of this machine
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def most_lines(path: Path) -> int:
    return MAX_LINES_OF_TESTS if "tests" in path.parts else MAX_LINES


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_is_imported_from_our_own_folder(name):
    package = importlib.import_module(name)

    assert package.__file__ is not None
    assert Path(package.__file__).parent == ROOT / name


@pytest.mark.parametrize("name", PACKAGES)
def test_each_folder_begins_with_its_chapter(name):
    bare = [path for path in (ROOT / name).rglob("__init__.py") if len(path.read_text().strip()) < 40]

    assert bare == []


def test_no_folder_of_tests_shadows_a_package():
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_file_is_too_long_to_be_read_at_once():
    kinds = (".py", ".js", ".css", ".html", ".sh", ".md")
    long = {
        str(path.relative_to(ROOT)): lines
        for path in our_files(*kinds)
        if VENDORED not in str(path)
        and path.name not in OF_OTHERS
        and (lines := len(path.read_text("utf-8").splitlines())) > most_lines(path)
    }

    assert long == {}


def test_talking_needs_no_server():
    """Whoever asks a market from a notebook needs no web server, no database and no style sheet."""
    imports = re.compile(r"^\s*(from|import) ssi\.hosting", re.MULTILINE)

    assert [path for path in (ROOT / "ssi" / "http").rglob("*.py") if imports.search(path.read_text())] == []


def test_no_folder_is_a_drawer_for_everything():
    drawers = {"utils", "helpers", "misc", "common", "manager", "handler", "base", "core", "lib"}
    found = [path for path in our_files(".py") if drawers & {path.stem, *path.relative_to(ROOT).parts}]

    assert found == []


def test_screens_say_what_we_stand_by():
    said = {
        str(path.relative_to(ROOT)): found.group()
        for path in our_files(".html", ".md", ".txt")
        if "licences" not in path.parts and (found := BANNED_WORDS.search(path.read_text("utf-8")))
    }

    assert said == {}


def test_the_banned_words_are_found():
    for phrase in ("Sell your data today", "monetize", "100 % safe", "completely anonymous"):
        assert BANNED_WORDS.search(phrase)
    assert not BANNED_WORDS.search("You are compensated for taking part")


def test_templates_hold_nothing_that_the_policy_would_block():
    inline = re.compile(
        r"""<style|\sstyle=|\son[a-z]+=["']|hx-on|<script(?![^>]*(src=|application/json))|javascript:""",
        re.IGNORECASE,
    )
    found = {
        str(path.relative_to(ROOT)): match.group()
        for path in our_files(".html")
        if (match := inline.search(path.read_text("utf-8")))
    }

    assert found == {}
