"""A hospital's server as SMART App Launch 2.2 and FHIR R4 have it: strict, on loopback, able to misbehave.

It refuses what a real one refuses: another redirect, a verifier that does not fit its challenge, a code used
twice, a token that has run out or is of nobody. A test sets what it does wrong.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, Response, jsonify, request

from crypto.encoding import b64url_encode, sha256
from tests.serving import serving
from tests.wallet.sources.files import observation
from wallet.domain.clock import Clock

CLIENT = "https://wallet.example"
PATIENT = "anna-1"


@dataclass
class Asked:
    """One request for authorisation that the person said yes to."""

    redirect_uri: str
    challenge: str
    scope: str
    is_used: bool = False


@dataclass
class SmartServer:
    """One hospital. `pages` are its observations; the rest is how it behaves."""

    clock: Clock
    address: str = ""
    pages: list[list[dict[str, Any]]] = field(default_factory=lambda: [[pulse(60)], [pulse(61, minute=1)]])
    configuration: dict[str, Any] = field(default_factory=dict)
    next_links: dict[int, str] = field(default_factory=dict)
    answers: dict[int, list[Response]] = field(default_factory=dict)
    patient: str | None = PATIENT
    granted_scope: str | None = None
    token_type: str = "Bearer"
    padding: int = 0
    names_itself: bool = False
    searches: list[dict[str, list[str]]] = field(default_factory=list)
    tokens: dict[str, datetime] = field(default_factory=dict)
    refreshing: set[str] = field(default_factory=set)
    revoked: list[str] = field(default_factory=list)
    can_revoke: bool = True
    _codes: dict[str, Asked] = field(default_factory=dict)

    def expire_tokens(self) -> None:
        self.tokens = dict.fromkeys(self.tokens, self.clock() - timedelta(seconds=1))

    def visited(self, page: str, **lies: str) -> dict[str, str]:
        """A person signs in at the page and says yes: what her browser brings back."""
        told = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        assert told["response_type"] == "code"
        assert told["code_challenge_method"] == "S256"
        assert told["aud"] == f"{self.address}/fhir"
        code = secrets.token_urlsafe()
        self._codes[code] = Asked(told["redirect_uri"], told["code_challenge"], told["scope"])
        own = {"iss": f"{self.address}/auth"} if self.names_itself else {}
        return {"code": code, "state": told["state"], **own, **lies}

    def app(self) -> Flask:
        app = Flask(__name__)
        app.get("/fhir/.well-known/smart-configuration")(self._configured)
        app.get("/auth/authorize")(self._authorize)
        app.post("/auth/token")(self._token)
        app.post("/auth/revoke")(self._revoke)
        app.get("/fhir/Observation")(self._search)
        return app

    def _configured(self) -> Response:
        auth = f"{self.address}/auth"
        told = {
            "issuer": auth,
            "authorization_endpoint": f"{auth}/authorize",
            "token_endpoint": f"{auth}/token",
            "revocation_endpoint": f"{auth}/revoke" if self.can_revoke else None,
            "capabilities": ["launch-standalone", "client-public", "permission-v2", "permission-offline"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": self.names_itself,
        }
        merged = {**told, **self.configuration}
        return jsonify({name: value for name, value in merged.items() if value is not None})

    def _authorize(self) -> Response:
        answer = self.visited(request.url)
        back = request.args["redirect_uri"]
        return Response(status=302, headers={"Location": f"{back}?{urlencode(answer)}"})

    def _token(self) -> Response:
        form = request.form
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.refreshing:
                return _refused("invalid_grant")
            self.refreshing.discard(form["refresh_token"])
            return self._granted("launch/patient patient/Observation.rs offline_access")
        asked = self._codes.get(form["code"])
        challenge = b64url_encode(sha256(form["code_verifier"].encode()))
        if (
            asked is None
            or asked.is_used
            or (form["redirect_uri"], challenge) != (asked.redirect_uri, asked.challenge)
            or "client_id" not in form
        ):
            return _refused("invalid_grant")
        asked.is_used = True
        return self._granted(asked.scope)

    def _granted(self, scope: str) -> Response:
        token = secrets.token_urlsafe()
        self.tokens[token] = self.clock() + timedelta(hours=1)
        told: dict[str, Any] = {
            "access_token": token,
            "token_type": self.token_type,
            "expires_in": 3600,
            "scope": scope if self.granted_scope is None else self.granted_scope,
            "patient": self.patient,
        }
        if "offline_access" in scope:
            refresh = secrets.token_urlsafe()
            self.refreshing.add(refresh)
            told["refresh_token"] = refresh
        return jsonify({name: value for name, value in told.items() if value is not None})

    def _revoke(self) -> Response:
        self.revoked.append(request.form["token"])
        self.tokens.pop(request.form["token"], None)
        self.refreshing.discard(request.form["token"])
        return Response(status=200)

    def _search(self) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.searches.append(parse_qs(request.query_string.decode()))
        if self.tokens.get(token, self.clock() - timedelta(1)) <= self.clock():
            return Response(status=401)
        number = request.args.get("page", default=0, type=int)
        if self.answers.get(number):
            return self.answers[number].pop(0)
        following = self.next_links.get(number)
        if following is None and number + 1 < len(self.pages):
            following = f"{self.address}/fhir/Observation?page={number + 1}"
        link = [{"relation": "self", "url": request.url}]
        if following:
            link.append({"relation": "next", "url": following})
        entries = [{"resource": each} for each in self.pages[number % len(self.pages)]]
        bundle = {"resourceType": "Bundle", "type": "searchset", "link": link, "entry": entries}
        return jsonify({**bundle, "id": "x" * self.padding})


def pulse(value: float, minute: int = 0, patient: str = PATIENT, **changes: Any) -> dict[str, Any]:
    """One observation of a heart rate."""
    at = f"2026-01-31T12:{minute:02d}:00+01:00"
    told = {"effectiveDateTime": at, "subject": {"reference": f"Patient/{patient}"}, **changes}
    return observation("8867-4", value, "/min", **told)


def _refused(code: str) -> Response:
    response = jsonify(error=code)
    response.status_code = 400
    return response


@contextmanager
def open_hospital(clock: Clock) -> Iterator[SmartServer]:
    """A hospital that can be asked over the loopback interface."""
    server = SmartServer(clock)
    with serving(server.app()) as address:
        server.address = address
        yield server
