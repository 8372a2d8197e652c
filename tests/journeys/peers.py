"""Programs of other people that ours are tried with, installed once at the versions written down."""

import shutil
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_SOURCES = _ROOT / "tests" / "peers"
_CACHE = _ROOT / ".cache" / "peers"
_INSTALL_SECONDS = 180


def installed_peer(name: str) -> Path:
    """The folder of an npm peer with its dependencies; the test is skipped where they cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip(f"the peer {name} was NOT tried: npm and node are not installed")
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
        pytest.skip(f"the peer {name} was NOT tried: npm could not install it ({type(error).__name__})")
    done.write_bytes(locked)
    return folder
