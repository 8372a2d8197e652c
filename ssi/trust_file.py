"""The trust registry from its file: read again when the file changes, believed only if the authority signed.

The authority's public key is pinned in a file of its own. A registry that turned bad on disk is refused with
a named error, and the one read before is not used any longer: trust that was taken back must end.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from crypto.encoding import parse_json
from crypto.errors import CryptoError
from crypto.signing import VerifyingKey
from ssi.errors import RegistryError
from ssi.trust import TrustRegistry, verify_registry

MAX_FILE_BYTES: Final = 16_000_000


def read_bounded(path: Path) -> bytes:
    """What is in a file of the trust authority: a part, a draft, a key or a registry.

    Raises:
        RegistryError: it has more than `MAX_FILE_BYTES`; half of it would be something else.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise RegistryError(f"{path.name}: expected at most {MAX_FILE_BYTES} bytes")
    return content


@dataclass(frozen=True)
class _Read:
    stamp: tuple[int, int]
    token: str
    registry: TrustRegistry


class TrustFile:
    """The registry of a file; safe to share between threads."""

    def __init__(self, path: Path, authority: VerifyingKey, *, clock: Callable[[], datetime]) -> None:
        self._path = path
        self.authority = authority
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: _Read | None = None

    def __call__(self) -> TrustRegistry:
        """The registry that holds now.

        Raises:
            RegistryError: the file cannot be read, or the registry in it is not valid now.
        """
        return self._current().registry

    def token(self) -> str:
        """The signed document itself, for those who check it themselves.

        Raises:
            RegistryError: as above.
        """
        return self._current().token

    def _current(self) -> _Read:
        with self._lock:
            now = self._clock()
            stamp = self._stamp()
            if self._latest is None or self._latest.stamp != stamp or self._is_over(now):
                self._latest = None
                self._latest = self._read(stamp, now)
            return self._latest

    def _is_over(self, now: datetime) -> bool:
        return self._latest is not None and now >= self._latest.registry.valid_until

    def _stamp(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError as error:
            raise RegistryError(f"the trust registry {self._path.name} cannot be read") from error
        return status.st_mtime_ns, status.st_ino

    def _read(self, stamp: tuple[int, int], now: datetime) -> _Read:
        try:
            token = read_bounded(self._path).decode("ascii").strip()
        except (OSError, UnicodeError) as error:
            raise RegistryError(f"the trust registry {self._path.name} cannot be read") from error
        return _Read(stamp, token, verify_registry(token, self.authority, now=now))


def read_authority(path: Path) -> VerifyingKey:
    """The pinned public key of the authority from its file, a JSON Web Key.

    Raises:
        RegistryError: there is no such file, or no public key in it.
    """
    try:
        return VerifyingKey.from_jwk(cast("Mapping[str, object]", parse_json(read_bounded(path))))
    except (OSError, CryptoError) as error:
        raise RegistryError(f"{path.name} holds no public key of the trust authority: {error}") from error
