"""Offers that were checked are kept: in the books and in the log, those of one moment in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from consent.contribution import Contribution
from consent.receipt import ConsentReceipt, sign_consent_receipt
from consent.record import ConsentRecord
from crypto.encoding import Json, canonical_json
from marketplace.domain.offer import Offer, OfferState
from marketplace.errors import OfferConflictError
from marketplace.services.desk import Desk
from marketplace.services.log_entries import append_shown
from marketplace.services.ports import Arrival, ArrivedOffer, Books
from marketplace.services.status_credentials import first_credential
from marketplace.services.together import Outcome, Together
from ssi.credential import RecordCredential

Answer = dict[str, Json]


@dataclass(frozen=True)
class CheckedContribution:
    """A contribution whose papers belong together; `document` is all of it, of which `digest` is."""

    contribution: Contribution = field(repr=False)
    credential: RecordCredential = field(repr=False)
    record: ConsentRecord = field(repr=False)
    document: str = field(repr=False)
    digest: str
    at: datetime


@dataclass(frozen=True)
class _Signed:
    """What is to be kept, with the receipts for it."""

    checked: CheckedContribution = field(repr=False)
    receipts: Answer = field(repr=False)


@dataclass(frozen=True)
class KeepOffers:
    """Keeps offers. Each stands in the log and has its proof, whoever was kept together with it."""

    desk: Desk
    _together: Together[_Signed, Answer] = field(default_factory=Together, init=False, repr=False)

    def __call__(self, checked: CheckedContribution) -> Answer:
        """The signed receipts, and the proof that the offer stands in the log; or the answer from before.

        Raises:
            OfferConflictError: another contribution came for this consent, or it was withdrawn.
        """
        return self._together(self._signed(checked), self._keep_all)  # signed before anybody has to wait

    def all_of(self, checked: Sequence[CheckedContribution]) -> list[Outcome[Answer]]:
        """What becomes of several when they are kept in one transaction, in order."""
        return self._keep_all([self._signed(each) for each in checked])

    def answered(self, checked: CheckedContribution) -> Answer | None:
        """The answer that the same contribution got before, if it came before.

        Raises:
            OfferConflictError: as when it is to be kept.
        """
        with self.desk.store.reading() as books:
            known = books.offers.arrivals([checked.record.consent_id])
        return _answered(checked, known.get(checked.record.consent_id))

    def _signed(self, checked: CheckedContribution) -> _Signed:
        record, key = checked.record, self.desk.key
        receipts: Answer = {
            "consent_id": record.consent_id,
            "receipt": sign_consent_receipt(ConsentReceipt(record, checked.at), key),
            "status_receipts": first_credential(record, key, at=checked.at),
        }
        return _Signed(checked, receipts)

    def _keep_all(self, arrived: Sequence[_Signed]) -> list[Outcome[Answer]]:
        """What became of each; of two contributions for one consent the first is kept."""
        with self.desk.store.writing() as books:
            known = books.offers.arrivals(each.checked.record.consent_id for each in arrived)
            new: dict[str, _Signed] = {}
            for each in arrived:
                consent_id = each.checked.record.consent_id
                if consent_id not in known:
                    new.setdefault(consent_id, each)
            kept = self._keep_new(books, list(new.values()))
        return [_outcome(each.checked, {**known, **kept}) for each in arrived]

    def _keep_new(self, books: Books, new: Sequence[_Signed]) -> dict[str, Arrival]:
        if not new:
            return {}
        logged = append_shown(
            self.desk, books, "offer", [(_entry(each.checked.record), each.checked.at) for each in new]
        )
        arrived = [
            _arrived(each, log_index=index, answer={**each.receipts, "log": log})
            for each, (index, log) in zip(new, logged, strict=True)
        ]
        books.offers.add_all(arrived)
        return {
            each.offer.consent_id: Arrival(each.request_digest, each.answer, each.offer.state)
            for each in arrived
        }


def _outcome(checked: CheckedContribution, known: Mapping[str, Arrival]) -> Outcome[Answer]:
    try:
        answer = _answered(checked, known[checked.record.consent_id])
    except OfferConflictError as error:
        return error
    return answer or {}


def _answered(checked: CheckedContribution, known: Arrival | None) -> Answer | None:
    consent_id = checked.record.consent_id
    if known is None:
        return None
    if known.request_digest != checked.digest:
        raise OfferConflictError(f"another contribution came for consent {consent_id}")
    if known.state is OfferState.WITHDRAWN:
        raise OfferConflictError(f"consent {consent_id} was withdrawn; give a new one")
    return dict(known.answer)


def _entry(record: ConsentRecord) -> Answer:
    return {
        "consent_id": record.consent_id,
        "consent_digest": record.digest,
        "inputs_digest": record.inputs_digest,
        "data_set": record.policy.data_set,
    }


def _arrived(signed: _Signed, *, log_index: int, answer: Answer) -> ArrivedOffer:
    checked = signed.checked
    credential, record = checked.credential, checked.record
    offer = Offer(
        consent_id=record.consent_id,
        person=credential.handle,
        holder_jwk=canonical_json(credential.holder_key.to_jwk()).decode(),
        policy=record.policy,
        public={name: str(value) for name, value in credential.claims.items()},
        inputs_digest=record.inputs_digest,
        state=OfferState.WAITING,
        received_at=checked.at,
        log_index=log_index,
    )
    return ArrivedOffer(offer, checked.document, checked.digest, answer)
