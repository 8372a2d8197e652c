"""How is an offered credential collected? OpenID4VCI 1.0, pre-authorised code flow (§3.5), one at a time.

1. Metadata (§12.2, §12.3): where the issuer hands out tokens, challenges and credentials.
2. Token (§6): the code of the offer for an access token. From here on the link is used up.
3. Nonce (§7): a challenge, where the issuer wants one.
4. Proof (§8.2.1.1, appendix F.1): the holder's key signs the challenge, for this issuer only.
5. Credential (§8.3): the one that was offered.

Every address that the metadata names must lie at the issuer's own origin: the access token, the code and the
proof of the holder key go nowhere else. What is collected is not believed; `ssi.credential` verifies it.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey
from ssi.http.address import path_of, same_origin
from ssi.http.client import Body, Client
from ssi.http.errors import (
    ForeignOfferError,
    GarbledAnswerError,
    PeerError,
    RefusedByPeerError,
    TransactionCodeError,
    UnknownGrantError,
    UsedOfferError,
)
from ssi.http.offer_link import PRE_AUTHORIZED, CredentialOffer, read_offer
from ssi.jws import sign_jws

PROOF_TYP = "openid4vci-proof+jwt"
MAX_TOKEN = 5_000
MAX_CREDENTIAL = 1_000_000
_MAX_TOKEN_TYPE = 20
_VISIBLE = re.compile(r"[\x21-\x7e]+")
"""What may stand in a header after the word Bearer; RFC 6750 §2.1 allows less than that."""
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_FORM = "application/x-www-form-urlencoded"
_USED_UP = "the link was used before or has run out; ask the issuer for a new one"


@dataclass(frozen=True)
class _Endpoints:
    token: str
    nonce: str | None
    credential: str


def fetch_offer(address: str, client: Client) -> CredentialOffer:
    """Read the offer at the address in a link (§4.1.3), without using it up.

    The client is one for the origin of the address.

    Raises:
        UsedOfferError: the issuer knows no such offer, or none any more.
        MalformedOfferError, UnknownGrantError: as `read_offer`.
        ForeignOfferError: it names an issuer at another origin than the one that it came from.
        PeerError: the issuer cannot be asked, or does not answer with a document.
    """
    _require_leads_to(client, address)
    try:
        document = client.get_json(path_of(address))
    except RefusedByPeerError as error:
        if error.status in _GONE:
            raise UsedOfferError(_USED_UP) from error
        raise
    offer = read_offer(document)
    if not same_origin(offer.issuer_url, address):
        raise ForeignOfferError("the link leads to an offer of another issuer than the one it came from")
    return offer


def collect(
    offer: CredentialOffer, key: SigningKey, client: Client, *, now: datetime, tx_code: str | None = None
) -> str:
    """Exchange the code of an offer for the credential, bound to a key; the compact form, unverified.

    The client is one for the origin of the offer's issuer. A transaction code is sent only where the offer
    asks for one; a missing one is refused before anything is sent.

    Raises:
        UnknownGrantError: the offer has no code; only signing in at the issuer would do.
        TransactionCodeError: the transaction code is missing or wrong.
        UsedOfferError: the issuer does not take the code of the offer: it was used before or has run out.
        GarbledAnswerError: an answer is not as promised, or names an address elsewhere.
        PeerError: the issuer cannot be asked, does not answer or says no.
    """
    form = _token_form(offer, tx_code)
    _require_leads_to(client, offer.issuer_url)
    try:
        endpoints = _endpoints(offer.issuer_url, client)  # 1
        access_token = _token(form, endpoints, client)  # 2
        proof = _proof(offer.issuer_url, key, _nonce(endpoints, client), now=now)  # 3, 4
        return _credential(offer.configuration_id, proof, endpoints, client, access_token)  # 5
    except MalformedError as error:
        raise GarbledAnswerError(f"{client.base_url}: {error}") from error


def _require_leads_to(client: Client, address: str) -> None:
    if not same_origin(client.base_url, address):
        raise PeerError("expected a connection to the origin of the issuer")


def _endpoints(issuer_url: str, client: Client) -> _Endpoints:
    metadata = Fields.of(client.get_json(_well_known(issuer_url, "openid-credential-issuer")), "metadata")
    if metadata.text("credential_issuer") != issuer_url:
        raise MalformedError("metadata: of another issuer")
    server_url = issuer_url
    if metadata.has("authorization_servers"):
        server_url = metadata.texts("authorization_servers", least=1)[0]
    _require_same(issuer_url, server_url)
    server = Fields.of(client.get_json(_well_known(server_url, "oauth-authorization-server")), "server")
    endpoints = _Endpoints(
        token=server.text("token_endpoint"),
        nonce=metadata.text("nonce_endpoint") if metadata.has("nonce_endpoint") else None,
        credential=metadata.text("credential_endpoint"),
    )
    for address in (endpoints.token, endpoints.nonce, endpoints.credential):
        if address is not None:
            _require_same(issuer_url, address)
    return endpoints


def _token_form(offer: CredentialOffer, tx_code: str | None) -> dict[str, str]:
    if offer.code is None:
        raise UnknownGrantError("the offer asks for a sign-in at the issuer; only a code in it is understood")
    form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": offer.code}
    if not offer.needs_tx_code:
        return form
    if tx_code is None or not tx_code.strip():
        raise TransactionCodeError("the issuer asks for the code that it sent apart from the link")
    return {**form, "tx_code": tx_code.strip()}


def _token(form: dict[str, str], endpoints: _Endpoints, client: Client) -> str:
    """Only here does the issuer say whether code and link are good (§6.3)."""
    try:
        body = Body(urlencode(form).encode(), _FORM)
        answer = client.send("POST", path_of(endpoints.token), body=body)
    except RefusedByPeerError as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        if "tx_code" in form:
            raise TransactionCodeError(
                "the issuer did not accept the code that it sent apart from the link"
            ) from error
        raise UsedOfferError(_USED_UP) from error
    fields = Fields.of(answer.json(), "token")
    if fields.text("token_type", max_length=_MAX_TOKEN_TYPE).lower() != "bearer":
        raise MalformedError("token: expected a bearer token")
    access_token = fields.text("access_token", max_length=MAX_TOKEN)
    if _VISIBLE.fullmatch(access_token) is None:
        raise MalformedError("token.access_token: expected visible ASCII characters")
    return access_token


def _nonce(endpoints: _Endpoints, client: Client) -> str | None:
    if endpoints.nonce is None:
        return None
    answer = client.send("POST", path_of(endpoints.nonce))
    return Fields.of(answer.json(), "nonce").text("c_nonce", max_length=MAX_TOKEN)


def _proof(issuer_url: str, key: SigningKey, nonce: str | None, *, now: datetime) -> str:
    payload: dict[str, object] = {"aud": issuer_url, "iat": int(now.timestamp())}
    if nonce is not None:
        payload["nonce"] = nonce
    return sign_jws(payload, key, typ=PROOF_TYP, header={"jwk": key.public.to_jwk()})


def _credential(
    configuration_id: str, proof: str, endpoints: _Endpoints, client: Client, access_token: str
) -> str:
    request = {"credential_configuration_id": configuration_id, "proofs": {"jwt": [proof]}}
    answer = client.send(
        "POST",
        path_of(endpoints.credential),
        body=Body(canonical_json(request)),
        headers={"Authorization": f"Bearer {access_token}"},
    )
    (credential,) = Fields.of(answer.json(), "answer").objects("credentials", least=1, most=1)
    return credential.text("credential", max_length=MAX_CREDENTIAL)


def _well_known(address: str, name: str) -> str:
    """The path of a metadata document: put before the path of the identifier (§12.2.2, RFC 8414 §3.1)."""
    return f"/.well-known/{name}{urlsplit(address).path.rstrip('/')}"


def _require_same(issuer_url: str, address: str) -> None:
    if not same_origin(issuer_url, address):
        raise MalformedError("metadata: an address lies at another origin than the issuer's")
