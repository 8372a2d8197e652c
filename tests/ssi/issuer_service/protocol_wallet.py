"""A wallet that speaks the whole protocol: pushed requests, bound tokens, batches, encrypted answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from joserfc import jwe
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from crypto.encoding import Json, b64url_encode, canonical_json, parse_json, sha256
from crypto.signing import SigningKey
from ssi.issuer_service.domain.attestation import (
    CLIENT_ATTESTATION_TYP,
    CLIENT_POP_TYP,
    KEY_ATTESTATION_TYP,
)
from ssi.issuer_service.domain.documents import CODE_GRANT, GRANT_TYPE, REFRESH_GRANT
from ssi.issuer_service.domain.dpop import DPOP_TYP
from ssi.jws import sign_jws
from tests.ssi.issuer_service.visitors import URL, MovingClock, Office, Wallet, answer_of
from tests.ssi.parties import es256

CLIENT_ID = "https://wallet.example"
REDIRECT_URI = "https://wallet.example/callback"
VERIFIER = "v" * 50
PROVIDER = es256("wallet provider")
_TOKEN_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Instance:
    """A wallet installation: a provider vouches for its key; claims can be bent for attacks."""

    clock: MovingClock
    key: SigningKey = field(default_factory=lambda: es256("wallet instance"))
    provider: SigningKey = PROVIDER
    drawn: int = 0

    def attestation(self, **claims: object) -> str:
        """The provider's word for this installation."""
        stated = {
            "sub": CLIENT_ID,
            "cnf": {"jwk": self.key.public.to_jwk()},
            "exp": int(self.clock().timestamp()) + 3600,
            **claims,
        }
        present = {name: value for name, value in stated.items() if value is not None}
        return sign_jws(present, self.provider, typ=CLIENT_ATTESTATION_TYP)

    def pop(self, key: SigningKey | None = None, **claims: object) -> str:
        """The installation's proof that it holds the key."""
        self.drawn += 1
        now = int(self.clock().timestamp())
        stated = {"iss": CLIENT_ID, "aud": URL, "iat": now, "jti": f"pop-{self.drawn}", **claims}
        return sign_jws(stated, key or self.key, typ=CLIENT_POP_TYP)

    def headers(self, attestation: str | None = None, pop: str | None = None) -> dict[str, str]:
        """Both headers."""
        return {
            "OAuth-Client-Attestation": attestation or self.attestation(),
            "OAuth-Client-Attestation-PoP": pop or self.pop(),
        }

    def key_attestation(self, keys: Sequence[SigningKey], **claims: object) -> str:
        """The provider's word for how keys are kept."""
        stated = {
            "iat": int(self.clock().timestamp()),
            "attested_keys": [dict(key.public.to_jwk()) for key in keys],
            **claims,
        }
        return sign_jws(stated, self.provider, typ=KEY_ATTESTATION_TYP)


