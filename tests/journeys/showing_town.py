"""A registry office, the marketplace as a process of its own, and wallets that show what they have to it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from flask import Flask

from crypto.encoding import canonical_json, parse_json
from crypto.randomness import random_bytes
from crypto.signing import generate_es256
from examples.town import MARKETPLACE, Town, free_port
from marketplace.bootstrap import open_house, services_of
from marketplace.cli import main as marketplace
from marketplace.verifier_identity import AUTHORITY as VERIFIER_AUTHORITY
from ssi.http.client import Client
from ssi.issuer_service.bootstrap import create_app as create_office
from ssi.issuer_service.bootstrap import open_issuer
from ssi.issuer_service.folder import make_folder
from ssi.issuer_service.settings import IssuerSettings
from ssi.trust import sign_registry
from tests.journeys.neighbourhood import market_settings
from tests.serving import serving
from tests.ssi.issuer_service.visitors import Institution
from tests.ssi.parties import AUTHORITY, EXAM, UNIVERSITY, assembled
from tests.wallet.browsing import PASSWORD, Browser
from tests.wallet.fakes import CHEAP
from wallet.bootstrap import build
from wallet.config import Settings
from wallet.domain.session import Session
from wallet.services.suite import Services
from wallet.web.app import create_app

SECONDS = 60
BUYER = "institute@buyer.example"
INSTITUTE = "Institute for Education Research"
_TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')


@dataclass
class Visitor:
    """Somebody at the marketplace's own screens, over HTTP."""

    url: str
    browser: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        return self.browser.get(f"{self.url}{path}", timeout=SECONDS)

    def send(self, path: str, *, seen_on: str = "/how-it-works", **form: str) -> requests.Response:
        token = _TOKEN.search(self.get(seen_on).text)
        assert token is not None
        data = {"csrf_token": unescape(token[1]), **form}
        return self.browser.post(f"{self.url}{path}", data=data, timeout=SECONDS)


@dataclass
class ShowingTown:
    """The parties, and two wallet installations: a usual one, and one in development."""

    folder: Path
    institution: Institution
    services: Services
    usual: Flask
    development: Flask
    api: Client
    visitor: Visitor
    people: int = 0
    issued: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The login of the person who came last."""
        return f"newcomer {self.people}"

    def newcomer(self, *, development: bool = False) -> Browser:
        """A person with an empty wallet."""
        self.people += 1
        browser = Browser(self.development if development else self.usual)
        browser.sign_up(self.name)
        return browser

    def session(self) -> Session:
        """The wallet of the person who came last, for what only a test looks at."""
        return self.services.open_wallet(self.name, PASSWORD)

    def with_organisation(self, *, development: bool = False) -> Browser:
        """An organisation whose wallet has its credential."""
        browser = self.newcomer(development=development)
        values = {"name": f"{INSTITUTE} {self.people}", "kind": "research_institute", "country": "AT"}
        self._keep(browser, "organisation/1", values)
        return browser

    def with_exam(self) -> Browser:
        """A person whose wallet has her exam record."""
        browser = self.newcomer()
        self._keep(browser, "exam/1", EXAM)
        return browser

    def start(self, **question: Any) -> dict[str, Any]:
        """A question to a wallet, as a buyer's program asks it."""
        return cast("dict[str, Any]", self.api.post_json("/api/v1/presentations", question))

    def read(self, started: dict[str, Any]) -> dict[str, Any]:
        """What the buyer's program learns of it."""
        return cast("dict[str, Any]", self.api.get_json(f"/api/v1/presentations/{started['session_id']}"))

    def revoke(self) -> None:
        """Let the office take the record of the person who came last back."""
        path = f"/credentials/{self.issued[self.name]}/status"
        answer = self.institution.post(path, {"status": "revoked", "reason": "left"})
        assert answer.status_code == 200, answer.text

    def _keep(self, browser: Browser, ref: str, values: Mapping[str, object]) -> None:
        """Let the office issue a record, and the person collect it."""
        document = {"data_set": ref, "external_id": f"person-{self.people}", "values": dict(values)}
        answer = self.institution.post("/credentials", document)
        assert answer.status_code == 201, answer.text
        handed_in = cast("dict[str, Any]", answer.get_json())
        self.issued[self.name] = str(handed_in["credential_id"])
        browser.get("/records/add")
        browser.post("/records/add", link=handed_in["offer_uri"])
        browser.press("/collect")
        browser.press("/keep")


