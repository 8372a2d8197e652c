"""Who comes to the registry office in tests: its clock, an institution's system, a wallet, an officer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crypto.encoding import canonical_json
from crypto.reading import Fields
from crypto.sealing import Argon2Cost
from crypto.signing import SigningKey
from ssi.issuer_service.domain.documents import GRANT_TYPE
from ssi.issuer_service.domain.key_proof import PROOF_TYP
from ssi.issuer_service.opened import IssuerApp
from ssi.jws import sign_jws
from tests.ssi.parties import EXAM, HOLDER, NOW

URL = "http://127.0.0.1:8701"
CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
_TOKEN_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class MovingClock:
    """A clock that stands still until it is moved."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        """Let time pass: ``move(minutes=5)``."""
        self.moment += timedelta(**by)


@dataclass
class Institution:
    """An institution's system with its API key."""

    client: FlaskClient
    key: str = field(repr=False)

    def post(self, path: str, document: object) -> TestResponse:
        """Send a document to the API."""
        return self.client.post(
            f"/api/v1{path}",
            data=canonical_json(document),
            headers=self._headers(),
            content_type="application/json",
        )

    def send_table(self, template_id: object, table: bytes | str, **query: str) -> TestResponse:
        """Hand a table in."""
        raw = table.encode() if isinstance(table, str) else table
        return self.client.post(
            "/api/v1/batches",
            data=raw,
            query_string={"template_id": str(template_id), **query},
            headers=self._headers(),
            content_type="text/csv",
        )

    def delete(self, path: str) -> TestResponse:
        """Remove something by the API."""
        return self.client.delete(f"/api/v1{path}", headers=self._headers())

    def template(self, **changes: object) -> str:
        """The id of a new template for exams."""
        response = self.post("/templates", {"data_set": "exam/1", "name": "Exams", **changes})
        assert response.status_code == 201, response.text
        return str(answer_of(response)["template_id"])

    def get(self, path: str) -> TestResponse:
        """Ask the API."""
        return self.client.get(f"/api/v1{path}", headers=self._headers())

    def find(self, external_id: str, **more: object) -> TestResponse:
        """Look for a person's records by the API."""
        return self.post("/credentials/search", {"external_id": external_id, **more})

    def hand_in(self, external_id: str = "student-1", **changes: object) -> dict[str, object]:
        """Hand in one exam record, which must be accepted; the answer."""
        response = self.post("/credentials", record(external_id, **changes))
        assert response.status_code in {200, 201}, response.text
        return answer_of(response)

    def set_status(self, credential_id: object, status: str, reason: str = "by request") -> TestResponse:
        """Change the standing of a credential."""
        return self.post(f"/credentials/{credential_id}/status", {"status": status, "reason": reason})

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def record(external_id: str = "student-1", **changes: object) -> dict[str, object]:
    """An exam record as an institution hands it in; `values` replaces some of the values."""
    values = {**EXAM, **changes.pop("values", {})}  # type: ignore[dict-item]
    return {"data_set": "exam/1", "external_id": external_id, "values": values, "valid_days": 365, **changes}


def answer_of(response: TestResponse) -> dict[str, Any]:
    """The JSON object of an answer."""
    document = response.get_json()
    assert isinstance(document, dict)
    return document


def refusal(response: TestResponse, status: int, error: str) -> str:
    """Check a refusal of the protocol; its description."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    answer = answer_of(response)
    assert answer["error"] == error
    description = str(answer["error_description"])
    assert description.isascii()
    assert not {'"', "\\"} & set(description)
    return description


def problem(response: TestResponse, status: int) -> str:
    """Check a problem document; its detail."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    return str(answer_of(response)["detail"])


