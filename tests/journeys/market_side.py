"""What somebody can do who has the marketplace's folder: its signing key, and its certificate for nodes.

So the tests play a marketplace that asks for what it must not have; each node refuses on its own.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from consent.job import Manifest, sign_manifest, verify_manifest
from consent.log import LogState
from consent.order import EscrowReceipt, sign_escrow_receipt
from consent.query import Query
from crypto.signing import SigningKey
from examples.town import MARKETPLACE, Town
from marketplace.domain.log import Log
from marketplace.sdk.result import Placed
from ssi.http.client import Client
from ssi.http.pinning import ClientCertificate
from tests.journeys.neighbourhood import Neighbourhood, market_settings
from tests.journeys.patience import until

ENDED = frozenset({"DONE", "FAILED"})


@dataclass(frozen=True)
class MarketSide:
    """The marketplace as its nodes see it."""

    neighbourhood: Neighbourhood
    key: SigningKey = field(repr=False)

    @classmethod
    def of(cls, neighbourhood: Neighbourhood) -> "MarketSide":
        """With the keys in the marketplace's own folder."""
        return cls(neighbourhood, market_settings(neighbourhood.town).signing_key)

    def client(self, node: str, *, certificate_of: str | None = MARKETPLACE) -> Client:
        """Requests to a node with the certificate of a party of the town, or with none."""
        entry = self.neighbourhood.registry.node(node, now=datetime.now(UTC))
        own = None
        if certificate_of is not None:
            home = self.neighbourhood.town.home(certificate_of)
            own = ClientCertificate(home / "tls.pem", home / "tls.key")
        return Client(entry.url, pinned_pem=entry.tls_certificate, certificate=own)

    def manifest_of(self, placed: Placed) -> Manifest:
        """The manifest that the marketplace really sent for an order, as it was when it was sent."""
        job = self.neighbourhood.job_of(placed)
        assert job.manifest is not None
        assert job.attempt_until is not None
        manifest, _ = verify_manifest(
            job.manifest, self.key.public, now=job.attempt_until - timedelta(seconds=1)
        )
        return manifest

    def forged(self, like: Manifest, **changes: Any) -> Manifest:
        """Another job for another order, like a real one but for the changes, with a receipt that fits."""
        now = datetime.now(UTC).replace(microsecond=0)
        fresh = replace(
            like,
            job_id=str(uuid4()),
            order_id=str(uuid4()),
            attempt=1,
            issued_at=now,
            expires_at=now + timedelta(minutes=10),
            log=self.shown(),
        )
        changed = replace(fresh, **changes)
        if "escrow_receipt" in changes:
            return changed
        return replace(changed, escrow_receipt=self.receipt(changed))

    def shown(self) -> LogState:
        """The newest state of the log that all nodes have seen."""
        state = until(self._seen_by_all, lambda seen: seen is not None)
        assert state is not None
        return state

    def _seen_by_all(self) -> LogState | None:
        with self.neighbourhood.house.store.reading() as books:
            seen = (each.size for each in books.states.all() if len(each.cosigned) == len(Town.NODES))
            size = next(seen, None)
            return None if size is None else LogState(size, Log(books.log).root(size))

    def receipt(self, manifest: Manifest, *, query: Query | None = None, cents: int = 10**6) -> str:
        """A receipt for money that nobody holds."""
        receipt = EscrowReceipt(
            manifest.order_id,
            (query or manifest.query).digest,
            cents,
            manifest.compensation_cents,
            manifest.issued_at,
        )
        return sign_escrow_receipt(receipt, self.key)

    def ask(self, manifest: Manifest | str, *, node: str = "node-a") -> object:
        """Give one node a manifest."""
        token = sign_manifest(manifest, self.key) if isinstance(manifest, Manifest) else manifest
        return self.client(node).post_json("/v1/jobs", {"manifest": token})

    def run(self, manifest: Manifest) -> list[dict[str, Any]]:
        """Give all nodes a manifest, and wait for each one's last word."""
        for node in Town.NODES:
            self.ask(manifest, node=node)
        return [until(partial(self.status, node, manifest.job_id), _has_ended) for node in Town.NODES]

    def status(self, node: str, job_id: str) -> dict[str, Any]:
        """What a node says about a job."""
        answer: Any = self.client(node).get_json(f"/v1/jobs/{job_id}")
        return dict(answer)

    def contribute(self, node: str, document: object) -> str | None:
        """Hand one contribution to a node; the reason why it is refused, None if it is not."""
        answer: Any = self.client(node).post_json("/v1/contributions", {"contributions": [document]})
        (verdict,) = answer["results"]
        return None if verdict["accepted"] else str(verdict["reason"])


def _has_ended(status: dict[str, Any]) -> bool:
    return status["state"] in ENDED
