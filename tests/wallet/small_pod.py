"""A pod with its sign-in, small and honest, as an app on loopback; a test makes it lie where it wants to.

It checks what a real one checks: proofs of keys, the verifier of PKCE, tokens, the state of a file.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask, Response, jsonify, request

from crypto.encoding import b64url_encode, sha256
from crypto.signing import SigningKey
from ssi.issuer_service.domain.dpop import SentRequest, verify_dpop
from ssi.jws import sign_jws
from tests.serving import serving
from tests.ssi.parties import es256
from wallet.clients.pod.discovery import ISSUER, PIM_STORAGE
from wallet.domain.clock import Clock
from wallet.domain.pod import Pod
from wallet.domain.session import Session
from wallet.errors import PodError, PodTrouble
from wallet.services.pod_suite import PodUse

BACK = "https://wallet.example/pod/callback"
LDP = "http://www.w3.org/ns/ldp#"
_STORAGE_LINK = f'<{PIM_STORAGE}>; rel="type"'
Change = Callable[[Response], Response | None]


@dataclass
class SmallPod:
    """One person's pod under `/anna/`. `changes` alters answers by method and path, `claims` an ID token,
    and `forgets` the end of what is written."""

    clock: Clock
    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    key: SigningKey = field(default_factory=lambda: es256("small pod"))
    changes: dict[str, Change] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    seconds: int = 3600
    space: int = 10_000_000
    full: int = 507
    forgets: bool = False
    heard: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    requests: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    refreshing: dict[str, str] = field(default_factory=dict)

    @property
    def webid(self) -> str:
        """Who its person is."""
        return f"{self.url}/anna/profile/card#me"

    @property
    def storage(self) -> str:
        """Where her files begin."""
        return f"{self.url}/anna/"

    def approve(self, page: str, **changes: str) -> dict[str, str]:
        """Say yes on the page of an address; what the browser takes back to the wallet."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        code = f"code-{len(self.requests)}"
        self.requests[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.url, **changes}

    def change(self, method: str, path: str, **members: object) -> None:
        """Replace members of the JSON document that is answered there."""

        def alter(response: Response) -> None:
            response.set_data(json.dumps({**response.get_json(), **members}))

        self.changes[f"{method} {path}"] = alter

    def answer(self, method: str, path: str, **answer: Any) -> None:
        """Answer something else there, whatever was asked."""
        self.changes[f"{method} {path}"] = lambda _: Response(**answer)

    def app(self) -> Flask:
        """The pod as an app."""
        app = Flask("small pod")
        app.add_url_rule("/.well-known/openid-configuration", "about", self._about)
        app.add_url_rule("/jwks", "keys", self._keys)
        app.add_url_rule("/register", "register", self._register, methods=["POST"])
        app.add_url_rule("/token", "token", self._token, methods=["POST"])
        app.add_url_rule("/revoke", "revoke", self._revoke, methods=["POST"])
        app.add_url_rule("/anna/<path:name>", "file", self._resource, methods=["GET", "PUT", "DELETE"])
        app.add_url_rule("/anna", "no slash", lambda: Response(status=404))
        app.add_url_rule("/anna/", "pod", lambda: self._resource(""), methods=["GET"])
        app.after_request(self._altered)
        return app

    def _altered(self, response: Response) -> Response:
        self.heard.append(f"{request.method} {request.path}")
        self.bodies.append(request.get_data())
        change = self.changes.get(f"{request.method} {request.path}")
        return (change(response) or response) if change else response

    def _about(self) -> Response:
        return jsonify(
            issuer=self.url,
            authorization_endpoint=f"{self.url}/authorize",
            token_endpoint=f"{self.url}/token",
            jwks_uri=f"{self.url}/jwks",
            registration_endpoint=f"{self.url}/register",
            revocation_endpoint=f"{self.url}/revoke",
            dpop_signing_alg_values_supported=["ES256"],
            authorization_response_iss_parameter_supported=True,
        )

    def _keys(self) -> Response:
        return jsonify(keys=[{**self.key.public.to_jwk(), "kid": "1"}])

    def _register(self) -> Response:
        return jsonify(client_id="the wallet", token_endpoint_auth_method="none")

    def _token(self) -> tuple[Response, int] | Response:
        proved = self._proved(None)
        form = request.form
        if form["grant_type"] == "refresh_token":
            if self.refreshing.get(form["refresh_token"]) != proved:
                return jsonify(error="invalid_grant"), 400
            return self._granted(proved)
        asked = self.requests.pop(form["code"], None)
        if asked is None or b64url_encode(sha256(form["code_verifier"].encode())) != asked["code_challenge"]:
            return jsonify(error="invalid_grant"), 400
        assert proved == asked["dpop_jkt"]
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.url,
            "aud": asked["client_id"],
            "sub": "anna",
            "webid": self.webid,
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
            **self.claims,
        }
        return self._granted(proved, id_token=sign_jws(claims, self.key, typ="JWT", kid="1"))

    def _granted(self, thumbprint: str, **more: object) -> Response:
        token, again = f"token-{len(self.tokens)}", f"again-{len(self.refreshing)}"
        self.tokens[token] = self.refreshing[again] = thumbprint
        told = {"access_token": token, "refresh_token": again, "expires_in": self.seconds}
        return jsonify(token_type="DPoP", **told, **more)

    def _revoke(self) -> Response:
        self.refreshing.pop(request.form["token"], None)
        self.tokens.clear()
        return Response()

    def _proved(self, token: str | None) -> str:
        sent = SentRequest(request.method, f"{self.url}{request.path}", token)
        return verify_dpop(request.headers["DPoP"], sent, now=self.clock()).thumbprint

    def _resource(self, name: str) -> Response:
        if name == "profile/card":
            return self._profile()
        link = {"Link": _STORAGE_LINK} if name == "" else {}
        if request.method == "HEAD" and name in {"", "profile/"}:
            return Response(headers=link)
        token = request.headers.get("Authorization", "").removeprefix("DPoP ")
        if self.tokens.get(token) is None or self._proved(token) != self.tokens[token]:
            return Response(status=401, headers=link)
        if name == "" or name.endswith("/"):
            return self._listed(name)
        return self._written(name) if request.method == "PUT" else self._file(name)

    def _file(self, name: str) -> Response:
        if name not in self.files:
            return Response(status=404)
        mark = f'"{b64url_encode(sha256(self.files[name]))}"'
        if request.method == "DELETE":
            if request.headers.get("If-Match") != mark:
                return Response(status=412)
            del self.files[name]
            return Response(status=205)
        return Response(self.files[name], headers={"ETag": mark})

    def _written(self, name: str) -> Response:
        if request.headers.get("If-None-Match") == "*" and name in self.files:
            return Response(status=412)
        content = request.get_data()
        if sum(map(len, self.files.values())) + len(content) > self.space:
            return Response(status=self.full)
        self.files[name] = content[:-1] if self.forgets else content
        return Response(status=201)

    def _listed(self, name: str) -> Response:
        below = {each.removeprefix(name) for each in self.files if each.startswith(name)}
        inside = sorted({each.partition("/")[0] + "/" * ("/" in each) for each in below})
        if name and not inside:
            return Response(status=404)
        things: list[Any] = [
            {
                "@id": f"{self.storage}{name}",
                f"{LDP}contains": [{"@id": f"{self.storage}{name}{each}"} for each in inside],
            }
        ]
        things += [
            {
                "@id": f"{self.storage}{name}{each}",
                "http://www.w3.org/ns/posix/stat#size": [{"@value": len(self.files[f"{name}{each}"])}],
                "http://purl.org/dc/terms/modified": [{"@value": "2026-03-01T08:00:00Z"}],
            }
            for each in inside
            if not each.endswith("/")
        ]
        return linked_data(things)

    def _profile(self) -> Response:
        return linked_data([{"@id": self.webid, ISSUER: [{"@id": self.url}]}])


def sign_in(use: PodUse, session: Session, pod: "SmallPod") -> Pod:
    """Connect it to a wallet."""
    waiting, page = use.connect.begin(use.connect.look(pod.webid), BACK)
    return use.connect.finish(session, waiting, pod.approve(page))


def cause(caught: pytest.ExceptionInfo[PodError]) -> PodTrouble:
    """Why a pod did not do it."""
    return caught.value.cause


def linked_data(document: object) -> Response:
    """A document as pods give it."""
    return Response(json.dumps(document), mimetype="application/ld+json")


@contextmanager
def small_pod(clock: Clock) -> Iterator[SmallPod]:
    """Open one."""
    pod = SmallPod(clock)
    with serving(pod.app()) as url:
        pod.url = url
        yield pod


def back_at(page: str, answer: dict[str, str]) -> str:
    """The address at the wallet to which a browser is sent back."""
    asked = parse_qs(urlsplit(page).query)
    return f"{urlsplit(asked['redirect_uri'][0]).path}?{urlencode(answer)}"
