"""Collects credentials from issuers by OpenID4VCI 1.0 (`ssi.http.collection`), in the wallet's words."""

from dataclasses import dataclass

from ssi.http.collection import collect, fetch_offer
from ssi.http.status_list import fetch_status_list
from wallet.clients.connections import Connections
from wallet.clients.failures import talking_to
from wallet.domain.clock import Clock
from wallet.domain.offer_link import CredentialOffer, OfferLink, read_offer
from wallet.services.ports import Collection

_THE_ISSUER = "The issuer"


@dataclass(frozen=True)
class IssuerClient:
    """`services.ports.Issuers` over HTTP."""

    connections: Connections
    clock: Clock

    def read_offer(self, link: OfferLink) -> CredentialOffer:
        """Read the offer behind a link."""
        if link.address is None:
            return read_offer(link.document)
        with talking_to(_THE_ISSUER):
            return fetch_offer(link.address, self.connections.to(link.address))

    def collect(self, collection: Collection) -> str:
        """Exchange the code of an offer for the credential."""
        offer, tx_code = collection.offer, collection.tx_code
        with talking_to(_THE_ISSUER):
            client = self.connections.to(offer.issuer_url)
            return collect(offer, collection.holder_key, client, now=self.clock(), tx_code=tx_code)

    def status_list(self, uri: str) -> str:
        """Fetch a status list token."""
        with talking_to(_THE_ISSUER):
            return fetch_status_list(uri, self.connections.to(uri))
