"""Bring a signed consent to the marketplace and keep the receipt that proves it arrived."""

from dataclasses import dataclass, replace

from consent.errors import ConsentError
from consent.receipt import verify_consent_receipt
from crypto.errors import CryptoError
from ssi.trust_entries import MarketplaceEntry
from wallet.domain.clock import Clock
from wallet.domain.held_consent import Delivery, GivenReceipt, HeldConsent
from wallet.domain.history import LoggedReceipt, believed_statuses
from wallet.domain.session import Session
from wallet.errors import PartnerFaultError
from wallet.services.ports import Market, Store, Trust
from wallet.services.watch_log import WatchLog


@dataclass(frozen=True)
class DeliverConsent:
    """Sends what waits to be sent; the same consent twice is one offer."""

    consents: Store[HeldConsent]
    market: Market
    trust: Trust
    log: WatchLog
    clock: Clock

    def __call__(self, session: Session, held: HeldConsent) -> HeldConsent:
        """Send a consent and check the receipt, in this order; the code carries the numbers.

        1. The marketplace signed the receipt. 2. It is about exactly the record that was sent. 3. The log
        entry is about this consent. 4. The proof holds. 5. The log is the one that this wallet knows.
        6. The receipt as a credential holds, too.

        Raises:
            PartnerUnreachableError: no answer; the consent waits to be sent again.
            PartnerRefusedError: the marketplace said no.
            PartnerFaultError: its receipt does not hold; the consent waits to be sent again.
            LogForkedError: the log contradicts what this wallet saw before.
        """
        if held.delivery is not Delivery.SENDING or held.contribution is None:
            return held
        logged = self.market.publish(held.contribution)
        marketplace = self.trust.registry().marketplace
        try:
            self._check(held, logged, marketplace)
            statuses = believed_statuses(logged.statuses, (), held.signed, marketplace)  # 6
        except (CryptoError, ConsentError) as error:
            raise PartnerFaultError("The marketplace gave a receipt that does not hold.") from error
        self.log.tie(session, logged.proof.checkpoint)  # 5
        receipt = GivenReceipt(
            logged.receipt,
            self.clock(),
            logged.proof.index,
            logged.proof.to_json(),
            logged.entry.to_json(),
        )
        return self.consents.save(session, held.arrived(receipt, statuses))

    def refused(self, session: Session, held: HeldConsent, reason: str) -> HeldConsent:
        """Note that the marketplace refused a consent for good; nothing of it is kept to be sent."""
        ended = replace(held, delivery=Delivery.REFUSED, refusal=reason, contribution=None)
        return self.consents.save(session, ended)

    def _check(self, held: HeldConsent, logged: LoggedReceipt, marketplace: MarketplaceEntry) -> None:
        receipt = verify_consent_receipt(logged.receipt, marketplace.verifying_key)  # 1
        same = receipt.record.consent_id == held.consent_id and receipt.record.policy == held.policy  # 2
        if not same or logged.entry.body.get("consent_id") != held.consent_id:  # 3
            raise PartnerFaultError("The marketplace gave a receipt for something else.")
        logged.proof.verify_entry(logged.entry, marketplace.id, marketplace.verifying_key)  # 4
