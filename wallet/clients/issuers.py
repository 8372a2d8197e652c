"""Issuers as the use cases know them, over HTTP: each step reads the metadata again and asks one thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crypto.encoding import Json, parse_json
from crypto.errors import CryptoError, MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey, generate_es256
from ssi.did.did_web import Fetch
from ssi.errors import CredentialError
from ssi.http.address import origin_of, same_origin
from ssi.http.client import Answer, Client
from ssi.http.collection import fetch_offer
from ssi.http.outside import read_target
from ssi.http.status_list import fetch_status_list
from ssi.issuer_keys import IssuerKeys
from ssi.jws import parse_jws
from ssi.trust_entries import IssuerEntry
from wallet.clients.connections import Connections
from wallet.clients.openid4vci.authorization import FrontDoor, Visit, new_sign_in
from wallet.clients.openid4vci.credentials import JWT_MEDIA_TYPE, Counter
from wallet.clients.openid4vci.dpop import Prover
from wallet.clients.openid4vci.metadata import (
    IssuerMetadata,
    ServerMetadata,
    read_issuer,
    read_server,
    well_known,
)
from wallet.clients.openid4vci.outside import Outside
from wallet.clients.openid4vci.refusals import asking_the_issuer, header
from wallet.clients.openid4vci.tokens import Desk
from wallet.domain.clock import Clock
from wallet.domain.collecting import Deferred, Delivered, Fate, Grant, Plan, SignIn
from wallet.domain.collecting_trouble import trouble
from wallet.domain.offer_link import CredentialOffer, OfferLink, read_offer
from wallet.errors import Trouble
from wallet.services.collecting_ports import Source

METADATA_TYP: Final = "openidvci-issuer-metadata+jwt"
MAX_METADATA: Final = 1_000_000
CLIENT_ID: Final = "argonauta-wallet"
"""What a wallet is called at a server that wants a name where no browser is involved."""


@dataclass(frozen=True)
class IssuerClient:
    """`services.collecting_ports.CollectingIssuers` over HTTP."""

    connections: Connections
    outside: Outside
    clock: Clock
    random: RandomBytes = random_bytes

    @property
    def fetch(self) -> Fetch:
        """Documents with keys of issuers outside the registry, from public addresses."""
        return self.outside.fetch

    def status_list(self, uri: str, *, listed: bool = True) -> str:
        """Fetch a status list token."""
        with asking_the_issuer():
            return fetch_status_list(uri, self._client(uri, listed=listed))

    def read_offer(self, link: OfferLink, *, listed: bool) -> CredentialOffer:
        """Read the offer behind a link."""
        if link.address is None:
            return read_offer(link.document)
        with asking_the_issuer():
            return fetch_offer(link.address, self._client(link.address, listed=listed))

    def plan(self, source: Source) -> Plan:
        """What the issuer would hand out, and by which ways."""
        with asking_the_issuer():
            issuer = self._issuer(source)
            server, _ = self._server(source, issuer)
            # RFC 9700 §4.4.2.1: what a server without a name of its own answers could be another's.
            signs_in = source.offer.signs_in and server.authorize is not None and server.names_itself
            origin = page_origin(server.authorize or "") if signs_in else ""
        if not signs_in and source.offer.code is None:
            raise trouble(Trouble.UNKNOWN_WAY)
        return Plan(
            title=issuer.configuration.title,
            issuer=issuer.name,
            claims=issuer.configuration.claims,
            copies=issuer.copies,
            by_code=source.offer.code is not None,
            signs_in_at=origin,
        )

    def begin_sign_in(self, source: Source, *, client_id: str, redirect_uri: str) -> tuple[SignIn, str]:
        """Push a request, and the address of the page for it."""
        with asking_the_issuer():
            issuer = self._issuer(source)
            server, client = self._server(source, issuer)
            key = generate_es256(self.random)
            now = self.clock().replace(microsecond=0)
            visit = Visit(client_id, redirect_uri)
            sign_in = new_sign_in(server, visit, key, now=now, random=self.random)
            door = FrontDoor(server, client, self._prover(key, proves=server.proves))
            return sign_in, door.page_for(sign_in, source.offer, issuer.configuration)

    def redeem_code(self, source: Source, tx_code: str | None) -> Grant:
        """Exchange the code in the offer."""
        if source.offer.code is None:
            raise trouble(Trouble.UNKNOWN_WAY)
        if source.offer.needs_tx_code and not tx_code:
            raise trouble(Trouble.CODE_MISSING)
        with asking_the_issuer():
            desk = self._desk(source, generate_es256(self.random))
            client_id = None if desk.server.anonymous else CLIENT_ID
            return desk.by_code(source.offer.code, tx_code, client_id)

    def redeem_sign_in(self, source: Source, sign_in: SignIn, code: str) -> Grant:
        """Exchange the code that the browser brought back, at the server that it came from only."""
        with asking_the_issuer():
            desk = self._desk(source, sign_in.dpop_key)
            if desk.server.issuer != sign_in.server:
                raise trouble(Trouble.OTHER_SERVER)
            return desk.by_sign_in(code, sign_in)

    def renewed(self, source: Source, grant: Grant) -> Grant:
        """The grant, or a new one where its time is over."""
        if self.clock() < grant.ends_at:
            return grant
        with asking_the_issuer():
            return self._desk(source, grant.dpop_key).again(grant)

    def request(self, source: Source, grant: Grant, keys: Sequence[SigningKey]) -> Delivered | Deferred:
        """Ask for one credential for each key."""
        with asking_the_issuer():
            return self._counter(source, grant).request(keys)

    def ask_again(self, source: Source, grant: Grant, deferred: Deferred, count: int) -> Delivered | Deferred:
        """Ask for what is made later."""
        with asking_the_issuer():
            return self._counter(source, grant).ask_again(deferred, count)

    def tell(self, source: Source, grant: Grant, notification_id: str, fate: Fate) -> None:
        """Tell the issuer what became of its delivery."""
        with asking_the_issuer():
            self._counter(source, grant).tell(notification_id, fate)

    def _client(self, address: str, *, listed: bool) -> Client:
        return self.connections.to(address) if listed else self.outside.to(address)

    def _prover(self, key: SigningKey, *, proves: bool) -> Prover:
        return Prover(key, proves, self.clock, self.random)

    def _desk(self, source: Source, key: SigningKey) -> Desk:
        server, client = self._server(source, self._issuer(source))
        return Desk(server, client, self._prover(key, proves=server.proves), self.clock())

    def _counter(self, source: Source, grant: Grant) -> Counter:
        client = self._client(source.offer.issuer_url, listed=source.issuer is not None)
        prover = self._prover(grant.dpop_key, proves=grant.bound)
        return Counter(self._issuer(source), client, prover, grant, self.random)

    def _issuer(self, source: Source) -> IssuerMetadata:
        url, listed = source.offer.issuer_url, source.issuer is not None
        accept = f"{JWT_MEDIA_TYPE}, application/json;q=0.5" if listed else "application/json"
        path = well_known(url, "openid-credential-issuer")
        answer = self._client(url, listed=listed).send(
            "GET", path, headers={"Accept": accept}, repeatable=True
        )
        return read_issuer(self._document(answer, source), url, source.offer.configuration_id)

    def _document(self, answer: Answer, source: Source) -> Json:
        if len(answer.body) > MAX_METADATA:
            raise MalformedError(f"metadata: expected at most {MAX_METADATA} bytes")
        media_type = (header(answer.headers, "Content-Type") or "").partition(";")[0].strip().lower()
        if media_type != JWT_MEDIA_TYPE:
            return parse_json(answer.body)
        if source.issuer is None:
            raise MalformedError("metadata: signed, though that was not asked for")
        return self._signed(answer.body, source.offer.issuer_url, source.issuer)

    def _signed(self, body: bytes, url: str, issuer: IssuerEntry) -> Json:
        """Signed metadata (§12.2.3), believed only under a key that the registry leads to."""
        try:
            unverified = parse_jws(body.decode("ascii").strip(), "metadata", foreign=True)
            # Elsewhere than in credentials an issuer names its key in full, by its DID: RFC 7515 §4.1.4.
            listed = issuer.keys.get((unverified.kid or "").removeprefix(f"{issuer.id}#"))
            key = listed or IssuerKeys(self.outside.fetch).key(unverified, issuer, now=self.clock())
            claims = dict(unverified.verify(key, typ=METADATA_TYP))
        except (CryptoError, CredentialError, UnicodeDecodeError) as error:
            raise trouble(Trouble.METADATA_ALTERED) from error
        if claims.get("sub") != url:
            raise trouble(Trouble.METADATA_ALTERED)
        return claims

    def _server(self, source: Source, issuer: IssuerMetadata) -> tuple[ServerMetadata, Client]:
        named = source.offer.server or issuer.servers[0]
        if named not in issuer.servers:
            raise MalformedError("offer.authorization_server: none of the issuer's")
        at_home = same_origin(named, issuer.issuer_url) and source.issuer is not None
        client = self._client(named, listed=at_home)
        document = client.get_json(well_known(named, "oauth-authorization-server"))
        return read_server(document, named), client


def page_origin(address: str) -> str:
    """The origin of a page that a person is sent to; its host goes into a policy of her browser as it is.

    Raises:
        MalformedError: it is neither https nor on this machine, or its host is no plain name.
    """
    return origin_of(read_target(address, loopback=True).geturl()) or ""
