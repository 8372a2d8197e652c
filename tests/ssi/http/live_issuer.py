"""A real issuer on loopback, whose answers a test can alter on their way."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from crypto.randomness import stream
from crypto.reading import Fields
from crypto.signing import generate_es256
from ssi.http.offer_link import parse_link
from ssi.issuer_service.bootstrap import create_app, open_issuer
from ssi.issuer_service.folder import make_folder
from ssi.issuer_service.settings import IssuerSettings
from ssi.trust import TrustRegistry
from tests.serving import serving
from tests.ssi.issuer_service.offices import registry_of
from tests.ssi.issuer_service.visitors import Institution, MovingClock
from tests.ssi.parties import EXAM, UNIVERSITY

ISSUER_METADATA = "/.well-known/openid-credential-issuer"
SERVER_METADATA = "/.well-known/oauth-authorization-server"
ORGANISATION = {"name": "Institute of Public Health", "kind": "research_institute", "country": "AT"}
_SEED = bytes(range(32))

Change = Callable[[Any], object]


@dataclass
class LiveIssuer:
    """An issuer that is what it says, except where a test changes an answer or refuses a path."""

    url: str
    registry: TrustRegistry
    institution: Institution
    clock: MovingClock
    changes: dict[str, Change] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    handed_in: int = 0

    def link(self) -> str:
        """The link to the record of a person who was not here before."""
        return self.record().text("offer_uri")

    def record(self, **more: object) -> Fields:
        """What the issuer answers when the record of a person who was not here before is handed in."""
        return self._hand_in("exam/1", EXAM, more)

    def organisation(self, **more: object) -> Fields:
        """What the issuer answers when an organisation that was not here before is handed in."""
        return self._hand_in("organisation/1", ORGANISATION, more)

    def _hand_in(self, data_set: str, values: object, more: Mapping[str, object]) -> Fields:
        self.handed_in += 1
        about = {"data_set": data_set, "external_id": f"subject-{self.handed_in}", "values": values, **more}
        response = self.institution.post("/credentials", about)
        assert response.status_code == 201, response.text
        return Fields.of(response.get_json(), "answer")

    def as_new(self) -> "LiveIssuer":
        """The same issuer, honest again; its time goes on."""
        self.changes.clear()
        self.refusals.clear()
        self.heard.clear()
        return self

    def change(self, path: str, **members: object) -> None:
        """Replace members of the document that is answered at a path."""
        self.changes[path] = lambda document: {**document, **members}

    def watch(self, app: Flask) -> None:
        """Stand between this issuer and whoever asks it."""

        @app.before_request
        def refuse() -> None:
            if not request.path.startswith("/api/"):  # that is the institution itself
                self.heard.append(request.path)
            if request.path in self.refusals:
                abort(self.refusals[request.path])

        @app.after_request
        def alter(response: Response) -> Response:
            if request.path in self.changes:
                altered = self.changes[request.path](response.get_json(silent=True))
                response.set_data(altered if isinstance(altered, str) else json.dumps(altered))
            return response


@contextmanager
def live_issuer(folder: Path) -> Iterator[LiveIssuer]:
    """Serve an issuer of exam records and organisations that keeps its files in an empty folder."""
    door = Flask("door")  # it has to be open before the issuer knows its own address
    clock, random = MovingClock(), stream(_SEED, "tests/live issuer")
    with serving(door) as url:
        settings = IssuerSettings(
            id=UNIVERSITY,
            name="Example University",
            url=url,
            data_sets=("exam/1",),
            organisations=True,
            database_url=f"sqlite:///{folder / 'issuer.sqlite'}",
            status_list_size=2**10,
        )
        identity = make_folder(folder, settings, key=generate_es256(random), secret=random(32))
        issuer = open_issuer(identity, now=clock, random=random)
        app = create_app(issuer)
        institution = Institution(app.test_client(), issuer.api_keys.create(now=clock()))
        live = LiveIssuer(url, registry_of(folder), institution, clock)
        live.watch(app)
        door.wsgi_app = app.wsgi_app  # type: ignore[method-assign]
        try:
            yield live
        finally:
            issuer.database.close()


def address_in(link: str) -> str:
    """Where the offer of a link lies."""
    address = parse_link(link).address
    assert address is not None
    return address


def path_in(link: str) -> str:
    """The path at which the offer of a link lies."""
    return urlsplit(address_in(link)).path
