"""See who offers what behind a link, without using it up."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from crypto.randomness import RandomBytes
from ssi.dataset import data_sets
from wallet.domain.acceptance import refused
from wallet.domain.arrival import Arrival
from wallet.domain.clock import Clock
from wallet.domain.collecting_trouble import trouble
from wallet.domain.offer_link import (
    CredentialOffer,
    OfferLink,
    issuer_behind,
    parse_link,
    read_offer,
    without_breaks,
)
from wallet.domain.session import Session
from wallet.errors import Doubt, Trouble
from wallet.services.collecting_ports import CollectingIssuers, Source
from wallet.services.ports import Store, Trust

MOST_ARRIVALS = 20


@dataclass(frozen=True)
class LookAtOffer:
    """Reads links, and what their issuers say that they would hand out."""

    arrivals: Store[Arrival]
    trust: Trust
    issuers: CollectingIssuers
    clock: Clock
    random: RandomBytes

    def __call__(self, session: Session, pasted: str) -> Arrival:
        """Begin an arrival for a link.

        The address in a link is asked only if it belongs to a verified issuer; otherwise the arrival says
        that it does not, and nothing was sent anywhere.

        Raises:
            LinkError: it is not a link that adds a record, or cannot be used.
            RefusedCredentialError: a verified address leads to an issuer that is not.
            PartnerError: the issuer or the trust registry does not answer, or not as promised.
        """
        link = parse_link(pasted)
        address = _address_of(link)
        fresh = Arrival(self._new_id(), without_breaks(pasted), address=address)
        if issuer_behind(address, self.trust.registry(), now=self.clock()) is not None:
            fresh = self._planned(fresh, self._offer(link, listed=True), listed=True)
        for old in [each for each in self.arrivals.all(session) if each.grant is None][: -MOST_ARRIVALS + 1]:
            self.arrivals.remove(session, old.row_id)
        return self.arrivals.save(session, fresh)

    def visit(self, session: Session, row_id: str) -> Arrival:
        """Ask an address that belongs to no verified issuer, because the person said so.

        Raises:
            NotInWalletError: there is no such arrival.
            LinkError: the link cannot be used, or the address is not one that is asked.
            PartnerError: as `__call__`.
        """
        arrival = self.arrivals.get(session, row_id)
        if arrival.plan is not None:
            return arrival
        offer = self._offer(parse_link(arrival.link), listed=False)
        return self.arrivals.save(session, self._planned(arrival, offer, listed=False))

    def source(self, arrival: Arrival) -> Source:
        """Where a looked-at record comes from, as the trust registry has it now.

        Raises:
            RefusedCredentialError: nobody looked at it, or its issuer was verified and is no longer.
        """
        offer = arrival.offer
        if offer is None:
            raise refused(Doubt.UNTRUSTED_ISSUER)
        if not arrival.is_verified:
            return Source(offer, None)
        entry = issuer_behind(offer.issuer_url, self.trust.registry(), now=self.clock())
        if entry is None or entry.id != arrival.issuer_id:
            raise refused(Doubt.UNTRUSTED_ISSUER)
        return Source(offer, entry)

    def _planned(self, arrival: Arrival, offer: CredentialOffer, *, listed: bool) -> Arrival:
        entry = issuer_behind(offer.issuer_url, self.trust.registry(), now=self.clock())
        if listed and entry is None:
            raise refused(Doubt.UNTRUSTED_ISSUER)
        if not listed:
            entry = None  # what the person was told stays so, even if the registry changed meanwhile
        return replace(
            arrival,
            issuer_name=entry.name if entry else None,
            issuer_id=entry.id if entry else None,
            address=offer.issuer_url,
            kind=_kind_of(offer),
            needs_code=offer.needs_tx_code,
            code_hint=offer.tx_code_hint,
            offer=offer,
            plan=self.issuers.plan(Source(offer, entry)),
        )

    def _offer(self, link: OfferLink, *, listed: bool) -> CredentialOffer:
        if link.document is not None:
            return read_offer(link.document)
        return self.issuers.read_offer(link, listed=listed)

    def _new_id(self) -> str:
        return str(uuid.UUID(bytes=self.random(16), version=4))


def _address_of(link: OfferLink) -> str:
    """Where a link leads, in printable ASCII as addresses are: other marks could make it look like another.

    Raises:
        LinkError: it is no such address.
    """
    document: Mapping[str, object] = link.document or {}
    address = document.get("credential_issuer") if link.address is None else link.address
    if not isinstance(address, str) or not address:
        return "nowhere"
    if not address.isascii() or not address.isprintable() or " " in address:
        raise trouble(Trouble.UNREADABLE_OFFER)
    return address


def _kind_of(offer: CredentialOffer) -> str | None:
    known = {data_set.ref: data_set.ref for data_set in data_sets()}
    known |= {data_set.credential_type: data_set.ref for data_set in data_sets()}
    return known.get(offer.configuration_id)
