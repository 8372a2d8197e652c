"""How does a program buy an answer? In a few verbs.

    buyer = Buyer.connect("https://market.example", api_key, keys, authority)
    quote = buyer.quote(query)
    order = buyer.order(query, accept_cents=quote.price_cents)
    buyer.wait(order, tell=lambda progress: print(progress.label))
    result = buyer.collect(order)

The order id is made here, so that a request that broke off can be repeated without buying twice. `collect`
opens and verifies the answer and confirms it, which pays everybody; if a node lied, it disputes instead,
shows the marketplace the key of that one envelope, and names the node.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from consent.query import Query
from crypto.encoding import Json, b64url_encode, canonical_json
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from marketplace.sdk.errors import LyingNodeError, OrderFailedError, StillRunningError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import OpenedResult, Placed, open_result, read_result
from ssi.credential import verify_organisation
from ssi.http.client import Body, Client
from ssi.trust import TrustRegistry, verify_registry

API = "/api/v1"
MAX_CENTS = 2**53 - 1
MANDATE_LIFETIME = timedelta(days=90)
_READY = frozenset({"released", "settled"})
_OVER = frozenset({"failed", "refunded"})


@dataclass(frozen=True)
class Expected:
    """How far one statistic may be off; `noise_sd` is None where noise may leave nothing to show.

    Of a quantile with noise it is not the value that is off but its place, by `noise_rank_sd` people.
    """

    label: str
    noise_sd: float | None
    unit: str | None
    noise_rank_sd: float | None = None


@dataclass(frozen=True)
class Quote:
    """What a query costs now, in cents, about how many people, and how exact the answer would be."""

    query: Query
    price_cents: int
    people: str
    expected_errors: tuple[Expected, ...]


@dataclass(frozen=True)
class Progress:
    """How far an order is; `label` says what is happening now, in words."""

    state: str
    label: str
    reason: str | None
    culprits: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether the answer can be opened."""
        return self.state in _READY


@dataclass(frozen=True)
class Verdict:
    """What a dispute came to."""

    proven: bool
    node: str
    reason: str


