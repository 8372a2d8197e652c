"""Files that nobody else on the machine may read: written whole or not at all, and read only if they are."""

import os
import tempfile
from pathlib import Path

from ssi.hosting.errors import ReadableByOthersError

_OTHERS = 0o077


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 in one step: a reader sees the old file or the new one, never half of it.

    Missing folders are made with mode 0700.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    scratch = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def read_private(path: Path) -> bytes:
    """Read a file that only its owner may read. What is judged is the file that is read, not its name.

    Raises:
        ReadableByOthersError: its mode lets others read, write or run it.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & _OTHERS:
            raise ReadableByOthersError(f"{path.name} can be read by others; run: chmod 600 {path.name}")
        return file.read()
