"""An organisation's own sign-in on loopback, honest unless a test lets it lie (OpenID Connect Core 1.0)."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jws
from joserfc.jwk import RSAKey

from crypto.encoding import b64url_encode
from tests.serving import serving

CLIENT, SECRET = "market", "s3cret: with %+&="
ANNA = {
    "sub": "anna-1",
    "email": "Anna@institute.example",
    "email_verified": True,
    "name": "Anna Gruber",
}


def a_key(kid: str = "one") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


KEY = a_key()


@dataclass
class Provider:
    """What it says; tests replace parts of it to play attacks."""

    now: Callable[[], datetime]
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: KEY)
    published: list[dict[str, Any]] = field(default_factory=lambda: [KEY.as_dict(private=False)])
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    userinfo: dict[str, Any] = field(default_factory=lambda: dict(ANNA))
    sign: Callable[[dict[str, Any]], str] | None = None
    heard: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask("provider")

        @app.before_request
        def lie() -> Response | None:
            self.heard.append(request.path)
            answer = self.answers.get(request.path)
            return None if answer is None else answer()

        app.get("/.well-known/openid-configuration")(self._configuration)
        app.get("/authorize")(self._authorize)
        app.get("/jwks", endpoint="jwks")(lambda: jsonify(keys=self.published))
        app.post("/token")(self._token)
        app.get("/me", endpoint="me")(lambda: jsonify(self.userinfo))
        return app

    def signed_in(self, page: str, **person: Any) -> dict[str, str]:
        """What the browser brings back after somebody signed in on the page."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked
        self.claims = {**ANNA, **person}
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def _authorize(self) -> Response:
        """Anna is signed in here already, so whoever comes is sent back at once."""
        back = self.signed_in(request.url)
        return redirect(f"{request.args['redirect_uri']}?{urlencode(back)}")  # type: ignore[return-value]

    def _configuration(self) -> Response:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/me",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return jsonify({name: each for name, each in {**told, **self.metadata}.items() if each is not None})

    def _token(self) -> tuple[Response, int] | Response:
        given = request.headers.get("Authorization", "").removeprefix("Basic ")
        name, _, secret = b64decode(given).decode().partition(":")
        asked = self.codes.pop(request.form.get("code", ""), None)
        if (unquote(name), unquote(secret)) != (CLIENT, SECRET) or asked is None:
            return jsonify(error="invalid_client"), 401
        challenge = create_s256_code_challenge(request.form["code_verifier"])
        if challenge != asked["code_challenge"] or request.form["redirect_uri"] != asked["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        moment = int(self.now().timestamp())
        told = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": moment + 300,
            "iat": moment,
            "nonce": asked["nonce"],
            **self.claims,
        }
        told = {claim: value for claim, value in told.items() if claim not in self.left_out}
        token = self.sign(told) if self.sign else rs256(self.key, told)
        return jsonify(access_token="an access token", token_type="Bearer", id_token=token)


def rs256(key: RSAKey, claims: dict[str, Any], **header: Any) -> str:
    told = {"alg": "RS256", "kid": key.kid, **header}
    return jws.serialize_compact(told, json.dumps(claims), key)


def unsigned(claims: dict[str, Any]) -> str:
    header = b64url_encode(json.dumps({"alg": "none"}).encode())
    return f"{header}.{b64url_encode(json.dumps(claims).encode())}."


@contextmanager
def provider(now: Callable[[], datetime]) -> Iterator[Provider]:
    """A provider that answers on loopback."""
    one = Provider(now)
    with serving(one.app()) as url:
        one.issuer = url
        yield one
