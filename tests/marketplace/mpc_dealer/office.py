"""A dealer beside the town's nodes, asked through its app."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from consent.dealing import STATEMENT_HEADER, TRIPLES_PATH, DealRequest, verify_deal
from crypto.mpc.additive.dealer import Dealt, receive
from crypto.mpc.additive.sharing import Seat
from marketplace.mpc_dealer.api import Dealer
from marketplace.mpc_dealer.bootstrap import create_app
from marketplace.mpc_dealer.deals import DealBook
from ssi.trust import TrustRegistry
from ssi.trust_parts import dealer_part
from tests.marketplace.mpc_node.parties import NAMES, NOW, assembled, certificate, ed25519, parts

DEALER = "dealer"
REQUEST = DealRequest("job-1", 1, "A" * 43, "B" * 42 + "A", NAMES, 10)
FINGERPRINT = "test.fingerprint"


@cache
def registry_with_dealer() -> TrustRegistry:
    """The registry of the whole town, with a dealer."""
    part = dealer_part(
        DEALER,
        "Statistics Office",
        url="https://dealer.example:7100",
        verifying_key=ed25519(DEALER).public,
        tls_certificate=certificate(DEALER),
    )
    return assembled([*parts(), part])


@dataclass
class Office:
    """One dealer; time stands still until a test moves it."""

    moment: datetime = NOW
    seconds: float = 0.0
    registry: TrustRegistry = field(default_factory=registry_with_dealer)
    dealer_id: str = DEALER
    most: int = 100
    most_begun: int = 50

    def __post_init__(self) -> None:
        book = DealBook(lambda: self.seconds, most=self.most, most_begun=self.most_begun)
        self.dealer = Dealer(
            self.dealer_id, ed25519(DEALER), book, lambda: self.registry, lambda: self.moment
        )
        self.app = create_app(self.dealer, fingerprint_of=lambda environ: environ.get(FINGERPRINT))

    def ask(self, caller: str | None, document: Any = REQUEST) -> Any:
        """Ask for a packet as somebody whose certificate the dealer sees."""
        body = document.to_json() if isinstance(document, DealRequest) else document
        overrides = {FINGERPRINT: self._fingerprint(caller)} if caller else {}
        return self.app.test_client().post(TRIPLES_PATH, json=body, environ_overrides=overrides)

    def dealt(self, request: DealRequest = REQUEST) -> tuple[list[Dealt], set[str]]:
        """What all nodes of a request read of their packets, and by which names the deals went."""
        found, names = [], set()
        for role, name in enumerate(request.nodes):
            answer = self.ask(name, request)
            assert answer.status_code == 200, answer.text
            names.add(verify_deal(answer.headers[STATEMENT_HEADER], ed25519(DEALER).public).deal)
            found.append(receive(answer.data, Seat(role, 3), binding=request.binding))
        return found, names

    def _fingerprint(self, name: str) -> str:
        if name == "market":
            return self.registry.marketplace.tls_fingerprint
        if name == DEALER:
            return registry_with_dealer().require_dealer(now=NOW).tls_fingerprint
        return registry_with_dealer().node(name, now=NOW).tls_fingerprint


def another(**changes: Any) -> DealRequest:
    """The request with something changed."""
    return replace(REQUEST, **changes)
