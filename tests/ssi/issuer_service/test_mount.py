"""An issuer whose address has a path: its documents, links, cookies and forms are where they belong."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import EnvironBuilder

from crypto.encoding import b64url_encode, sha256
from ssi.credential import verify_credential
from ssi.did.did_web import document_url, resolve_did_web
from ssi.http.client import Client
from ssi.http.collection import collect, fetch_offer
from ssi.http.did_fetch import AllowedFetch
from ssi.issuer_service.domain.documents import GRANT_TYPE
from ssi.issuer_service.domain.dpop import DPOP_TYP
from ssi.issuer_service.mount import Mount
from ssi.jws import sign_jws
from tests.serving import serving
from tests.ssi.http.live_issuer import address_in
from tests.ssi.issuer_service.offices import found_office, registry_of
from tests.ssi.issuer_service.visitors import Office
from tests.ssi.parties import HOLDER, es256

PATH = "/uni/registry"
DOCUMENTS = ("openid-credential-issuer", "oauth-authorization-server", "jwt-vc-issuer")
PAGES = ("issue/exam/1", "records", "batches", "templates/new", "connections", "nowhere")
_ADDRESS = re.compile(r'(?:href|action|src|hx-get)="([^"#][^"]*)"')
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def whole(app: Flask) -> Callable[..., object]:
    """A server that hands on every request as it is."""
    return app.wsgi_app


def mounted(app: Flask) -> Callable[..., object]:
    """A WSGI mount: the issuer gets its path, and its documents, and nothing else."""
    places = [PATH, *(f"/.well-known/{name}{PATH}" for name in DOCUMENTS)]
    return DispatcherMiddleware(NotFound(), dict.fromkeys(places, app.wsgi_app))


def stripped(app: Flask) -> Callable[..., object]:
    """A proxy that takes the path away."""

    def hand_on(environ, start_response):
        inside = environ["PATH_INFO"].removeprefix(PATH)
        return app.wsgi_app(environ | {"PATH_INFO": inside}, start_response)

    return hand_on


@dataclass(frozen=True)
class Served:
    """An office on loopback below its path."""

    office: Office
    url: str
    folder: Path

    def get(self, path: str) -> requests.Response:
        """What lies at a path of the host."""
        return requests.get(self.url.removesuffix(PATH) + path, timeout=60, allow_redirects=False)


@pytest.fixture(scope="module", params=[whole, mounted, stripped])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    door = Flask("door")  # it has to be open before the issuer knows its own address
    folder = tmp_path_factory.mktemp("office") / "u"
    with serving(door) as address:
        url = f"http://localhost:{urlsplit(address).port}{PATH}"
        office = found_office(folder, f"sqlite:///{folder.parent / 'issuer.sqlite'}", url=url)
        door.wsgi_app = request.param(office.app)  # type: ignore[method-assign]
        yield Served(office, url, folder)
        office.issuer.database.close()


@pytest.fixture
def link(served: Served) -> str:
    """The link to a new record."""
    served.office.clock.move(seconds=1)
    person = f"person {served.office.clock().timestamp()}"
    institution = served.office.institution
    return str(institution.hand_in(person)["offer_uri"])


def test_the_documents_lie_between_host_and_path(served: Served):
    issuer, server, keys = (served.get(f"/.well-known/{name}{PATH}").json() for name in DOCUMENTS)

    assert issuer["credential_issuer"] == server["issuer"] == served.url
    assert issuer["credential_endpoint"] == f"{served.url}/credential"
    assert server["token_endpoint"] == f"{served.url}/token"
    assert keys["jwks"]["keys"]


def test_the_did_document_lies_below_the_path(served: Served):
    port = urlsplit(served.url).port
    did = f"did:web:localhost%3A{port}:uni:registry"
    fetch = AllowedFetch([f"localhost:{port}"], private_addresses=True)

    assert document_url(did) == f"{served.url}/did.json"
    assert resolve_did_web(did, fetch).methods


def test_a_wallet_collects_a_credential_and_finds_its_status(served: Served, link: str):
    registry, now = registry_of(served.folder), served.office.clock()
    origin = served.url.removesuffix(PATH)
    with closing(Client(origin)) as client:
        offer = fetch_offer(address_in(link), client)
        issued = collect(offer, HOLDER, client, now=now)
    credential = verify_credential(issued, registry, now=now)

    assert offer.issuer_url == served.url
    assert credential.status.uri.startswith(f"{served.url}/status-lists/")
    assert served.get(urlsplit(credential.status.uri).path).status_code == 200


def test_a_proof_of_possession_names_the_whole_address(served: Served, link: str):
    offer = requests.get(address_in(link), timeout=60).json()
    key = es256("DPoP")

    def redeemed(address: str) -> requests.Response:
        claims = {"htm": "POST", "htu": address, "jti": b64url_encode(sha256(address.encode()))}
        proof = sign_jws(
            {**claims, "iat": int(served.office.clock().timestamp())},
            key,
            typ=DPOP_TYP,
            header={"jwk": key.public.to_jwk()},
        )
        code = offer["grants"][GRANT_TYPE]["pre-authorized_code"]
        form = {"grant_type": GRANT_TYPE, "pre-authorized_code": code}
        return requests.post(f"{served.url}/token", form, headers={"DPoP": proof}, timeout=60)

    elsewhere, here = redeemed(f"{served.url.removesuffix(PATH)}/token"), redeemed(f"{served.url}/token")

    assert elsewhere.json()["error"] == "invalid_dpop_proof"
    assert here.json()["token_type"] == "DPoP"


def test_an_officer_signs_in_and_every_link_and_form_stays_below_the_path(served: Served):
    with requests.Session() as session:
        page = session.get(served.url, timeout=60)
        token = unescape(_TOKEN.findall(page.text)[0])
        form = {"csrf_token": token, "password": served.office.officer.password}
        home = session.post(page.url, form, timeout=60)
        pages = [home, *(session.get(f"{served.url}/{name}", timeout=60) for name in PAGES)]

        assert page.url == f"{served.url}/sign-in"
        assert home.url == f"{served.url}/"
        assert {cookie.path for cookie in session.cookies} == {PATH}
    addresses = {address for each in pages for address in _ADDRESS.findall(each.text)}
    assert len(addresses) > 10
    assert not [address for address in addresses if not address.startswith(f"{PATH}/")]


def test_a_form_without_its_token_is_refused_below_a_path_too(served: Served):
    form = {"password": served.office.officer.password}

    assert requests.post(f"{served.url}/sign-in", form, timeout=60).status_code == 400


@pytest.mark.parametrize(
    ("script_name", "path_info", "inside"),
    [
        ("", "/uni/token", "/token"),
        ("/uni", "/token", "/token"),
        ("", "/token", "/token"),
        ("", "/uni", "/"),
        ("/uni", "", "/"),
        ("", "/uni/uni", "/uni"),
        ("", "/university/token", "/university/token"),
        ("", "/.well-known/jwt-vc-issuer/uni", "/.well-known/jwt-vc-issuer"),
        ("/.well-known/jwt-vc-issuer/uni", "", "/.well-known/jwt-vc-issuer"),
        ("", "/uni/.well-known/jwt-vc-issuer", "/.well-known/jwt-vc-issuer"),
        ("", "/.well-known/a/b/uni", "/.well-known/a/b/uni"),
        ("", "/.well-known/jwt-vc-issuer/university", "/.well-known/jwt-vc-issuer/university"),
        ("", "/.well-known//uni", "/.well-known/"),
        ("", "/.well-known/uni", "/.well-known/uni"),
    ],
)
def test_what_is_asked_below_the_path_is_asked_of_the_app(script_name: str, path_info: str, inside: str):
    asked: list[tuple[str, str]] = []

    def app(environ, start_response):
        asked.append((environ["SCRIPT_NAME"], environ["PATH_INFO"]))
        return []

    environ = EnvironBuilder().get_environ() | {"SCRIPT_NAME": script_name, "PATH_INFO": path_info}
    Mount(app, "/uni")(environ, lambda *_: lambda _: None)

    assert asked == [("/uni", inside)]
