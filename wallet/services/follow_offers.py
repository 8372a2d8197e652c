"""What bringing an offer up to date means whatever the kind of sum: what was paid, and who may still ask.

`wallet.services.follow_scores` and `wallet.services.follow_crowds` add what each kind has to be answered.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, TypeVar

from consent.errors import ConsentError
from crypto.errors import CryptoError
from ssi.credential import OrganisationCredential
from ssi.errors import CredentialError
from ssi.revocation import check_status
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_offer import HeldOffer
from wallet.domain.history import LoggedReceipt
from wallet.domain.kept_use import KeptUse, Payment
from wallet.domain.offer_news import verify_payment
from wallet.domain.session import Session
from wallet.domain.use import Proof
from wallet.errors import LogForkedError, NotInWalletError, PartnerError, PartnerFaultError
from wallet.services.deliver_offers import DeliverOffers
from wallet.services.end_offers import EndOffers
from wallet.services.ports import Issuers, Store, Trust
from wallet.services.watch_log import WatchLog

HeldT = TypeVar("HeldT", bound=HeldOffer)
U = TypeVar("U", bound=KeptUse)


@dataclass(frozen=True, kw_only=True)
class FollowOffers(ABC, Generic[HeldT, U]):
    """Checks what the marketplace says about offers of one kind.

    `asked` names in alarms what was asked for, `lost` is the alarm for a payment that the log does not hold.
    """

    asked: ClassVar[str]
    lost: ClassVar[str]

    credentials: Store[HeldCredential]
    offers: Store[HeldT]
    trust: Trust
    issuers: Issuers
    log: WatchLog
    deliver: DeliverOffers[HeldT]
    end: EndOffers[HeldT]
    clock: Clock

    def all(self, session: Session) -> tuple[HeldT, ...]:
        """The offers that there are, for one after the other to be brought up to date."""
        return self.offers.all(session)

    @abstractmethod
    def _paid(self, logged: LoggedReceipt, held: HeldT) -> tuple[U, Payment]:
        """The use that a receipt pays for, and the payment, its place in the log pending."""

    @abstractmethod
    def _with(self, held: HeldT, use: U) -> HeldT:
        """The offer with a changed use."""

    def _is_in_force(self, credential: OrganisationCredential, alarms: list[str]) -> bool:
        registry, now = self.trust.registry(), self.clock()
        try:
            token = self.issuers.status_list(credential.status.uri)
            check_status(credential, token, registry, now=now)
        except PartnerError:
            return False  # it is delivered again at the next refresh, and looked at again
        except CredentialError:
            alarms.append(f"{credential.name} asked for {self.asked} without a valid credential.")
            return False
        return True

    def _with_payments(
        self, session: Session, held: HeldT, uses: Iterable[LoggedReceipt], alarms: list[str]
    ) -> HeldT:
        for logged in uses:
            try:
                held = self._with_payment(session, held, logged, alarms)
            except (CryptoError, ConsentError, NotInWalletError):
                alarms.append(
                    "The marketplace sent a receipt that it did not sign, "
                    "or that is not for what you agreed to."
                )
        return held

    def _with_payment(self, session: Session, held: HeldT, logged: LoggedReceipt, alarms: list[str]) -> HeldT:
        use, payment = self._paid(logged, held)
        payment = replace(payment, evidence=logged.to_json())
        try:
            note = verify_payment(
                logged,
                payment,
                self.trust.registry(),
                request_id=use.request_id,
                consent_id=held.consent_id,
            )
            self.log.tie(session, note)
        except (CryptoError, ConsentError, LogForkedError, PartnerFaultError):
            alarms.append(self.lost)
            return self._with(held, use.paid(replace(payment, proof=Proof.BROKEN)))
        confirmed = self.log.memory(session).holds(payment.log_index)
        proof = Proof.CHECKED if confirmed else Proof.PENDING
        return self._with(held, use.paid(replace(payment, proof=proof)))