@dataclass
class Wallet:
    """A person's wallet: one holder key, the steps of the protocol one by one or all together."""

    client: FlaskClient
    clock: MovingClock
    key: SigningKey = HOLDER

    def offer(self, offer_uri: object) -> Fields:
        """Follow a link to the offer."""
        (address,) = parse_qs(urlsplit(str(offer_uri)).query)["credential_offer_uri"]
        response = self.client.get(urlsplit(address).path)
        assert response.status_code == 200, response.text
        return Fields.of(response.get_json(), "offer")

    def code(self, offer_uri: object) -> str:
        """The pre-authorised code behind a link."""
        return self.offer(offer_uri).section("grants").section(GRANT_TYPE).text("pre-authorized_code")

    def redeem(self, code: str, tx_code: object = None) -> TestResponse:
        """Ask for an access token."""
        form = {"grant_type": GRANT_TYPE, "pre-authorized_code": code}
        if tx_code is not None:
            form["tx_code"] = str(tx_code)
        return self.client.post("/token", data=form)

    def token(self, offer_uri: object, tx_code: object = None) -> str:
        """An access token for the credential behind a link."""
        response = self.redeem(self.code(offer_uri), tx_code)
        assert response.status_code == 200, response.text
        return str(answer_of(response)["access_token"])

    def nonce(self) -> str:
        """A fresh challenge."""
        return str(answer_of(self.client.post("/nonce"))["c_nonce"])

    def proof(
        self,
        *,
        header: Mapping[str, object] | None = None,
        typ: str = PROOF_TYP,
        kid: str | None = None,
        **claims: object,
    ) -> str:
        """A key proof, fresh and right unless told otherwise; a claim that is None is left out."""
        payload = {"aud": URL, "iat": int(self.clock().timestamp()), **claims}
        if "nonce" not in claims:
            payload["nonce"] = self.nonce()
        stated = {name: value for name, value in payload.items() if value is not None}
        header = {"jwk": self.key.public.to_jwk()} if header is None else header
        return sign_jws(stated, self.key, typ=typ, header=header, kid=kid)

    def ask(self, token: str, proof: str | None = None, **changes: object) -> TestResponse:
        """Ask for the credential."""
        request: dict[str, object] = {"credential_configuration_id": "exam/1", **changes}
        if proof is not None:
            request.setdefault("proofs", {"jwt": [proof]})
        return self.client.post(
            "/credential",
            data=canonical_json({name: value for name, value in request.items() if value is not None}),
            headers={"Authorization": f"Bearer {token}"},
            content_type="application/json",
        )

    def collect(self, offer_uri: object, tx_code: object = None, configuration: str = "exam/1") -> str:
        """All steps in order; the credential."""
        token = self.token(offer_uri, tx_code)
        response = self.ask(token, self.proof(), credential_configuration_id=configuration)
        assert response.status_code == 200, response.text
        (issued,) = Fields.of(response.get_json(), "answer").objects("credentials")
        return issued.text("credential")


def text_of(response: TestResponse) -> str:
    """The page of an answer, as it was sent."""
    return str(response.get_data(as_text=True))


@dataclass
class Officer:
    """An officer's browser."""

    client: FlaskClient
    password: str = field(repr=False)

    def sign_in(self, password: str | None = None) -> TestResponse:
        """Send the sign-in form."""
        return self.send("/sign-in", "/sign-in", password=self.password if password is None else password)

    def page(self, path: str) -> str:
        """A page, which must be there."""
        response = self.client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return unescape(response.get_data(as_text=True))

    def send(self, page: str, action: str, /, **fields: str) -> TestResponse:
        """Open a page and send a form from it."""
        found = _TOKEN_FIELD.search(self.client.get(page, follow_redirects=True).get_data(as_text=True))
        assert found, page
        return self.client.post(action, data={"csrf_token": unescape(found[1]), **fields})


@dataclass
class Office:
    """A registry office and the ways into it."""

    issuer: IssuerApp
    app: Flask
    clock: MovingClock
    institution: Institution
    officer: Officer

    def wallet(self, key: SigningKey = HOLDER) -> Wallet:
        """A wallet that visits."""
        return Wallet(self.app.test_client(), self.clock, key)

    def visitor(self) -> FlaskClient:
        """Somebody nobody knows."""
        return self.app.test_client()


def link_of(answer: Mapping[str, object]) -> str:
    """The unguessable part of the link in an answer."""
    return str(answer["offer_uri"]).rpartition("%2F")[2]


def moment(text: object) -> datetime:
    """A moment of an answer."""
    return datetime.fromisoformat(str(text)).astimezone(UTC)