def opened(browser: Browser, link: str, status: int = 200) -> str:
    """The page of a request, as on the same device."""
    return browser.get(f"/show?{urlsplit(link).query}", status)


def decided(browser: Browser, decision: str) -> str:
    """Decide on the request that is being shown; the page that says what came of it."""
    return browser.post(browser.path, decision=decision)


@contextmanager
def showing_town(folder: Path) -> Iterator[ShowingTown]:
    """Open the office, start the marketplace, and open both wallet installations."""
    door, town = Flask("door"), Town(folder)  # the door has to be open before the office knows its address
    town.ports[MARKETPLACE] = free_port()
    with serving(door) as office_url:
        issuer = open_issuer(_office(folder, office_url), now=_now)
        office = create_office(issuer)
        door.wsgi_app = office.wsgi_app  # type: ignore[method-assign]
        _found_market(town, folder / "office")
        try:
            town.start(MARKETPLACE)
            api, visitor = _buyer(town)
            services, trying = build(_wallets(town)), build(_wallets(town, "trying", development=True))
            institution = Institution(office.test_client(), issuer.api_keys.create(now=_now()))
            apps = create_app(services), create_app(trying)
            yield ShowingTown(folder, institution, services, *apps, api, visitor)
            services.close()
            trying.close()
        finally:
            town.close()
            issuer.database.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _office(folder: Path, url: str) -> Any:
    told = IssuerSettings(
        id=UNIVERSITY,
        name="Example University",
        url=url,
        data_sets=("exam/1",),
        organisations=True,
        database_url=f"sqlite:///{folder / 'issuer.sqlite'}",
        status_list_size=2**10,
        status_ttl_seconds=1,
    )
    (folder / "office").mkdir()
    return make_folder(folder / "office", told, key=generate_es256(), secret=random_bytes(32))


def _found_market(town: Town, office: Path) -> None:
    home = town.home(MARKETPLACE)
    arguments = ["init", "--dir", home, "--id", "did:web:market.example", "--url", town.url(MARKETPLACE)]
    marketplace.main([str(each) for each in arguments], standalone_mode=False)
    parts = [parse_json((each / "public.json").read_bytes()) for each in (office, home)]
    town.registry.write_text(sign_registry(assembled(cast("Any", parts)), AUTHORITY))
    town.authority.parent.mkdir()
    town.authority.write_bytes(canonical_json(AUTHORITY.public.to_jwk()))


def _buyer(town: Town) -> tuple[Client, Visitor]:
    """An account at the market, at its programs' door and at its screens."""
    settings = market_settings(town)
    house = open_house(settings)
    market = services_of(house, settings)
    account = market.add_account(BUYER, PASSWORD)
    secret = market.make_api_key(account.account_id, "tests").secret
    house.close()
    visitor = Visitor(town.url(MARKETPLACE))
    visitor.send("/sign-in", seen_on="/sign-in", email=BUYER, password=PASSWORD)
    return Client(visitor.url, headers={"Authorization": f"Bearer {secret}"}), visitor


def _wallets(town: Town, name: str = "wallets", *, development: bool = False) -> Settings:
    settings = Settings(
        directory=town.folder / name,
        marketplace_url=town.url(MARKETPLACE),
        registry=str(town.registry),
        authority=town.authority,
        password_cost=CHEAP,
        verifier_roots=(town.home(MARKETPLACE) / VERIFIER_AUTHORITY,),
    )
    return replace(settings, development=development)
