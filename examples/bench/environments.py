"""Where do peers run? Each in an environment of its own under `.bench`: none of them is a dependency.

Versions are pinned, so that a ratio can be reproduced. A peer that cannot be installed, fails or takes too
long is left out with one line.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from examples.bench.row import RESULTS

SCRIPTS = Path(__file__).parent / "peers"
PEERS = {
    "heu": ("sf-heu==0.5.2b0", "numpy<2"),
    "tenseal": ("tenseal==0.3.18",),
    "pymife": ("pymife==0.0.14",),
    "mpyc": ("mpyc==0.11", "numpy>=2", "gmpy2>=2.3"),
    "sd-jwt": ("sd-jwt==0.10.4",),
    "didkit": ("didkit==0.3.3",),
    "pymerkle": ("pymerkle==7.0.0",),  # GPL, and it asks for an older cachetools than ours
}
INSTALL_SECONDS = 300
RUN_SECONDS = 900


def python_of(peer: str, console: Console) -> Path | None:
    """The interpreter of a peer's environment, made on first use; None if it cannot be had."""
    folder = (RESULTS / "peers" / peer).resolve()
    python = folder / "bin" / "python"
    if (folder / ".ready").exists():
        return python
    uv = [sys.executable, "-m", "uv"]
    commands = (
        [*uv, "venv", "--quiet", "--clear", str(folder)],
        [*uv, "pip", "install", "--quiet", "--python", str(python), *PEERS[peer]],
    )
    try:
        for command in commands:
            subprocess.run(command, check=True, timeout=INSTALL_SECONDS, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        console.print(
            f"[yellow]{peer} is left out: it cannot be installed here ({type(error).__name__})[/yellow]"
        )
        return None
    (folder / ".ready").touch()
    return python


def ask(peer: str, script: str, console: Console, *arguments: str, seconds: float = RUN_SECONDS) -> Any:
    """What a peer's script prints as JSON; None, with a line that says why, if it cannot be had in time."""
    python = python_of(peer, console)
    if python is None:
        return None
    command = [str(python), str(SCRIPTS / script), *arguments]
    try:
        done = subprocess.run(command, check=True, timeout=seconds, capture_output=True, text=True)
    except subprocess.SubprocessError as error:
        console.print(f"[yellow]{peer} is left out: {script} failed ({type(error).__name__})[/yellow]")
        return None
    return json.loads(done.stdout.splitlines()[-1])