@dataclass(frozen=True)
class Buyer:
    """A buyer at one marketplace. Requests raise `PeerError` kinds where the marketplace refuses them."""

    client: Client
    keys: BuyerKeys = field(repr=False)
    authority: VerifyingKey
    clock: Callable[[], datetime]
    pause: Callable[[float], None]

    @classmethod
    def connect(cls, url: str, api_key: str, keys: BuyerKeys, authority: VerifyingKey) -> "Buyer":
        """A buyer who shows an API key; `authority` is the pinned key of the trust registry."""
        client = Client(url, headers={"Authorization": f"Bearer {api_key}"})
        return cls(client, keys, authority, _utc_now, time.sleep)

    def registry(self) -> TrustRegistry:
        """The trust registry, checked against the pinned key.

        Raises:
            RegistryError: the authority did not sign it, or it has run out.
        """
        return verify_registry(
            self.client.get_text(f"{API}/registry").strip(), self.authority, now=self.clock()
        )

    def register(self, credential: str, *, valid_for: timedelta = MANDATE_LIFETIME) -> None:
        """Register the organisation credential and a fresh mandate that names this key file's keys.

        Raises:
            CredentialError: the credential is not valid, which is found here before it is sent.
        """
        registry, now = self.registry(), self.clock()
        organisation = verify_organisation(credential, registry, now=now)
        mandate = self.keys.mandate(
            buyer=organisation.handle, marketplace=registry.marketplace.id, now=now, valid_for=valid_for
        )
        self._put("/account/organisation", {"credential": credential, "mandate": mandate})

    def quote(self, query: Query) -> Quote:
        """The price of a query now; a refusal says why and what would be answered."""
        fields = Fields.of(self._post("/quotes", {"query": query.to_json()}), "quote")
        price, people = fields.section("price"), fields.section("people")
        return Quote(
            query=query,
            price_cents=price.integer("gross_cents", least=0, most=MAX_CENTS),
            people=people.text("text"),
            expected_errors=tuple(_expected(each) for each in fields.objects("expected_errors")),
        )

    def prepare(self, query: Query) -> Placed:
        """An order with an id of its own that is not sent yet, for whoever remembers it first."""
        return Placed(str(uuid4()), query)

    def order(self, query: Query, *, accept_cents: int, order_id: str | None = None) -> Placed:
        """Order an answer for at most `accept_cents`; the same id again is the same order."""
        placed = Placed(order_id, query) if order_id else self.prepare(query)
        self._post(
            "/orders",
            {
                "order_id": placed.order_id,
                "query": query.to_json(),
                "accepted_price_cents": accept_cents,
            },
        )
        return placed

    def progress(self, placed: Placed) -> Progress:
        """How far an order is now."""
        fields = Fields.of(self.client.get_json(f"{API}/orders/{placed.order_id}"), "order")
        return Progress(
            state=fields.text("state"),
            label=_label(fields.objects("steps")),
            reason=fields.text("reason") if fields.has("reason") else None,
            culprits=fields.texts("culprits"),
        )

    def wait(
        self,
        placed: Placed,
        *,
        tell: Callable[[Progress], object] = lambda progress: None,
        seconds: float = 900.0,
        every: float = 1.0,
    ) -> Progress:
        """Wait until the answer can be opened, telling each change.

        Raises:
            OrderFailedError: the job failed and the money is back.
            StillRunningError: it is not done within `seconds`.
        """
        told: Progress | None = None
        for _ in range(max(1, round(seconds / every))):
            progress = self.progress(placed)
            if progress != told:
                told = progress
                tell(progress)
            if progress.is_ready:
                return progress
            if progress.state in _OVER:
                raise OrderFailedError(progress.reason or "the job failed", progress.culprits)
            self.pause(every)
        raise StillRunningError(f"order {placed.order_id} is not done after {seconds:g} seconds")

    def open_result(self, placed: Placed) -> OpenedResult:
        """Fetch, open and verify the answer; confirms nothing.

        Raises:
            ResultRefusedError: it does not hold together; the kinds say who is to blame where it can be told.
        """
        document = self.client.get_json(f"{API}/orders/{placed.order_id}/result")
        return open_result(read_result(document, self.authority, now=self.clock()), self.keys, placed)

    def confirm(self, placed: Placed) -> None:
        """Say that the answer is right, which pays everybody; again changes nothing."""
        self._post(f"/orders/{placed.order_id}/confirmation", {})

    def dispute(self, placed: Placed, *, role: int) -> Verdict:
        """Show the private key of one role, so that the marketplace can look into that one envelope.

        NOTE: the key is known to the marketplace from then on. Register renewed keys before the next order:
        under the old ones a key of another role must never be shown.
        """
        shown = b64url_encode(self.keys.result_keys[role].to_bytes())
        answer = self._post(f"/orders/{placed.order_id}/dispute", {"role": role, "private_key": shown})
        fields = Fields.of(answer, "dispute")
        return Verdict(fields.boolean("proven"), fields.text("node"), fields.text("reason"))

    def collect(self, placed: Placed) -> OpenedResult:
        """Open and confirm the answer; if a node lied, dispute it.

        Raises:
            OrderFailedError: a node lied, the dispute proved it, and the money is back.
            LyingNodeError: a node lied, and the marketplace does not agree.
            ResultRefusedError: the answer does not hold together for another reason; nothing is confirmed.
        """
        try:
            result = self.open_result(placed)
        except LyingNodeError as error:
            verdict = self.dispute(placed, role=error.role)
            if verdict.proven:
                raise OrderFailedError(verdict.reason, (verdict.node,)) from error
            raise
        self.confirm(placed)
        return result

    def _post(self, path: str, document: Json) -> Json:
        # Every request here may be repeated: ids are made by us, and endings are final.
        return self.client.post_json(f"{API}{path}", document, repeatable=True)

    def _put(self, path: str, document: Json) -> None:
        self.client.send("PUT", f"{API}{path}", body=Body(canonical_json(document)), repeatable=True)


def _label(steps: Sequence[Fields]) -> str:
    named = [(step.text("label"), step.text("status")) for step in steps]
    now = [label for label, status in named if status == "now"]
    done = [label for label, status in named if status == "done"]
    return (now or done[::-1] or ["the order failed"])[0]


def _expected(fields: Fields) -> Expected:
    return Expected(
        label=fields.text("label"),
        noise_sd=float(fields.number("noise_sd")) if fields.has("noise_sd") else None,
        noise_rank_sd=float(fields.number("noise_rank_sd")) if fields.has("noise_rank_sd") else None,
        unit=fields.text("unit") if fields.has("unit") else None,
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)
