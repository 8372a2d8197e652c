"""A market as it runs: real services over a database, a crowd that takes part, and three nodes in reach."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from consent.order import Mandate, sign_mandate
from consent.query import Query
from crypto.encoding import b64url_encode, sha256
from crypto.sealing import SealingKey, Vault
from crypto.signing import SigningKey
from marketplace.api.app import install_api
from marketplace.bootstrap import door_side
from marketplace.clients.callbacks import HttpCallbacks
from marketplace.clients.sandbox_rail import SandboxRail
from marketplace.clients.webhooks import HttpWebhooks
from marketplace.config import Identity, Settings, make_folder
from marketplace.domain.account import Account, AccountKind
from marketplace.domain.view import OrderView
from marketplace.services.data_space_suite import SpaceSide
from marketplace.services.desk import Desk, Terms
from marketplace.services.drive_jobs import DriveJobs
from marketplace.services.suite import Services, Surroundings, offer
from marketplace.services.supply_terms import SumUpSupply
from marketplace.storage.glances import SqlGlances
from marketplace.storage.store import SqlStore, open_store
from marketplace.web.app import create_app
from ssi.credential import Credential
from ssi.errors import RevokedError
from ssi.issuance import Organisation, Subject, issue_organisation_credential, organisation_handle
from ssi.trust import sign_registry
from tests.marketplace.fakes import CHEAP, HandClock
from tests.marketplace.hooks import side
from tests.marketplace.invoice_fakes import SELLER
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.web.crowd import let_in, patients, students, wearers
from tests.marketplace.web.filled import Filled
from tests.marketplace.web.nodes import LocalNodes
from tests.ssi import parties

MARKET_ID = "market"
PASSWORD = "correct horse battery staple"
JARGON = re.compile(
    r"\b(MPC|DID|VC|ZKP|epsilon|ε|delta|Paillier|SD-JWT|JWT|JWS|JSON|HPKE|Merkle|ledger|hash|digest|cryptograph\w*"
    r"|histogram|standard deviation|UUID|CSRF|API|endpoint|secret shar\w*|differential\w*|privacy budget)\b",
    re.IGNORECASE,
)
"""What stands on no screen outside of a fold."""


@dataclass
class KnownStatus:
    """Which credentials are revoked, as their issuers would say now."""

    revoked: bool = False
    error: Exception | None = None

    def check(self, credential: Credential, *, now: datetime) -> None:
        if self.error is not None:
            raise self.error
        if self.revoked:
            raise RevokedError(f"{credential.issuer} took the credential back")


@dataclass(frozen=True)
class BuyerKeys:
    """The keys of one organisation, as they lie in its key file."""

    name: str
    signing: SigningKey = field(repr=False)
    results: tuple[SealingKey, ...] = field(repr=False)

    @classmethod
    def of(cls, name: str) -> "BuyerKeys":
        results = tuple(SealingKey.generate(parties.random_of(f"{name} result {role}")) for role in range(3))
        return cls(name, parties.es256(name), results)

    @property
    def handle(self) -> str:
        return organisation_handle(sha256(b"pairwise"), organisation=self.name)

    def credential(self, kind: str = "research_institute") -> str:
        return issue_organisation_credential(
            Organisation(self.name, kind, "AT"),
            Subject(self.handle, self.signing.public),
            issuer=parties.CHAMBER_ISSUER,
            terms=parties.terms(uri=parties.CHAMBER_STATUS_PREFIX + "1"),
        )

    def mandate(self, **changes: object) -> str:
        made = Mandate(
            buyer=self.handle,
            marketplace=MARKET_ID,
            result_keys=tuple(key.public.to_bytes() for key in self.results),
            issued_at=NOW - timedelta(days=1),
            valid_until=NOW + timedelta(days=30),
        )
        return sign_mandate(replace(made, **changes), self.signing)  # type: ignore[arg-type]

    def file(self) -> dict[str, object]:
        """The key file that the browser makes and reads."""
        secrets = [b64url_encode(key.to_bytes()) for key in self.results]
        return {"version": 1, "credential_key_jwk": self.signing.public.to_jwk(), "result_keys": secrets}


INSTITUTE = BuyerKeys.of("Institute of Education")
COMPANY = BuyerKeys.of("Sellers Limited")


@dataclass
class House:
    """One market with its doors, its clock and its surroundings in the test's hand."""

    store: SqlStore
    services: Services
    app: Flask
    clock: HandClock
    nodes: LocalNodes
    status: KnownStatus
    work: DriveJobs

    def account(self, email: str, kind: AccountKind = AccountKind.BUYER) -> Account:
        return self.services.add_account(email, PASSWORD, kind=kind)

    def buyer(self, email: str, keys: BuyerKeys | None = None, *, euros: int = 0) -> "Visitor":
        """A buyer who is signed in; with keys, one whose organisation is registered."""
        account = self.account(email)
        if keys is not None:
            self.services.register_organisation(
                account.account_id, credential=keys.credential(), mandate=keys.mandate()
            )
        if euros:
            self.services.top_up(account.account_id, transfer_id="start", amount_cents=100 * euros)
        return self.visitor(email)

    def operator(self, email: str = "operator@market.example") -> "Visitor":
        self.account(email, AccountKind.OPERATOR)
        return self.visitor(email)

    def visitor(self, email: str | None = None) -> "Visitor":
        """Somebody in front of a browser of her own; signed in, if an account is named."""
        someone = Visitor(self.app.test_client(), email)
        if email is not None:
            assert someone.sign_in().status_code == 302
        return someone

    def account_of(self, visitor: "Visitor") -> Account:
        return self.services.get_account(self.services.sign_in(visitor.email or "", PASSWORD).account_id)

    def order(self, visitor: "Visitor", query: Query) -> OrderView:
        """An order placed at today's price, not computed yet."""
        account_id = self.account_of(visitor).account_id
        price = self.services.make_quote(account_id, query).price.gross_cents
        return self.services.place_order(
            account_id, order_id=str(uuid4()), query=query, accepted_price_cents=price
        )

    def order_of(self, visitor: "Visitor", order_id: str) -> OrderView:
        """An order of a buyer as it stands now."""
        return self.services.read_order(self.account_of(visitor).account_id, order_id)

    def answer(self, visitor: "Visitor", query: Query) -> OrderView:
        """An order whose answer is ready."""
        order = self.order(visitor, query)
        self.work_on()
        return self.order_of(visitor, order.order_id)

    def work_on(self, steps: int = 4) -> None:
        """Let the worker take some steps, with a second between them."""
        for _ in range(steps):
            self.clock.forward(seconds=1)
            self.work()


