"""Prove that a request comes from the holder of a key: a signed statement about this one request.

The header ``Authorization: Proof <JWS>`` carries a JWS of type ``request-proof+jwt`` in the manner of DPoP
(RFC 9449 §4.2): the public key in ``jwk``; method ``htm``, path ``htu``, audience ``aud``, moment ``iat``,
one-time number ``jti``, and the SHA-256 of the body. A proof is good for one request, to one audience, once,
within a minute. It proves possession of the key it names; what that key may do is the caller's question.

Limit: the cache of used proofs lives in one process. A service that runs several must share one.
"""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crypto.encoding import b64url_encode, sha256
from crypto.errors import CryptoError, MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.errors import CredentialError
from ssi.http.errors import RequestProofError, TooManyRequestsError
from ssi.jws import parse_jws, sign_jws

TYP = "request-proof+jwt"
SCHEME = "Proof"
MAX_AGE_SECONDS = 60
MAX_AHEAD_SECONDS = 10
_MAX_HEADER_LENGTH = 4096
_JTI_BYTES = 16


@dataclass(frozen=True)
class BoundRequest:
    """The parts of a request that a proof is bound to.

    `path` is the path before percent-encoding, with ``?`` and the query string as sent where there is one;
    `audience` is the id of the service that is asked, so that it cannot replay the proof elsewhere.
    """

    method: str
    path: str
    audience: str
    body: bytes = field(default=b"", repr=False)


class UsedProofs:
    """The one-time numbers of the last minute, of all keys; safe to share between threads."""

    def __init__(self, capacity: int = 100_000) -> None:
        self._capacity = capacity
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def use(self, number: str, *, now: datetime) -> None:
        """Mark a number as used.

        Raises:
            RequestProofError: it was used before.
            TooManyRequestsError: there is no room to remember it, so it could be replayed unseen.
        """
        moment = now.timestamp()
        with self._lock:
            if self._until.get(number, moment) > moment:
                raise RequestProofError("this request was sent before; sign a new one")
            if len(self._until) >= self._capacity:
                self._forget(moment)
            # A proof from the near future stays acceptable for longer than one from now.
            self._until[number] = moment + MAX_AGE_SECONDS + MAX_AHEAD_SECONDS

    def _forget(self, moment: float) -> None:
        self._until = {number: until for number, until in self._until.items() if until > moment}
        if len(self._until) >= self._capacity:
            raise TooManyRequestsError("too many requests at once; try again in a minute")


def make_proof(
    request: BoundRequest, key: SigningKey, *, now: datetime, random: RandomBytes = random_bytes
) -> str:
    """The value of the ``Authorization`` header for one request."""
    payload = {
        "htm": request.method,
        "htu": request.path,
        "aud": request.audience,
        "iat": int(now.timestamp()),
        "jti": b64url_encode(random(_JTI_BYTES)),
        "digest": _digest(request.body),
    }
    return f"{SCHEME} {sign_jws(payload, key, typ=TYP, header={'jwk': key.public.to_jwk()})}"


def verify_proof(
    authorization: str | None, request: BoundRequest, *, now: datetime, used: UsedProofs
) -> VerifyingKey:
    """The key whose holder made this very request, now.

    1. The header has the scheme and a bounded length.
    2. The JWS verifies under the key it names, with the proof's own type.
    3. Method, path, audience and body are the ones of this request.
    4. It is at most 60 s old and at most 10 s ahead of our clock.
    5. It was not used before.

    Raises:
        RequestProofError: one of these does not hold.
        TooManyRequestsError: the cache of used proofs is full.
    """
    token = _token_of(authorization)  # 1
    key, payload = _verified(token)  # 2
    number, issued_at = _matched(payload, request)  # 3
    age = now.timestamp() - issued_at  # 4
    if not -MAX_AHEAD_SECONDS <= age <= MAX_AGE_SECONDS:
        raise RequestProofError(f"the proof is {age:.0f} seconds old; check the clock and sign a new one")
    used.use(f"{key.thumbprint()} {number}", now=now)  # 5
    return key


def _token_of(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if not secrets.compare_digest(scheme.lower().encode(), SCHEME.lower().encode()) or not token:
        raise RequestProofError(f"expected the header 'Authorization: {SCHEME} ...'")
    if len(token) > _MAX_HEADER_LENGTH:
        raise RequestProofError(f"the proof is longer than {_MAX_HEADER_LENGTH} characters")
    return token


def _verified(token: str) -> tuple[VerifyingKey, Fields]:
    try:
        unverified = parse_jws(token, "request proof")
        key = VerifyingKey.from_jwk(_jwk_of(unverified.header))
        return key, Fields.of(unverified.verify(key, typ=TYP), "request proof")
    except (CryptoError, CredentialError) as error:
        raise RequestProofError(f"the proof does not verify: {error}") from error


def _jwk_of(header: Mapping[str, object]) -> Mapping[str, object]:
    jwk = header.get("jwk")
    if not isinstance(jwk, Mapping):
        raise MalformedError("request proof.jwk: expected a public key")
    return jwk


def _matched(payload: Fields, request: BoundRequest) -> tuple[str, int]:
    expected = {
        "htm": request.method,
        "htu": request.path,
        "aud": request.audience,
        "digest": _digest(request.body),
    }
    try:
        for name, value in expected.items():
            if payload.text(name) != value:
                raise RequestProofError(f"the proof is for another request: {name} differs")
        number = payload.text("jti", max_length=64)
        issued_at = payload.integer("iat", least=0, most=2**40)
        payload.done()
    except MalformedError as error:
        raise RequestProofError(str(error)) from error
    return number, issued_at


def _digest(body: bytes) -> str:
    return b64url_encode(sha256(body))
