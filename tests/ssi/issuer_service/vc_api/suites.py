"""A service with the VC-API alone, and a client that asks it as conformance suites do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ssi.did.did_web import Fetch
from ssi.did.resolve import no_fetch
from ssi.issuer_service.vc_api.blueprint import VcApiSettings, create_vc_api
from ssi.linked_data.contexts import CREDENTIALS_V2
from tests.ssi.issuer_service.visitors import MovingClock

URL = "http://127.0.0.1:8701"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
SELECTIVE = ("ecdsa-sd-2023", "bbs-2023")
SIGNING = (
    "eddsa-rdfc-2022",
    "eddsa-jcs-2022",
    "ecdsa-rdfc-2019",
    "ecdsa-rdfc-2019-p384",
    "ecdsa-jcs-2019",
    "ecdsa-jcs-2019-p384",
)
TOKENS = ("vc-jose", "vc-jose-es384", "vc-jose-eddsa")
ALL = (*SIGNING, *SELECTIVE, *TOKENS, "vc-sd-jwt", "bitstring-status-list")
REVOCATION = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
SUSPENSION = {"type": "BitstringStatusListEntry", "statusPurpose": "suspension"}
SECURITY = "https://w3id.org/security#"
DATA_MODEL = "https://www.w3.org/TR/vc-data-model#"
STATUS = "https://www.w3.org/ns/credentials/status-list#"


@dataclass
class Service:
    """One service, its clock, and what others say when it asks them."""

    seed: bytes = bytes(range(32))
    url: str = URL
    fetch: Fetch = no_fetch
    clock: MovingClock = field(default_factory=MovingClock)

    @cached_property
    def client(self) -> FlaskClient:
        app = Flask("vc-api")
        settings = VcApiSettings(self.seed, self.url, self.fetch, self.clock)
        app.register_blueprint(create_vc_api(settings))
        return app.test_client()

    def post(self, path: str, **body: Any) -> TestResponse:
        return self.client.post(path, json=body)

    def try_to_issue(self, document: Any, slug: str = "", **options: Any) -> TestResponse:
        return self.post(f"{prefix(slug)}/credentials/issue", credential=document, options=options)

    def issue(self, document: Any, slug: str = "", **options: Any) -> dict[str, Any]:
        response = self.try_to_issue(document, slug, **options)
        assert response.status_code == 201, response.text
        return dict(response.get_json()["verifiableCredential"])

    def derive(self, document: Any, *pointers: str, **options: Any) -> dict[str, Any]:
        asked = {"selectivePointers": list(pointers), **options}
        response = self.post("/credentials/derive", verifiableCredential=document, options=asked)
        assert response.status_code == 201, response.text
        return dict(response.get_json()["verifiableCredential"])

    def shown(self, slug: str, document: Any, **options: Any) -> dict[str, Any]:
        """A credential as a verifier is shown it."""
        issued = self.issue(document, slug, **options)
        return self.derive(issued, "/credentialSubject") if slug in SELECTIVE else issued

    def verify(self, document: Any, **options: Any) -> TestResponse:
        return self.post("/credentials/verify", verifiableCredential=document, options=options)

    def verify_presentation(self, document: Any, **options: Any) -> TestResponse:
        return self.post("/presentations/verify", verifiablePresentation=document, options=options)

    def prove(self, document: Any, slug: str = "", **options: Any) -> dict[str, Any]:
        response = self.post(f"{prefix(slug)}/presentations/prove", presentation=document, options=options)
        assert response.status_code == 201, response.text
        return dict(response.get_json()["verifiablePresentation"])

    def issuer(self, slug: str) -> str:
        issuers = self.client.get("/vc-api/configuration").get_json()["issuers"]
        return next(str(each["id"]) for each in issuers if f"/{slug}/" in each["endpoint"])


def prefix(slug: str) -> str:
    return f"/vc-api/{slug}" if slug else ""


def credential(**members: Any) -> dict[str, Any]:
    """A credential as suites write it; None takes a member out."""
    base = {
        "@context": [CREDENTIALS_V2],
        "id": "urn:uuid:86294362-4254-4f36-854f-3952fe42555d",
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "validFrom": "2023-02-26T00:37:06Z",
        "credentialSubject": {"id": "did:example:subject", "name": "Example"},
    }
    return {name: value for name, value in {**base, **members}.items() if value is not None}


def presentation(*credentials: Any, **members: Any) -> dict[str, Any]:
    base = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        **({"verifiableCredential": list(credentials)} if credentials else {}),
    }
    return {name: value for name, value in {**base, **members}.items() if value is not None}


def kind_of(response: TestResponse) -> str:
    """The type of the problem of a refusal."""
    assert response.status_code == 400, response.text
    document = response.get_json()
    problem = document["problemDetails"][0] if "problemDetails" in document else document
    return str(problem["type"])


def answering(pages: Mapping[str, bytes | Callable[[], bytes]]) -> Fetch:
    """A fetch that finds these pages."""

    def fetch(url: str, *, max_bytes: int) -> bytes:
        if url not in pages:
            return no_fetch(url, max_bytes=max_bytes)
        page = pages[url]
        return page() if callable(page) else page

    return fetch