@dataclass
class Visitor:
    """Somebody who looks at pages and sends the forms on them."""

    client: FlaskClient
    email: str | None = None

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(path, **more)

    def send(self, path: str, *, seen_on: str = "/how-it-works", **form: object) -> TestResponse:
        """Send a form with the token of a page that was looked at before."""
        return self.client.post(path, data={"csrf_token": self.token(seen_on), **form})

    def token(self, path: str = "/how-it-works") -> str:
        page = self.client.get(path)
        found = re.search(r'"X-CSRFToken": "([^"]+)"', page.text)
        assert found is not None, page.text
        return unescape(found[1])

    def sign_in(self, password: str = PASSWORD, **more: object) -> TestResponse:
        return self.send("/sign-in", seen_on="/sign-in", email=self.email, password=password, **more)


class SharedTemplates(BytecodeCache):
    """Templates compiled once for all markets of a test run."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = SharedTemplates()


def text_of(response: TestResponse) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def settings_in(folder: Path) -> Settings:
    """The settings of a market whose folder was made by its own command."""
    make_folder(folder, Identity(MARKET_ID, "Market", "http://127.0.0.1:8000"), now=NOW)
    return Settings(folder, folder / "registry.jwt", folder / "authority.json", password_cost=CHEAP)


def populate(url: str) -> None:
    """Fill a database with everybody who takes part."""
    store = open_store(url)
    with store.writing() as books:
        let_in(books, students())
        let_in(books, patients())
        let_in(books, wearers())
    store.database.close()


def open_house(
    folder: Path, *, settings: Settings, database: Filled, terms: Terms | None = None, bare: bool = False
) -> House:
    """A market over a copy of a database; a bare one takes no cards and bills nobody."""
    clock, store = HandClock(), open_store(database.copied(folder))
    everybody = {person.consent_id: person for person in (*students(), *patients(), *wearers())}
    nodes, status = LocalNodes(clock, everybody), KnownStatus()
    desk = Desk(
        marketplace_id=MARKET_ID,
        key=parties.ed25519("market"),
        store=store,
        registry=parties.registry,
        clock=clock,
        seller=None if bare else SELLER,
        terms=terms or Terms(),
    )
    token = sign_registry(parties.registry(), parties.AUTHORITY)
    registry: Callable[[], str] = lambda: token  # noqa: E731 — a port of one line
    space = SpaceSide(settings.public_url, HttpCallbacks(), settings.display_name)
    around = Surroundings(
        nodes,
        status,
        registry,
        store.database.check,
        Vault(b"p" * 32),
        CHEAP,
        space=space,
        rail=None if bare else SandboxRail(b"k" * 32),
        doors=door_side(settings, clock=clock),
        webhooks=side(HttpWebhooks()),
        glances=SqlGlances(store.database, desk.terms.sessions),
    )
    services = offer(desk, around)
    SumUpSupply(desk)()
    app = create_app(services, settings, interfaces=install_api, authority=parties.AUTHORITY.public)
    app.jinja_env.bytecode_cache = TEMPLATES
    return House(store, services, app, clock, nodes, status, DriveJobs(desk, nodes, "worker"))
