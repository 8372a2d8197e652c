"""A person takes an agreement along: everything that was signed about it, and what it came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.kept_agreement import KeptAgreement
from consent.policy import Policy
from consent.record_document import Notice
from crypto.encoding import Json
from crypto.reading import Fields
from wallet.domain.credential import HeldCredential
from wallet.domain.fhir_consent import Exported
from wallet.domain.held_consent import GivenReceipt, HeldConsent
from wallet.domain.held_offer import HeldOffer
from wallet.domain.session import Session
from wallet.domain.use import UseEntry
from wallet.errors import NotInWalletError
from wallet.services.ports import Store
from wallet.services.read_wallet import ReadWallet


@dataclass(frozen=True)
class AgreementPaper:
    """One agreement of any kind, for a file and for paper. `deleted` says which node deleted when.

    `policy` is there where it is about computations.
    """

    kept: KeptAgreement = field(repr=False)
    consent_id: str
    data_set: str
    words: str
    given_at: datetime
    valid_until: datetime
    partners: tuple[str, ...]
    paused: bool
    ended_at: datetime | None
    deleted: Mapping[str, datetime]
    log_index: int | None
    uses: tuple[UseEntry, ...]
    policy: Policy | None = None

    def as_exported(self) -> Exported:
        """What a hospital is told of it.

        Raises:
            NotInWalletError: it is about scores or crowd sums, for which FHIR has no words.
        """
        if self.policy is None:
            raise NotInWalletError("There is no such document.")
        record = Fields.of(self.kept.record, "record")
        (subject,) = record.objects("dpv:hasDataSubject", least=1, most=1)
        (controller,) = record.texts("dpv:hasDataController", least=1, most=1)
        (notice,) = record.objects("dpv:hasNotice", least=1, most=1)
        return Exported(
            consent_id=self.consent_id,
            subject=subject.text("@id"),
            controller=controller,
            policy=self.policy,
            words=self.words,
            notice=Notice.of(self.words, notice.text("dct:language")),
            ended_at=self.ended_at,
        )

    @property
    def earned_cents(self) -> int:
        """What was paid for it so far."""
        return sum(use.amount_cents for use in self.uses)


@dataclass(frozen=True)
class KeepReceipts:
    """Puts together what belongs to one agreement, whatever its kind."""

    read: ReadWallet
    credentials: Store[HeldCredential]

    def __call__(self, session: Session, consent_id: str) -> AgreementPaper:
        """The agreement of this public id, with its uses as of the last refresh, newest first.

        Raises:
            NotInWalletError: this wallet has no such agreement.
        """
        uses = tuple(use for use in self.read.history(session) if use.consent_id == consent_id)
        for held in self.read.consents(session):
            if held.consent_id == consent_id:
                return self._consent(session, held, uses)
        offers = (*self.read.scores.offers(session), *self.read.crowds.offers(session))
        for offer in offers:
            if offer.consent_id == consent_id:
                return self._offer(session, offer, uses)
        raise NotInWalletError("It was removed, or it was never in this wallet.")

    def _consent(self, session: Session, held: HeldConsent, uses: tuple[UseEntry, ...]) -> AgreementPaper:
        ended = held.withdrawal
        deletions = {} if ended is None else ended.deletions
        kept = replace(
            self._kept(session, held, uses),
            pause=None if held.pausing is None else held.pausing.signed,
            withdrawal=None if ended is None else ended.signed,
            deletions={node: each.receipt for node, each in deletions.items()},
            statuses=held.statuses,
            deletion_credentials={
                node: each.credential for node, each in deletions.items() if each.credential is not None
            },
        )
        return AgreementPaper(
            kept=kept,
            consent_id=held.consent_id,
            data_set=held.policy.data_set,
            words=held.notice,
            given_at=held.policy.given_at,
            valid_until=held.policy.valid_until,
            partners=held.policy.node_ids,
            paused=held.is_paused,
            ended_at=None if ended is None else ended.at,
            deleted={node: each.deleted_at for node, each in deletions.items()},
            log_index=None if held.receipt is None else held.receipt.log_index,
            uses=uses,
            policy=held.policy,
        )

    def _offer(self, session: Session, held: HeldOffer, uses: tuple[UseEntry, ...]) -> AgreementPaper:
        ended = held.ended
        kept = replace(self._kept(session, held, uses), withdrawal=None if ended is None else ended.signed)
        return AgreementPaper(
            kept=kept,
            consent_id=held.consent_id,
            data_set=held.terms.data_set,
            words=held.notice,
            given_at=held.terms.given_at,
            valid_until=held.terms.valid_until,
            partners=(),
            paused=held.is_paused,
            ended_at=None if ended is None else ended.at,
            deleted={},
            log_index=None if held.receipt is None else held.receipt.log_index,
            uses=uses,
        )

    def _kept(
        self, session: Session, held: HeldConsent | HeldOffer, uses: tuple[UseEntry, ...]
    ) -> KeptAgreement:
        compact = self.credentials.get(session, held.credential_id).compact
        evidence = tuple(use.evidence for use in uses if use.evidence is not None)
        plain = KeptAgreement.of(held.signed, compact, held.notice)
        return replace(plain, receipt=_receipt(held.receipt), uses=evidence)


def _receipt(given: GivenReceipt | None) -> Json:
    if given is None:
        return None
    return {"receipt": given.receipt, "log": {"entry": given.entry, "proof": given.proof}}
