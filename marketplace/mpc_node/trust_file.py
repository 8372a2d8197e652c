"""Whom does this node trust today? The signed registry in a file, read again when the file is replaced.

The operator pins the authority's key once. A new registry takes effect without a restart; one that does not
verify is refused, and until a good one is there the node trusts nobody and takes part in nothing.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

from crypto.encoding import parse_json
from crypto.errors import CryptoError
from crypto.signing import VerifyingKey
from marketplace.mpc_node.errors import SettingsError
from ssi.errors import RegistryError
from ssi.trust import TrustRegistry, verify_registry

_MAX_BYTES = 16_000_000


class TrustFile:
    """The trust registry in a file. Calling it gives the registry as it stands; safe between threads."""

    def __init__(self, path: Path, authority: VerifyingKey, *, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._authority = authority
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[tuple[int, int], TrustRegistry] | None = None

    def __call__(self) -> TrustRegistry:
        """The registry that the file holds now.

        Raises:
            RegistryError: the file is missing, or the pinned authority did not sign it, or it ran out.
        """
        with self._lock:
            version = self._version()
            if self._known is None or self._known[0] != version:
                self._known = (version, self._read())
            return self._known[1]

    def _version(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise RegistryError(f"the trust registry {self._path.name} cannot be read") from error
        return found.st_mtime_ns, found.st_ino

    def _read(self) -> TrustRegistry:
        try:
            with self._path.open(encoding="ascii") as file:
                token = file.read(_MAX_BYTES).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise RegistryError(f"the trust registry {self._path.name} cannot be read") from error
        return verify_registry(token, self._authority, now=self._clock())


def read_authority(path: Path) -> VerifyingKey:
    """The public key of the trust authority, as its JSON Web Key file holds it.

    Raises:
        SettingsError: the file is missing or holds no public key.
    """
    try:
        return VerifyingKey.from_jwk(cast("Mapping[str, object]", parse_json(path.read_bytes())))
    except (OSError, CryptoError) as error:
        raise SettingsError(f"{path.name} holds no public key of the trust authority: {error}") from error
