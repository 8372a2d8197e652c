"""Where the trust registry comes from: a file or an address, believed only if the authority signed it."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from crypto.signing import VerifyingKey
from ssi.errors import RegistryError
from ssi.trust import TrustRegistry, verify_registry
from wallet.clients.connections import Connections, path_of
from wallet.clients.failures import talking_to
from wallet.domain.clock import Clock
from wallet.errors import PartnerFaultError, PartnerUnreachableError

FRESH = timedelta(minutes=1)


@dataclass
class SignedRegistry:
    """`services.ports.Trust`; what was verified is used for a minute before it is looked at again."""

    source: str
    authority: VerifyingKey
    connections: Connections
    clock: Clock
    _known: tuple[TrustRegistry, datetime] | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def registry(self) -> TrustRegistry:
        """The verified registry."""
        now = self.clock()
        with self._lock:
            if self._known and now - self._known[1] < FRESH:
                return self._known[0]
            self._known = (self._renewed(now), now)
            return self._known[0]

    def _renewed(self, now: datetime) -> TrustRegistry:
        try:
            return verify_registry(self._token(), self.authority, now=now)
        except RegistryError as error:
            raise PartnerFaultError(
                "The list of verified organisations cannot be used: it is altered or out of date."
            ) from error

    def _token(self) -> str:
        if urlsplit(self.source).scheme in {"http", "https"}:
            with talking_to("The list of verified organisations"):
                return self.connections.to(self.source).get_text(path_of(self.source)).strip()
        try:
            return Path(self.source).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise PartnerUnreachableError("The list of verified organisations cannot be read now.") from error
