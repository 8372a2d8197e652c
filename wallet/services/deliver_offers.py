"""Bring an offer of weighted sums to the marketplace and keep the receipt that proves it arrived."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from consent.errors import ConsentError
from consent.weighed_receipt import OfferReceipt
from crypto.encoding import digest_of
from crypto.errors import CryptoError
from crypto.signing import VerifyingKey
from ssi.jws import parse_jws
from ssi.trust_entries import MarketplaceEntry
from wallet.domain.clock import Clock
from wallet.domain.held_consent import GivenReceipt
from wallet.domain.held_offer import HeldOffer
from wallet.domain.history import LoggedReceipt
from wallet.domain.session import Session
from wallet.errors import PartnerFaultError, PartnerRefusedError, PartnerUnreachableError
from wallet.services.offer_ports import OfferMarket
from wallet.services.ports import Store, Trust
from wallet.services.watch_log import WatchLog

HeldT = TypeVar("HeldT", bound=HeldOffer)


@dataclass(frozen=True)
class DeliverOffers(Generic[HeldT]):
    """Sends offers of one kind that wait to be sent; the same offer twice is one offer.

    `verify_receipt` reads the marketplace's receipt for this kind; it raises what such readers raise.
    """

    offers: Store[HeldT]
    market: OfferMarket
    trust: Trust
    log: WatchLog
    clock: Clock
    verify_receipt: Callable[[str, VerifyingKey], OfferReceipt]

    def __call__(self, session: Session, held: HeldT) -> HeldT:
        """Send an offer and check the receipt, in this order; the code carries the numbers.

        1. The marketplace signed the receipt. 2. It is about exactly the consent that was sent, and so is the
        log entry. 3. The proof holds. 4. The log is the one that this wallet knows.

        Raises:
            PartnerUnreachableError: no answer; the offer waits to be sent again.
            PartnerRefusedError: the marketplace said no.
            PartnerFaultError: its receipt does not hold; the offer waits to be sent again.
            LogForkedError: the log contradicts what this wallet saw before.
        """
        if held.document is None or held.ended is not None:
            return held
        logged = self.market.publish(held.document)
        marketplace = self.trust.registry().marketplace
        try:
            receipt = self.verify_receipt(logged.receipt, marketplace.verifying_key)  # 1
            _require_logged(logged, receipt, held.signed, marketplace)
        except (CryptoError, ConsentError) as error:
            raise PartnerFaultError("The marketplace gave a receipt that does not hold.") from error
        self.log.tie(session, logged.proof.checkpoint)  # 4
        given = GivenReceipt(
            logged.receipt,
            self.clock(),
            logged.proof.index,
            logged.proof.to_json(),
            logged.entry.to_json(),
        )
        return self.offers.save(session, held.arrived(given))

    def first(self, session: Session, held: HeldT) -> HeldT:
        """Keep a new offer and send it.

        When the marketplace cannot be reached, the offer is kept and sent at the next refresh. When it
        refuses, nothing is kept.

        Raises:
            PartnerRefusedError, PartnerFaultError, LogForkedError: as calling it.
        """
        kept = self.offers.save(session, held)
        try:
            return self(session, kept)
        except PartnerUnreachableError:
            return kept
        except PartnerRefusedError:
            self.offers.remove(session, kept.row_id)
            raise

    def again(self, session: Session, held: HeldT) -> HeldT:
        """Send what still waits to be sent; what the marketplace refuses is noted, for good.

        Raises:
            PartnerUnreachableError, PartnerRefusedError, PartnerFaultError, LogForkedError: as calling it.
        """
        try:
            return self(session, held)
        except PartnerRefusedError as error:
            self.offers.save(session, held.refused(str(error)))
            raise


def _require_logged(
    logged: LoggedReceipt, receipt: OfferReceipt, signed: str, marketplace: MarketplaceEntry
) -> None:
    payload = parse_jws(signed, "consent").payload
    sent = (payload.get("consent_id"), digest_of(payload))
    named, entry = (receipt.consent_id, receipt.consent_digest), logged.entry.body
    if named != sent or (entry.get("consent_id"), entry.get("consent_digest")) != sent:  # 2
        raise PartnerFaultError("The marketplace gave a receipt for something else.")
    logged.proof.verify_entry(logged.entry, marketplace.id, marketplace.verifying_key)  # 3
