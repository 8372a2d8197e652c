"""A person adds a record to her wallet: look at the link, fetch, verify, and only then keep.

The two steps in between a link and a kept record are *arrivals*: they survive a reload and a lost connection,
and nothing of an arrival counts as a record before the person said so.
"""

import uuid
from dataclasses import dataclass, replace

from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import generate_es256
from ssi.dataset import data_sets
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry
from wallet.domain.acceptance import held_from, refused, verify_received, verify_standing
from wallet.domain.arrival import Arrival, Collected
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential, Standing
from wallet.domain.offer_link import CredentialOffer, OfferLink, issuer_behind, parse_link, read_offer
from wallet.domain.record import Record, describe
from wallet.domain.session import Session
from wallet.errors import CodeNeededError, ConflictError, Doubt, LinkError, RefusedCredentialError
from wallet.services.ports import Collection, Issuers, Store, Trust

MOST_ARRIVALS = 20


@dataclass(frozen=True)
class ReceiveRecord:
    """Brings credentials into wallets."""

    credentials: Store[HeldCredential]
    arrivals: Store[Arrival]
    trust: Trust
    issuers: Issuers
    clock: Clock
    random: RandomBytes = random_bytes

    def __call__(self, session: Session, offer_uri: str, *, tx_code: str | None = None) -> Record:
        """Look, fetch, verify and keep in one go.

        Raises:
            WalletError: as `look`, `fetch` and `keep`.
        """
        waiting = [each for each in self.arrivals.all(session) if each.link == offer_uri and each.collected]
        arrival = waiting[0] if waiting else self.look(session, offer_uri)
        try:
            self.fetch(session, arrival.row_id, tx_code=tx_code)
        except RefusedCredentialError:
            self.discard(session, arrival.row_id)
            raise
        return self.keep(session, arrival.row_id)

    def look(self, session: Session, offer_uri: str) -> Arrival:
        """See who offers what, without using the link up.

        The address in a link is asked only if it belongs to a verified issuer; otherwise the arrival says
        that it does not, and nothing was sent anywhere.

        Raises:
            LinkError: it is not a link that adds a record, or cannot be used.
            PartnerUnreachableError: the issuer or the trust registry does not answer.
            PartnerRefusedError: the issuer knows no such offer.
        """
        link = parse_link(offer_uri)
        registry = self.trust.registry()
        arrival = self._arrival(offer_uri, link, registry)
        for old in self.arrivals.all(session)[: -MOST_ARRIVALS + 1]:
            self.arrivals.remove(session, old.row_id)
        return self.arrivals.save(session, arrival)

    def arrival(self, session: Session, row_id: str) -> Arrival:
        """An arrival that waits for the person.

        Raises:
            NotInWalletError: there is none of that name.
        """
        return self.arrivals.get(session, row_id)

    def fetch(self, session: Session, row_id: str, *, tx_code: str | None = None) -> Arrival:
        """Fetch the credential with a fresh key of its own, and verify it.

        Fetching again what was fetched answers with what is there: the link works only once.

        Raises:
            NotInWalletError: there is no such arrival.
            RefusedCredentialError: the issuer is not verified, or the credential failed a step.
            CodeNeededError: the issuer wants the code that it sent separately.
            LinkError: the link was used before or has run out.
            PartnerUnreachableError: the issuer does not answer; the link can be tried again.
            PartnerRefusedError: the issuer said no.
        """
        arrival = self.arrivals.get(session, row_id)
        if arrival.held is not None:
            return arrival
        registry = self.trust.registry()
        if arrival.collected is None:
            collected = self._collect(arrival, registry, tx_code)
            # The link works once: what came is kept before it is checked, in case a check must wait.
            arrival = self.arrivals.save(session, replace(arrival, collected=collected))
        held = self._verified(arrival, registry)
        return self.arrivals.save(session, arrival.fetched(held))

    def preview(self, session: Session, row_id: str) -> Record:
        """What a fetched arrival says, before it is kept.

        Raises:
            NotInWalletError: there is no such arrival, or it was not fetched.
        """
        held = self._fetched(session, row_id)
        return describe(held, among=(*self.credentials.all(session), held), now=self.clock())

    def keep(self, session: Session, row_id: str) -> Record:
        """Take a fetched arrival into the wallet. Keeping twice keeps once.

        Raises:
            NotInWalletError: there is no such arrival, or it was not fetched.
        """
        held = self._fetched(session, row_id)
        try:
            self.credentials.save(session, held)
        except ConflictError:
            self.credentials.get(session, held.row_id)  # kept by a second click; anything else is an error
        self.arrivals.remove(session, row_id)
        return describe(held, among=self.credentials.all(session), now=self.clock())

    def discard(self, session: Session, row_id: str) -> None:
        """Forget an arrival."""
        self.arrivals.remove(session, row_id)

    def _arrival(self, pasted: str, link: OfferLink, registry: TrustRegistry) -> Arrival:
        address = _address_of(link)
        if issuer_behind(address, registry) is None:
            return Arrival(self._new_id(), pasted, address=address)
        offer, issuer = self._offer(link, registry)
        return Arrival(
            row_id=self._new_id(),
            link=pasted,
            issuer_name=issuer.name,
            issuer_id=issuer.id,
            address=offer.issuer_url,
            kind=_kind_of(offer),
            needs_code=offer.needs_tx_code,
            code_hint=offer.tx_code_hint,
        )

    def _offer(self, link: OfferLink, registry: TrustRegistry) -> tuple[CredentialOffer, IssuerEntry]:
        if issuer_behind(_address_of(link), registry) is None:
            raise refused(Doubt.UNTRUSTED_ISSUER)
        offer = read_offer(link.document) if link.document is not None else self.issuers.read_offer(link)
        issuer = issuer_behind(offer.issuer_url, registry)
        if issuer is None:
            raise refused(Doubt.UNTRUSTED_ISSUER)
        return offer, issuer

    def _collect(self, arrival: Arrival, registry: TrustRegistry, tx_code: str | None) -> Collected:
        offer, _ = self._offer(parse_link(arrival.link), registry)
        if offer.needs_tx_code and not tx_code:
            raise CodeNeededError("The issuer sent you a code separately. Type it in to go on.")
        key = generate_es256(self.random)
        code = tx_code.strip() if tx_code and offer.needs_tx_code else None
        return Collected(self.issuers.collect(Collection(offer, code, key)), key)

    def _verified(self, arrival: Arrival, registry: TrustRegistry) -> HeldCredential:
        if arrival.collected is None or arrival.issuer_id is None:
            raise refused(Doubt.UNTRUSTED_ISSUER)
        now, key = self.clock(), arrival.collected.holder_key
        compact = arrival.collected.unverified_compact
        credential = verify_received(
            compact, registry, holder_key=key.public, issuer_id=arrival.issuer_id, now=now
        )
        token = self.issuers.status_list(credential.status.uri)
        if verify_standing(credential, token, registry, now=now) is not Standing.VALID:
            raise refused(Doubt.REVOKED)
        name = arrival.issuer_name or credential.issuer
        return held_from(credential, compact, key=key, issuer_name=name, at=(self._new_id(), now))

    def _fetched(self, session: Session, row_id: str) -> HeldCredential:
        held = self.arrivals.get(session, row_id).held
        if held is None:
            raise LinkError("This record has not been fetched yet.")
        return held

    def _new_id(self) -> str:
        return str(uuid.UUID(bytes=self.random(16), version=4))


def _address_of(link: OfferLink) -> str:
    if link.address is not None:
        return link.address
    issuer = (link.document or {}).get("credential_issuer")
    return issuer if isinstance(issuer, str) and issuer else "nowhere"


def _kind_of(offer: CredentialOffer) -> str | None:
    known = {data_set.ref: data_set.ref for data_set in data_sets()}
    known |= {data_set.credential_type: data_set.ref for data_set in data_sets()}
    return known.get(offer.configuration_id)
