"""A real issuer on loopback, whose answers a test can alter on their way."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request

from crypto.encoding import Json, parse_json
from crypto.randomness import stream
from crypto.reading import Fields
from crypto.signing import generate_es256
from ssi.issuer_service.bootstrap import create_app, open_issuer
from ssi.issuer_service.settings import IssuerSettings, make_folder
from ssi.trust import TrustRegistry
from ssi.trust_parts import marketplace_part
from tests.serving import serving
from tests.ssi.issuer_service.visitors import Institution, MovingClock, record
from tests.ssi.parties import UNIVERSITY, assembled, certificate, ed25519

ISSUER_METADATA = "/.well-known/openid-credential-issuer"
SERVER_METADATA = "/.well-known/oauth-authorization-server"
ORGANISATION = {"name": "Institute of Public Health", "kind": "research_institute", "country": "AT"}
_SEED = bytes(range(32))

Change = Callable[[Any], object]


@dataclass
class LiveIssuer:
    """An issuer that is what it says, except where a test changes an answer or refuses a path."""

    url: str
    part: dict[str, Json]
    institution: Institution
    clock: MovingClock
    changes: dict[str, Change] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    @property
    def registry(self) -> TrustRegistry:
        """A trust registry that names this issuer."""
        return assembled([self.part, _market()])

    def link(self, external_id: str = "student-1", **changes: object) -> str:
        """The link to a new exam record."""
        return self.hand_in(record(external_id, **changes)).text("offer_uri")

    def hand_in(self, document: object) -> Fields:
        """What the issuer answers when a record is handed in."""
        response = self.institution.post("/credentials", document)
        assert response.status_code == 201, response.text
        return Fields.of(response.get_json(), "answer")

    def organisation(self, **more: object) -> Fields:
        """What the issuer answers when an organisation is handed in."""
        return self.hand_in(
            {"data_set": "organisation/1", "external_id": "iph", "values": ORGANISATION, **more}
        )

    def change(self, path: str, **members: object) -> None:
        """Replace members of the document that is answered at a path."""
        self.changes[path] = lambda document: {**document, **members}

    def watch(self, app: Flask) -> None:
        """Stand between this issuer and whoever asks it."""

        @app.before_request
        def refuse() -> None:
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
def live_issuer(folder: Path, database_url: str, **changes: Any) -> Iterator[LiveIssuer]:
    """Serve an issuer of exam records and organisations; `changes` are to its settings."""
    door = Flask("door")  # it has to be open before the issuer knows its own address
    clock, random = MovingClock(), stream(_SEED, "tests/live issuer")
    with serving(door) as url:
        settings = {"data_sets": ("exam/1",), "organisations": True, "status_list_size": 2**10, **changes}
        made = IssuerSettings(
            id=UNIVERSITY, name="Example University", url=url, database_url=database_url, **settings
        )
        identity = make_folder(folder, made, key=generate_es256(random), secret=random(32))
        issuer = open_issuer(identity, now=clock, random=random)
        app = create_app(issuer)
        institution = Institution(app.test_client(), issuer.api_keys.create(now=clock()))
        part = parse_json((folder / "public.json").read_bytes())
        assert isinstance(part, dict)
        live = LiveIssuer(url, part, institution, clock)
        live.watch(app)
        door.wsgi_app = app.wsgi_app  # type: ignore[method-assign]
        yield live
        issuer.database.close()


def _market() -> dict[str, Json]:
    return marketplace_part(
        "market",
        "Marketplace",
        url="http://127.0.0.1:8000",
        verifying_key=ed25519("market").public,
        tls_certificate=certificate("market"),
    )
