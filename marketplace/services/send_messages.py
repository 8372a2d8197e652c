"""The market sends its messages to buyers' connectors, signed, and only where the account says they go.

`Sender` delivers one message; what it leads to is decided by whoever sends it (`drive_negotiations`,
`drive_transfers`).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crypto.encoding import Json, b64url_encode, canonical_json, sha256
from marketplace.errors import MarketplaceError
from marketplace.services.deliver_notices import pause_after
from marketplace.services.desk import Desk
from marketplace.services.negotiation_ports import Callbacks
from ssi.clock import seconds_of
from ssi.hosting.logs import log
from ssi.http.errors import PeerError
from ssi.jws import sign_jws

MESSAGE_TYP: Final = "argonauta-message+jwt"
LEASE: Final = timedelta(minutes=1)
"""For so long no other worker takes up what one has taken up; longer than a delivery may last."""
MOST_AT_ONCE: Final = 20
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Address:
    """Where a message goes: below the address that the process was begun with, of one account."""

    account_id: str
    callback: str
    path: str

    @property
    def url(self) -> str:
        """The whole address, however the slashes stand."""
        return f"{self.callback.rstrip('/')}/{self.path}"


@dataclass(frozen=True)
class Sender:
    """Delivers messages; `endpoint` is where connectors reach the market."""

    desk: Desk
    callbacks: Callbacks
    endpoint: str

    def send(self, address: Address, body: Mapping[str, Json]) -> bool:
        """Whether a message was acknowledged.

        It is not sent where the account's address has become another one since. Whatever breaks one delivery
        is logged by its kind and stops no other.
        """
        with self.desk.store.reading() as books:
            registered = books.negotiations.callback_of(address.account_id)
        if registered != address.callback:
            return False
        raw = canonical_json(dict(body))
        try:
            self.callbacks.allow(address.callback)
            self.callbacks.deliver(address.url, raw, self._signature(address.url, raw))
        except (PeerError, MarketplaceError):
            return False
        except Exception as error:  # noqa: BLE001 — what breaks one delivery must not stop the others
            log(_LOGGER, "a message cannot be delivered", error=type(error).__name__)
            return False
        return True

    def again_at(self, attempts: int) -> datetime:
        """When to try again after so many attempts."""
        return self.desk.now() + pause_after(attempts)

    def _signature(self, url: str, body: bytes) -> str:
        """Over address and digest of the body: a message cannot be altered, nor passed on to others."""
        payload = {
            "iss": self.desk.marketplace_id,
            "iat": seconds_of(self.desk.now()),
            "jti": self.desk.new_id(),
            "aud": url,
            "body_digest": b64url_encode(sha256(body)),
        }
        return sign_jws(payload, self.desk.key, typ=MESSAGE_TYP)
