"""Programs of other people that ours are tried with, installed once at the versions written down."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

_ROOT = Path(__file__).parents[2]
_SOURCES = _ROOT / "tests" / "peers"
_CACHE = _ROOT / ".cache" / "peers"
_INSTALL_SECONDS = 180


def installed_peer(name: str, *, required_by: str = "") -> Path:
    """The folder of an npm peer with its dependencies; the test is skipped where they cannot be had.

    Where the environment has the variable `required_by`, it fails instead.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        _missing(name, "npm and node are not installed", required_by)
    source, folder = _SOURCES / name, _CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    locked = (source / "package-lock.json").read_bytes()
    done = folder / "installed.lock"
    for each in source.iterdir():
        shutil.copyfile(each, folder / each.name)
    if done.exists() and done.read_bytes() == locked:
        return folder
    done.unlink(missing_ok=True)
    try:
        subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            capture_output=True,
            timeout=_INSTALL_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        _missing(name, f"npm could not install it ({type(error).__name__})", required_by)
    done.write_bytes(locked)
    return folder


def main() -> None:
    """Install a peer from the command line, so that a test need not wait for it."""
    sys.stdout.write(f"{installed_peer(sys.argv[1])}\n")


def _missing(name: str, reason: str, required_by: str) -> NoReturn:
    said = f"the peer {name} was NOT tried: {reason}"
    if required_by and os.environ.get(required_by):
        pytest.fail(f"{said}, and {required_by} is set")
    pytest.skip(said)


if __name__ == "__main__":
    main()
