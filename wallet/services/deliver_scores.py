"""Bring an offer of scores to the marketplace and keep the receipt that proves it arrived."""

from dataclasses import dataclass, replace

from consent.errors import ConsentError
from consent.score_receipt import verify_offer_receipt
from crypto.encoding import digest_of
from crypto.errors import CryptoError
from ssi.jws import parse_jws
from ssi.trust_entries import MarketplaceEntry
from wallet.domain.clock import Clock
from wallet.domain.held_consent import GivenReceipt
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.history import LoggedReceipt
from wallet.domain.session import Session
from wallet.errors import PartnerFaultError
from wallet.services.ports import Store, Trust
from wallet.services.score_ports import ScoreMarket
from wallet.services.watch_log import WatchLog


@dataclass(frozen=True)
class DeliverScores:
    """Sends what waits to be sent; the same offer twice is one offer."""

    offers: Store[HeldScoreOffer]
    market: ScoreMarket
    trust: Trust
    log: WatchLog
    clock: Clock

    def __call__(self, session: Session, held: HeldScoreOffer) -> HeldScoreOffer:
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
            _check(held, logged, marketplace)
        except (CryptoError, ConsentError) as error:
            raise PartnerFaultError("The marketplace gave a receipt that does not hold.") from error
        self.log.tie(session, logged.proof.checkpoint)  # 4
        receipt = GivenReceipt(logged.receipt, self.clock(), logged.proof.index, logged.proof.to_json())
        return self.offers.save(session, held.arrived(receipt))

    def refused(self, session: Session, held: HeldScoreOffer, reason: str) -> HeldScoreOffer:
        """Note that the marketplace refused an offer for good; nothing of it is kept to be sent."""
        return self.offers.save(session, replace(held, refusal=reason, document=None, master_key=None))


def _check(held: HeldScoreOffer, logged: LoggedReceipt, marketplace: MarketplaceEntry) -> None:
    receipt = verify_offer_receipt(logged.receipt, marketplace.verifying_key)  # 1
    sent = digest_of(parse_jws(held.signed, "score consent").payload)
    same = (receipt.consent_id, receipt.consent_digest) == (held.consent_id, sent)
    entry = logged.entry.body
    if not same or (entry.get("consent_id"), entry.get("consent_digest")) != (held.consent_id, sent):  # 2
        raise PartnerFaultError("The marketplace gave a receipt for something else.")
    logged.proof.verify_entry(logged.entry, marketplace.id, marketplace.verifying_key)  # 3
