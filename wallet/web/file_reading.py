"""A file that is being read in the background of a session, so that its person sees how far it is.

The work holds the open wallet, as the session does. It ends with the session: locking the wallet stops it.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO

from flask import session
from werkzeug.datastructures import FileStorage

from ssi.hosting.logs import log
from wallet.domain.source import Manifest
from wallet.errors import WalletError
from wallet.services.keep_streams import KeepReport
from wallet.services.take_file import Progress

_LOGGER = logging.getLogger(__name__)
_KEY = "file reading"
AT_ONCE_SECONDS = 0.7
"""How long the answer to an upload waits: small files are read by then."""

Work = Callable[[BinaryIO, Progress], KeepReport]


@dataclass
class FileReading:
    """One file on its way, and what came of it; `back` is where it is fetched from, if it is no upload."""

    manifest: Manifest
    back: str = ""
    progress: Progress = field(default_factory=Progress)
    kept: KeepReport | None = None
    error: WalletError | None = None
    thread: threading.Thread | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.thread is not None and not self.thread.is_alive()

    def run(self, file: BinaryIO, work: Work) -> None:
        """Read, and remember what came of it."""
        try:
            with file:
                self.kept = work(file, self.progress)
        except WalletError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 — whatever it was: its person must be told
            # The kind only: what it says may hold a measured value.
            log(_LOGGER, "a file was not read", error=type(error).__name__)


def begin(manifest: Manifest, upload: FileStorage, work: Work) -> FileReading:
    """Begin to read an uploaded file; an earlier one of this session is stopped."""
    stop()
    own = TemporaryFile("w+b")  # noqa: SIM115 — the thread closes it; the request would close the upload's
    copyfileobj(upload.stream, own)
    own.seek(0)
    return _begun(FileReading(manifest), own, work)


def begin_fetching(manifest: Manifest, work: Work, *, back: str) -> FileReading:
    """Begin to fetch a file into an empty one, and read it; an earlier one of this session is stopped."""
    stop()
    own = TemporaryFile("w+b")  # noqa: SIM115 — the thread closes it
    return _begun(FileReading(manifest, back), own, work)


def _begun(reading: FileReading, own: BinaryIO, work: Work) -> FileReading:
    reading.thread = threading.Thread(target=reading.run, args=(own, work), name="file reading", daemon=True)
    session[_KEY] = reading
    reading.thread.start()
    reading.thread.join(AT_ONCE_SECONDS)
    return reading


def present() -> FileReading | None:
    """The file that this session reads or has read last."""
    found = session.get(_KEY)
    return found if isinstance(found, FileReading) else None


def stop() -> None:
    """Stop it, if one is being read."""
    reading = present()
    if reading is not None:
        reading.progress.stop()
