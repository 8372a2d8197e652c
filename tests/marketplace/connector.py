"""A buyer's connector: it listens on loopback, holds messages against the protocol, and asks the market."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Response, request
from flask.testing import FlaskClient

from consent.odrl import CONTEXT
from consent.order_terms import OrderTerms, iri_of, offer_document
from consent.query import Query
from crypto.encoding import b64url_encode, sha256
from crypto.signing import VerifyingKey
from marketplace.api.app import create_api_app
from marketplace.clients.callbacks import HttpCallbacks
from marketplace.clients.messenger import SIGNATURE_HEADER
from marketplace.domain.account import Account
from marketplace.domain.dsp import BASE, FORMAT
from marketplace.services.data_space_suite import SpaceSide
from marketplace.services.ports import Store
from marketplace.services.send_messages import MESSAGE_TYP
from ssi.jws import parse_jws
from tests.marketplace.dsp_schemas import require_valid
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.orders import NOISY
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NOW
from tests.serving import serving

ROOT = "http://127.0.0.1:8000"
OFFER_ID = "urn:argonauta:offer:exam/1"
_ANY = NOW + timedelta(days=1)


@dataclass
class Listener:
    """What a connector hears under its callback address, and what it answers."""

    url: str = ""
    status: int = 200
    market: str = MARKET
    key: VerifyingKey = MARKET_KEY.public
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask(__name__)

        @app.post("/callback/<path:path>")
        def hear(path: str) -> Response:
            message = request.get_json()
            try:
                _require_signed(self, request.url, request.get_data(), request.headers[SIGNATURE_HEADER])
                require_valid(message["@type"], message)
            except Exception as fault:
                self.faults.append(repr(fault))
                raise
            self.heard.append((path, message))
            return Response(status=self.status)

        return app

    def last(self, kind: str) -> dict[str, Any]:
        """The message that was heard last, which is of this kind."""
        _, message = self.heard[-1]
        assert message["@type"] == kind, message
        return message


def _require_signed(listener: Listener, url: str, body: bytes, signature: str) -> None:
    token = parse_jws(signature, "signature")
    token.verify(listener.key, typ=MESSAGE_TYP)
    assert (token.payload["iss"], token.payload["aud"]) == (listener.market, url)
    assert token.payload["body_digest"] == b64url_encode(sha256(body))


@dataclass
class Connector:
    """A buyer's connector and the market that it talks to."""

    market: Market
    web: FlaskClient
    account: Account
    key: dict[str, str]
    listener: Listener
    made: int = 0

    @property
    def callback(self) -> str:
        return f"{self.listener.url}/callback"

    def register(self, address: str | None = None) -> Any:
        document = {"callback_address": address or self.callback}
        return self.web.put("/api/v1/account/connector", json=document, headers=self.key)

    def new_pid(self) -> str:
        self.made += 1
        return f"urn:uuid:{UUID(int=self.made, version=4)}"

    def post(self, path: str, kind: str, *, key: dict[str, str] | None = None, **members: Any) -> Any:
        document = {"@context": list(CONTEXT), "@type": kind, **members}
        headers = self.key if key is None else key
        return self.web.post(f"{BASE}/{path}", json=document, headers=headers)

    def request(self, *, cents: int = 5_000, query: Query = NOISY, **members: Any) -> Any:
        """Ask for a query at a price, in a new negotiation unless told otherwise."""
        terms = OrderTerms(query, cents)
        named = {"consumerPid": self.new_pid(), "offer": asking(terms), "callbackAddress": self.callback}
        return self.post("negotiations/request", "ContractRequestMessage", **(named | members))

    def about(self, acknowledged: dict[str, Any]) -> dict[str, Any]:
        return {name: acknowledged[name] for name in ("providerPid", "consumerPid")}

    def event(self, begun: dict[str, Any], kind: str = "ACCEPTED") -> Any:
        path = f"negotiations/{begun['providerPid']}/events"
        return self.post(path, "ContractNegotiationEventMessage", eventType=kind, **self.about(begun))

    def verify(self, begun: dict[str, Any]) -> Any:
        path = f"negotiations/{begun['providerPid']}/agreement/verification"
        return self.post(path, "ContractAgreementVerificationMessage", **self.about(begun))

    def terminate(self, begun: dict[str, Any]) -> Any:
        path = f"negotiations/{begun['providerPid']}/termination"
        return self.post(path, "ContractNegotiationTerminationMessage", **self.about(begun))

    def state(self, begun: dict[str, Any], kind: str = "negotiations") -> str:
        found: Any = self.web.get(f"{BASE}/{kind}/{begun['providerPid']}", headers=self.key)
        assert found.status_code == 200, found.text
        require_valid("ContractNegotiation" if kind == "negotiations" else "TransferProcess", found.json)
        return str(found.json["state"])

    def work(self) -> None:
        """One turn of the worker's duties, a moment later."""
        self.market.clock.forward(seconds=1)
        assert self.market.duties.space is not None
        self.market.duties.space.negotiate()
        self.market.duties.space.transfer()

    def agreed(self, **wishes: Any) -> dict[str, Any]:
        """The agreement of a negotiation that was finalized."""
        begun = self.request(**wishes).json
        self.work()
        agreement: dict[str, Any] = self.listener.last("ContractAgreementMessage")["agreement"]
        assert self.verify(begun).status_code == 200
        self.work()
        assert self.state(begun) == "FINALIZED"
        return agreement

    def transfer(self, agreement_id: str, **members: Any) -> Any:
        named = {
            "consumerPid": self.new_pid(),
            "agreementId": agreement_id,
            "format": FORMAT,
            "callbackAddress": self.callback,
        }
        return self.post("transfers/request", "TransferRequestMessage", **(named | members))

    def about_transfer(self, begun: dict[str, Any], last: str, kind: str) -> Any:
        return self.post(f"transfers/{begun['providerPid']}/{last}", kind, **self.about(begun))


def asking(terms: OrderTerms, offer_id: str = OFFER_ID) -> Any:
    """An offer of the buyer's that states its query and its price and nothing else."""
    full: Any = offer_document(offer_id, terms, buyer="-", until=_ANY)
    stated = [
        each
        for each in full["permission"][0]["constraint"]
        if each["leftOperand"] in {"mk:query", "mk:priceCents"}
    ]
    return {
        **full,
        "target": iri_of(terms.query.data_set),
        "permission": [{"action": "aggregate", "constraint": stated}],
    }


@contextmanager
def connected(store: Store | None = None, *, people: int = 12) -> Iterator[Connector]:
    """A market with people, and a buyer whose connector is registered."""
    listener = Listener()
    with serving(listener.app()) as url:
        listener.url = url
        market = open_market(store, space=SpaceSide(ROOT, HttpCallbacks(loopback=True)))
        market.stock(people)
        account = market.buyer()
        secret = market.services.make_api_key(account.account_id, "connector").secret
        web = create_api_app(market.services).test_client()
        connector = Connector(market, web, account, {"Authorization": f"Bearer {secret}"}, listener)
        assert connector.register().status_code == 200
        yield connector
        assert listener.faults == []