@dataclass
class ProtocolWallet:
    """A wallet with a DPoP key; every step is a method of its own."""

    client: FlaskClient
    clock: MovingClock
    dpop_key: SigningKey = field(default_factory=lambda: es256("DPoP"))
    drawn: int = 0

    def dpop(
        self,
        path: str,
        *,
        token: str | None = None,
        key: SigningKey | None = None,
        header: Mapping[str, object] | None = None,
        typ: str = DPOP_TYP,
        **claims: object,
    ) -> str:
        """A DPoP proof, fresh and right unless told otherwise; a claim that is None is left out."""
        key = key or self.dpop_key
        self.drawn += 1
        stated: dict[str, object] = {
            "htm": "POST",
            "htu": f"{URL}{path}",
            "iat": int(self.clock().timestamp()),
            "jti": f"dpop-{self.drawn}",
        }
        if token is not None:
            stated["ath"] = b64url_encode(sha256(token.encode()))
        present = {name: value for name, value in {**stated, **claims}.items() if value is not None}
        return sign_jws(present, key, typ=typ, header=header or {"jwk": key.public.to_jwk()})

    def push(self, *, headers: Mapping[str, str] | None = None, **changes: str | None) -> TestResponse:
        """Push an authorisation request; a parameter that is None is left out."""
        form = {
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": "exam/1",
            "state": "s-1",
            "code_challenge": b64url_encode(sha256(VERIFIER.encode())),
            "code_challenge_method": "S256",
            **changes,
        }
        present = {name: value for name, value in form.items() if value is not None}
        return self.client.post("/par", data=present, headers=dict(headers or {}))

    def pushed(self, **changes: str | None) -> str:
        """The request URI of a pushed request, which must be taken."""
        response = self.push(headers=None, **changes)
        assert response.status_code == 201, response.text
        return str(answer_of(response)["request_uri"])

    def page(self, request_uri: str, client_id: str = CLIENT_ID) -> TestResponse:
        """Open the approval page."""
        query = {"request_uri": request_uri, "client_id": client_id}
        return self.client.get("/authorize", query_string=query)

    def decide(self, request_uri: str, decision: str = "approve", **fields: str) -> TestResponse:
        """Open the approval page and send its form."""
        found = _TOKEN_FIELD.search(self.page(request_uri).get_data(as_text=True))
        assert found
        form = {
            "csrf_token": unescape(found[1]),
            "request_uri": request_uri,
            "client_id": CLIENT_ID,
            "decision": decision,
            **fields,
        }
        return self.client.post("/authorize", data=form)

    def code(self, request_uri: str, **fields: str) -> str:
        """The code that comes back, which must be one."""
        answer = sent_back(self.decide(request_uri, **fields))
        assert (answer["iss"], answer["state"]) == (URL, "s-1")
        return answer["code"]

    def exchange(
        self, code: str, *, headers: Mapping[str, str] | None = None, **changes: str | None
    ) -> TestResponse:
        """Ask for a token for a code."""
        form = {
            "grant_type": CODE_GRANT,
            "code": code,
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
            **changes,
        }
        present = {name: value for name, value in form.items() if value is not None}
        return self.client.post("/token", data=present, headers=dict(headers or {}))

    def redeem(self, code: str, *, proof: str | None = None, **form: str) -> TestResponse:
        """Ask for a bound token for a pre-authorised code."""
        form = {"grant_type": GRANT_TYPE, "pre-authorized_code": code, **form}
        return self.client.post("/token", data=form, headers={"DPoP": proof or self.dpop("/token")})

    def refresh(self, refresh_token: str, *, proof: str | None = None, **form: str) -> TestResponse:
        """Ask for a new token."""
        form = {"grant_type": REFRESH_GRANT, "refresh_token": refresh_token, **form}
        return self.client.post("/token", data=form, headers={"DPoP": proof or self.dpop("/token")})

    def send(
        self, path: str, token: str, document: object, *, scheme: str = "DPoP", proof: str | None = None
    ) -> TestResponse:
        """Send a document with a bound token and a proof for it."""
        headers = {"Authorization": f"{scheme} {token}", "DPoP": proof or self.dpop(path, token=token)}
        return self.client.post(
            path, data=canonical_json(document), headers=headers, content_type="application/json"
        )


def protocol_wallet(office: Office) -> ProtocolWallet:
    """A wallet that visits."""
    return ProtocolWallet(office.app.test_client(), office.clock)


def batch_request(wallet: Wallet, keys: Sequence[SigningKey], **changes: object) -> dict[str, object]:
    """A credential request with a proof of each key, all over one challenge."""
    nonce = wallet.nonce()
    proofs = [replace(wallet, key=key).proof(nonce=nonce) for key in keys]
    return {"credential_configuration_id": "exam/1", "proofs": {"jwt": proofs}, **changes}


def sent_back(response: TestResponse) -> dict[str, str]:
    """The parameters with which a person was sent back to her wallet."""
    assert response.status_code == 303, response.text
    address, _, query = response.headers["Location"].partition("?")
    assert address == REDIRECT_URI
    return {name: values[0] for name, values in parse_qs(query).items()}


def claim_code_of(wallet: Wallet, offer_uri: object) -> str:
    """The claim code that an offer carries."""
    return wallet.offer(offer_uri).section("grants").section(CODE_GRANT).text("issuer_state")


def encryption_key(kid: str | None = "enc-1") -> tuple[ECKey, dict[str, object]]:
    """A wallet's key for encrypted answers, and its public half as it stands in requests."""
    key = es256("encryption")
    public: dict[str, object] = {**key.public.to_jwk(), "alg": "ECDH-ES", "use": "enc"}
    if kid is not None:
        public["kid"] = kid
    return ECKey.import_key(key.to_pem()), public


def decrypted(response: TestResponse, key: ECKey) -> tuple[Mapping[str, object], Json]:
    """The header and the document of an encrypted answer."""
    assert response.mimetype == "application/jwt", response.text
    algorithms = ["ECDH-ES", "A128GCM", "A256GCM", "DEF"]
    opened = jwe.decrypt_compact(response.get_data(as_text=True), key, algorithms=algorithms)
    assert opened.plaintext is not None
    return opened.protected, parse_json(opened.plaintext)


def host_of(address: str) -> str | None:
    """The host of an address."""
    return urlsplit(address).hostname
