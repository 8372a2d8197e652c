"""What tests of webhooks have at hand: a market that calls a receiver which remembers what it heard."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crypto.sealing import Vault
from marketplace.errors import RefusedError
from marketplace.services.keep_webhooks import WebhookSide
from ssi.http.errors import PeerError
from tests.marketplace.repeating import an_id

URL = "https://buyer.example/events"
HOOK = an_id(7)


@dataclass
class Heard:
    """The `WebhookCalls` port to one receiver, which says `fails` instead of taking what comes."""

    fails: str | None = None
    messages: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    def allow(self, url: str) -> None:
        if not url.startswith("https://"):
            raise RefusedError("expected https")

    def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        if self.fails is not None:
            raise PeerError(self.fails)
        self.messages.append((headers, body))


def side(calls) -> WebhookSide:
    return WebhookSide(calls, Vault(b"w" * 32))


def send_all(market) -> int:
    """The worker sends what is due; how often it tried."""
    for tried in range(100):
        if not market.duties.send_webhooks():
            return tried
    raise AssertionError("there is always something due")
