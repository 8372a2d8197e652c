"""Collects credentials from issuers by OpenID4VCI 1.0, pre-authorised code flow (§3.5), one at a time.

Every address that an issuer's metadata names must lie at the issuer's own origin: the access token, the code
and the proof of the holder key go nowhere else.
"""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.http.client import Body
from ssi.http.errors import RefusedByPeerError
from ssi.jws import sign_jws
from wallet.clients.connections import Connections, path_of
from wallet.clients.failures import talking_to
from wallet.domain.clock import Clock
from wallet.domain.offer_link import PRE_AUTHORIZED, CredentialOffer, OfferLink, read_offer, same_origin
from wallet.errors import CodeNeededError, LinkError, PartnerRefusedError
from wallet.services.ports import Collection

PROOF_TYP = "openid4vci-proof+jwt"
MAX_TOKEN = 5_000
MAX_CREDENTIAL = 1_000_000
_BAD_REQUEST = 400
_NOT_FOUND = frozenset({404, 410})
_FORM = "application/x-www-form-urlencoded"
_THE_ISSUER = "The issuer"
_USED_UP = "This link was used already or has run out. Ask the issuer for a new one."


@dataclass(frozen=True)
class _Endpoints:
    credential_issuer: str
    token: str
    nonce: str | None
    credential: str


@dataclass(frozen=True)
class IssuerClient:
    """`services.ports.Issuers` over HTTP."""

    connections: Connections
    clock: Clock

    def read_offer(self, link: OfferLink) -> CredentialOffer:
        """Read the offer behind a link (§4.1.3)."""
        if link.address is None:
            return read_offer(link.document)
        try:
            with talking_to(_THE_ISSUER):
                document = self.connections.to(link.address).get_json(path_of(link.address))
        except PartnerRefusedError as error:
            if _status_of(error) in _NOT_FOUND:
                raise LinkError(_USED_UP) from error
            raise
        offer = read_offer(document)
        if not same_origin(offer.issuer_url, link.address):
            raise LinkError("This link points to another issuer than the one it came from.")
        return offer

    def collect(self, collection: Collection) -> str:
        """Exchange the code of an offer for the credential."""
        issuer_url = collection.offer.issuer_url
        with talking_to(_THE_ISSUER):
            endpoints = self._endpoints(issuer_url)
        access_token = self._token(collection, endpoints)
        with talking_to(_THE_ISSUER):
            proof = self._proof(collection, endpoints)
            return self._credential(collection, endpoints, access_token, proof)

    def status_list(self, uri: str) -> str:
        """Fetch a status list token (draft-ietf-oauth-status-list-20 §8.1)."""
        with talking_to(_THE_ISSUER):
            headers = {"Accept": "application/statuslist+jwt"}
            return self.connections.to(uri).get_text(path_of(uri), headers=headers).strip()

    def _endpoints(self, issuer_url: str) -> _Endpoints:
        client = self.connections.to(issuer_url)
        metadata = Fields.of(client.get_json(_well_known(issuer_url, "openid-credential-issuer")), "metadata")
        if metadata.text("credential_issuer") != issuer_url:
            raise MalformedError("metadata: of another issuer")
        server_url = issuer_url
        if metadata.has("authorization_servers"):
            server_url = metadata.texts("authorization_servers", least=1)[0]
        _require_same(issuer_url, server_url)
        server = Fields.of(client.get_json(_well_known(server_url, "oauth-authorization-server")), "server")
        endpoints = _Endpoints(
            credential_issuer=issuer_url,
            token=server.text("token_endpoint"),
            nonce=metadata.text("nonce_endpoint") if metadata.has("nonce_endpoint") else None,
            credential=metadata.text("credential_endpoint"),
        )
        for address in (endpoints.token, endpoints.nonce, endpoints.credential):
            if address is not None:
                _require_same(issuer_url, address)
        return endpoints

    def _token(self, collection: Collection, endpoints: _Endpoints) -> str:
        """Token request (§6.1); only here does the issuer say whether code and link are good."""
        form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": collection.offer.code}
        if collection.tx_code is not None:
            form["tx_code"] = collection.tx_code
        try:
            with talking_to(_THE_ISSUER):
                body = Body(urlencode(form).encode(), _FORM)
                answer = self.connections.to(endpoints.token).send(
                    "POST", path_of(endpoints.token), body=body
                )
                fields = Fields.of(answer.json(), "token")
                if fields.text("token_type", max_length=20).lower() != "bearer":
                    raise MalformedError("token: expected a bearer token")
                return fields.text("access_token", max_length=MAX_TOKEN)
        except PartnerRefusedError as error:
            if _status_of(error) != _BAD_REQUEST:
                raise
            if collection.offer.needs_tx_code:
                raise CodeNeededError(
                    "The issuer did not accept the code. After three wrong codes the link is locked."
                ) from error
            raise LinkError(_USED_UP) from error

    def _proof(self, collection: Collection, endpoints: _Endpoints) -> str:
        """A proof of the holder key (§8.2.1.1 and appendix F.1), fresh by the issuer's nonce (§7)."""
        payload = {"aud": endpoints.credential_issuer, "iat": int(self.clock().timestamp())}
        nonce = {}
        if endpoints.nonce is not None:
            answer = self.connections.to(endpoints.nonce).send("POST", path_of(endpoints.nonce))
            nonce = {"nonce": Fields.of(answer.json(), "nonce").text("c_nonce", max_length=MAX_TOKEN)}
        key = collection.holder_key
        return sign_jws({**payload, **nonce}, key, typ=PROOF_TYP, header={"jwk": key.public.to_jwk()})

    def _credential(
        self, collection: Collection, endpoints: _Endpoints, access_token: str, proof: str
    ) -> str:
        request = {
            "credential_configuration_id": collection.offer.configuration_id,
            "proofs": {"jwt": [proof]},
        }
        answer = self.connections.to(endpoints.credential).send(
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


def _status_of(error: PartnerRefusedError) -> int | None:
    cause = error.__cause__
    return cause.status if isinstance(cause, RefusedByPeerError) else None
