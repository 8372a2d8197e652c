"""Who asks, really? A wallet's checks of a signed request, before anything is shown to its owner.

The key is found by the prefix of the client identifier, never by a header alone: the certificate has the DNS
name or the hash that the identifier names, or the DID document lists the key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509

from crypto.encoding import Json
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.clock import CLOCK_SKEW, MAX_MOMENT, moment_of
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.errors import CredentialError
from ssi.jws import UnverifiedJws, parse_jws
from ssi.openid4vp.client_id import ClientId, ClientIdPrefix
from ssi.openid4vp.errors import ErrorCode, RequestRefusedError
from ssi.openid4vp.request import REQUEST_TYP, SELF_ISSUED, AuthorizationRequest
from ssi.openid4vp.request_reading import read_request
from ssi.x509 import certificate_hash, leaf_key, names_of, read_chain, verify_chain

_WHERE = "request object"
_SIGNED = frozenset(ClientIdPrefix) - {ClientIdPrefix.REDIRECT_URI}


@dataclass(frozen=True)
class RequestTrust:
    """Whose requests a wallet takes.

    `roots` are the authorities whose certificates count. With `strangers`, a certificate of another authority
    is taken as well, and the request says that nobody known vouches for it. `unsigned` takes requests that
    only an address speaks for. `transaction_types` are those that the wallet can show.
    """

    roots: tuple[x509.Certificate, ...] = field(default=(), repr=False)
    resolver: Resolver = field(default_factory=Resolver, repr=False)
    strangers: bool = False
    unsigned: bool = False
    transaction_types: frozenset[str] = frozenset()


@dataclass(frozen=True)
class VerifiedRequest:
    """A request whose sender was proved as far as `vouched` says; made by this file only.

    `vouched` is false where only an address, or a certificate of an unknown authority, speaks for the sender.
    """

    request: AuthorizationRequest
    vouched: bool

    @property
    def verifier(self) -> str:
        """The name that was proved, for the owner of the wallet to read."""
        return self.request.client_id.name


def verify_request_object(  # noqa: PLR0913 — a wallet's whole question
    token: str,
    *,
    client_id: str,
    trust: RequestTrust,
    now: datetime,
    wallet_nonce: str | None = None,
    origin: str | None = None,
) -> VerifiedRequest:
    """Return a signed request after these checks, in this order; the code carries the numbers.

    1. It is a signed token, and about the client identifier that the link named.
    2. The prefix of the identifier leads to a key: of a certificate, or of a DID document.
    3. This key signed it, as a request object.
    4. It is meant for wallets, is not over, and repeats the nonce that the wallet sent.
    5. Where it came by the Digital Credentials API, it expected the origin it came from.
    6. It has the form of a request that can be answered.
    7. The answer goes to the DNS name of the certificate, where that is the identifier.

    Raises:
        RequestRefusedError: `invalid_client`: 2 fails, or another key signed; `invalid_request`: anything
            else, unless 6 says otherwise (`read_request`).
    """
    try:
        unverified = parse_jws(token, _WHERE, foreign=True)  # 1
        _require_same_client(unverified.payload, client_id)  # 1
        identifier = ClientId.parse(client_id)
        key, vouched = _key(identifier, unverified, trust, now)  # 2
        claims = unverified.verify(key, typ=REQUEST_TYP)  # 3
        _require_for_us(claims, now, wallet_nonce)  # 4
        _require_origin(claims, origin)  # 5
    except MalformedError as error:
        raise RequestRefusedError(ErrorCode.INVALID_REQUEST, str(error)) from error
    except SignatureError as error:
        raise RequestRefusedError(ErrorCode.INVALID_CLIENT, str(error)) from error
    request = read_request(claims, transaction_types=trust.transaction_types)  # 6
    _require_own_host(request)  # 7
    return VerifiedRequest(request, vouched)


def accept_unsigned_request(parameters: Mapping[str, Json], trust: RequestTrust) -> VerifiedRequest:
    """Return a request that is not signed, as only `redirect_uri:` may be, where a wallet takes such.

    Raises:
        RequestRefusedError: another prefix, or the wallet takes no unsigned ones (`invalid_client`); or as
            `read_request`.
    """
    request = read_request(parameters, transaction_types=trust.transaction_types)
    if request.client_id.prefix is not ClientIdPrefix.REDIRECT_URI or not trust.unsigned:
        raise RequestRefusedError(
            ErrorCode.INVALID_CLIENT, "the request is not signed, so nobody knows who asks"
        )
    return VerifiedRequest(request, vouched=False)


def _require_same_client(claims: Mapping[str, Json], client_id: str) -> None:
    if claims.get("client_id") != client_id:
        raise MalformedError(f"{_WHERE}.client_id: not the client identifier of the link")


def _key(
    identifier: ClientId, unverified: UnverifiedJws, trust: RequestTrust, now: datetime
) -> tuple[VerifyingKey, bool]:
    if identifier.prefix not in _SIGNED:
        raise MalformedError(f"{_WHERE}.client_id: requests of {identifier.prefix} are never signed (§5.9.3)")
    if identifier.prefix is ClientIdPrefix.DECENTRALIZED_IDENTIFIER:
        return _did_key(identifier.name, unverified, trust, now), True
    chain = read_chain(unverified.header.get("x5c"), f"{_WHERE}.x5c")
    if not _is_named(identifier, chain[0]):
        raise SignatureError(f"{_WHERE}.x5c: the certificate is not that of the client identifier")
    return _certified(chain, trust, now)


def _did_key(did: str, unverified: UnverifiedJws, trust: RequestTrust, now: datetime) -> VerifyingKey:
    kid = unverified.kid or ""
    if kid.partition("#")[0] != did:
        raise SignatureError(f"{_WHERE}.kid: not a key of the client identifier")
    try:
        return trust.resolver.verification_method(kid, Purpose.AUTHENTICATION, now=now).key.verifying_key()
    except CredentialError as error:
        raise SignatureError(str(error)) from error


def _is_named(identifier: ClientId, leaf: x509.Certificate) -> bool:
    if identifier.prefix is ClientIdPrefix.X509_HASH:
        return certificate_hash(leaf) == identifier.name
    return identifier.name.lower() in names_of(leaf).dns


def _certified(
    chain: Sequence[x509.Certificate], trust: RequestTrust, now: datetime
) -> tuple[VerifyingKey, bool]:
    try:
        return verify_chain(chain, trust.roots, now=now), True
    except SignatureError:
        if not trust.strangers:
            raise
    if len(chain) > 1:
        return verify_chain(chain, chain[-1:], now=now), False
    leaf = chain[0]
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        raise SignatureError(f"{_WHERE}.x5c: the certificate is not valid now")
    return leaf_key(leaf), False


def _require_for_us(claims: Mapping[str, Json], now: datetime, wallet_nonce: str | None) -> None:
    audience = claims.get("aud")
    if audience not in (SELF_ISSUED, [SELF_ISSUED]):
        raise MalformedError(f"{_WHERE}.aud: expected {SELF_ISSUED}")
    if wallet_nonce is not None and claims.get("wallet_nonce") != wallet_nonce:
        raise MalformedError(f"{_WHERE}.wallet_nonce: not the one that was sent")
    fields = Fields(claims, _WHERE)
    if fields.has("exp") and now - CLOCK_SKEW > moment_of(fields.integer("exp", least=0, most=MAX_MOMENT)):
        raise MalformedError(f"{_WHERE}.exp: the request is over")
    if fields.has("nbf") and now + CLOCK_SKEW < moment_of(fields.integer("nbf", least=0, most=MAX_MOMENT)):
        raise MalformedError(f"{_WHERE}.nbf: the request does not count yet")


def _require_origin(claims: Mapping[str, Json], origin: str | None) -> None:
    if origin is None:
        return
    expected = Fields(claims, _WHERE).texts("expected_origins", least=1, most=100, max_length=2_000)
    if origin not in expected:
        raise MalformedError(f"{_WHERE}.expected_origins: it came from another origin")


def _require_own_host(request: AuthorizationRequest) -> None:
    """A certificate for a DNS name speaks for answers to that host only (§5.9.3)."""
    identifier = request.client_id
    if identifier.prefix is not ClientIdPrefix.X509_SAN_DNS:
        return
    if urlsplit(request.response_uri).hostname != identifier.name.lower():
        raise RequestRefusedError(
            ErrorCode.INVALID_REQUEST,
            "response_uri: its host is not the one that the client identifier names",
        )
