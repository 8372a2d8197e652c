"""A registry office on loopback and a wallet installation that collects from it, each with its real parts."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

from crypto.encoding import canonical_json
from crypto.randomness import random_bytes
from crypto.signing import generate_es256
from ssi.issuer_service.bootstrap import create_app, open_issuer
from ssi.issuer_service.folder import make_folder
from ssi.issuer_service.settings import IssuerSettings
from ssi.trust import sign_registry
from tests.serving import serving
from tests.ssi.issuer_service.offices import registry_of
from tests.ssi.issuer_service.visitors import Institution, MovingClock
from tests.ssi.parties import AUTHORITY, UNIVERSITY
from tests.wallet.browsing import PASSWORD, Browser
from tests.wallet.fakes import CHEAP
from wallet.bootstrap import build
from wallet.config import Settings
from wallet.domain.session import Session
from wallet.services.suite import Services
from wallet.web.app import create_app as create_wallet_app

Change = Callable[[Response], None]
_TOKEN_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class CollectingTown:
    """One office, one wallet installation, one clock; what the office answers can be altered on its way."""

    url: str
    office: Flask
    institution: Institution
    clock: MovingClock
    services: Services
    wallet: Flask
    changes: dict[str, Change] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    people: int = 0
    names: dict[int, str] = field(default_factory=dict)

    def hand_in(self, **changes: object) -> dict[str, Any]:
        """Hand in the record of a person who was not here before."""
        self.people += 1
        return self.institution.hand_in(f"person-{self.people}", **changes)

    def newcomer(self) -> Browser:
        """A person with a new wallet, at its screens."""
        self.people += 1
        browser = Browser(self.wallet)
        self.names[id(browser)] = f"newcomer {self.people}"
        browser.sign_up(self.names[id(browser)])
        return browser

    def session_of(self, browser: Browser) -> Session:
        """The open wallet of a person at the screens, for what only a test looks at."""
        return self.services.open_wallet(self.names[id(browser)], PASSWORD)

    def approve(self, address: str, decision: str = "approve", **fields: str) -> str:
        """Answer on the office's page; the path at the wallet to which the person is sent back."""
        person = self.office.test_client()
        page = person.get(address.removeprefix(self.url)).get_data(as_text=True)
        found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
        hidden = {name: unescape(value) for name, value in found}
        token = _TOKEN_FIELD.search(page)
        assert token, page
        form = {**hidden, "csrf_token": unescape(token[1]), **fields, "decision": decision}
        answer = person.post("/authorize", data=form)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"

    def change(self, path: str, **members: object) -> None:
        """Replace members of the JSON document that is answered at a path."""

        def alter(response: Response) -> None:
            document = response.get_json(silent=True)
            if isinstance(document, dict):
                response.set_data(json.dumps({**document, **members}))

        self.changes[path] = alter


def looked_at(browser: Browser, link: object, status: int = 200) -> str:
    """The page after a link was pasted."""
    browser.get("/records/add")
    return browser.post("/records/add", status, link=link)


def sent_to_the_issuer(browser: Browser) -> str:
    """Press the button that leads to the issuer's page; its address."""
    (action,) = {each for each in re.findall(r'action="([^"]+)"', browser.page) if each.endswith("/sign-in")}
    token = _TOKEN_FIELD.search(browser.page)
    assert token
    answer = browser.client.post(action, data={"csrf_token": token[1]})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


@contextmanager
def collecting_town(folder: Path, **settings: Any) -> Iterator[CollectingTown]:
    """Open the office and the wallets."""
    door = Flask("door")  # it has to be open before the office knows its own address
    clock = MovingClock()
    (folder / "office").mkdir()
    with serving(door) as url:
        told = IssuerSettings(
            id=UNIVERSITY,
            name="Example University",
            url=url,
            data_sets=("exam/1",),
            organisations=True,
            database_url=f"sqlite:///{folder / 'issuer.sqlite'}",
            status_list_size=2**10,
            defers_held=True,
            **settings,
        )
        identity = make_folder(folder / "office", told, key=generate_es256(), secret=random_bytes(32))
        issuer = open_issuer(identity, now=clock)
        office = create_app(issuer)
        services = build(_wallet_settings(folder), clock=clock)
        wallet = create_wallet_app(services)
        institution = Institution(office.test_client(), issuer.api_keys.create(now=clock()))
        town = CollectingTown(url, office, institution, clock, services, wallet)
        _watch(town, office)
        door.wsgi_app = office.wsgi_app  # type: ignore[method-assign]
        try:
            yield town
        finally:
            services.close()
            issuer.database.close()


def _wallet_settings(folder: Path) -> Settings:
    registry = folder / "registry.jwt"
    registry.write_text(sign_registry(registry_of(folder / "office"), AUTHORITY))
    authority = folder / "authority.jwk"
    authority.write_bytes(canonical_json(AUTHORITY.public.to_jwk()))
    return Settings(
        directory=folder / "wallets",
        marketplace_url="http://127.0.0.1:9",
        registry=str(registry),
        authority=authority,
        password_cost=CHEAP,
        development=True,
    )


def _watch(town: CollectingTown, office: Flask) -> None:
    @office.after_request
    def alter(response: Response) -> Response:
        if not request.path.startswith("/api/"):  # that is the institution itself
            town.heard.append(f"{request.method} {request.path}")
        if request.path in town.changes:
            town.changes[request.path](response)
        return response
