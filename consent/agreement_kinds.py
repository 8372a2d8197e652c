"""Which kinds of agreement are there, for who checks one without knowing its kind beforehand?

Offers to computations, to scores and to crowd sums are signed as tokens of different types, and so are the
receipts for them. `AGREEMENTS` has for each type how it and its receipts are read; all of them name the same
few things.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from consent.crowd_consent import CROWD_CONSENT_TYP, verify_crowd_consent
from consent.crowd_receipt import verify_crowd_offer_receipt, verify_crowd_receipt
from consent.receipt import verify_consent_receipt, verify_usage_receipt
from consent.record import CONSENT_TYP, unverified_inputs_digest, verify_consent
from consent.record_document import Notice
from consent.score_consent import SCORE_CONSENT_TYP, verify_score_consent
from consent.score_receipt import verify_offer_receipt, verify_score_receipt
from consent.weighed_consent import WeighedConsent
from consent.weighed_receipt import WeighedReceipt
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.signing import VerifyingKey
from ssi.credential import RecordCredential
from ssi.jws import parse_jws


@dataclass(frozen=True)
class Agreed:
    """An agreement of any kind, verified: which, with whom, about what, in which words, from when to when."""

    consent_id: str
    digest: str
    controller: str
    data_set: str
    notice: Notice
    given_at: datetime
    valid_until: datetime


@dataclass(frozen=True)
class Received:
    """Which agreement a receipt of the marketplace is for."""

    consent_id: str
    digest: str


@dataclass(frozen=True)
class Used:
    """What a receipt for a use names, and the members by which its log entry is recognised."""

    consent_id: str
    name: str
    buyer_name: str
    amount_cents: int
    used_at: datetime
    log_index: int
    entry: Mapping[str, Json] = field(hash=False)


@dataclass(frozen=True)
class AgreementKind:
    """How the documents of one kind are read; each raises what the reader of its document raises."""

    agreed: Callable[[str, RecordCredential], Agreed]
    received: Callable[[str, VerifyingKey], Received]
    used: Callable[[str, VerifyingKey], Used]


def kind_of_agreement(signed: str) -> AgreementKind:
    """The kind that a signed agreement claims to be of.

    Raises:
        MalformedError: it is no signed document, or no agreement.
    """
    typ = parse_jws(signed, "agreement").header["typ"]
    if not isinstance(typ, str) or typ not in AGREEMENTS:
        raise MalformedError("agreement: expected a signed agreement, got another kind of document")
    return AGREEMENTS[typ]


def _computation(signed: str, credential: RecordCredential) -> Agreed:
    record = verify_consent(
        signed,
        credential.holder_key,
        subject=credential.handle,
        credential_digest=credential.digest,
        inputs_digest=unverified_inputs_digest(signed),
    )
    policy = record.policy
    return Agreed(
        record.consent_id,
        record.digest,
        record.controller,
        policy.data_set,
        record.notice,
        policy.given_at,
        policy.valid_until,
    )


def _score(signed: str, credential: RecordCredential) -> Agreed:
    return _weighed(
        verify_score_consent(
            signed,
            credential.holder_key,
            subject=credential.handle,
            credential_digest=credential.digest,
            inputs_digest=unverified_inputs_digest(signed),
        )
    )


def _crowd(signed: str, credential: RecordCredential) -> Agreed:
    key, handle, digest = credential.holder_key, credential.handle, credential.digest
    return _weighed(verify_crowd_consent(signed, key, subject=handle, credential_digest=digest))


def _weighed(consent: WeighedConsent) -> Agreed:
    terms = consent.terms
    return Agreed(
        consent.consent_id,
        consent.digest,
        consent.controller,
        terms.data_set,
        consent.notice,
        terms.given_at,
        terms.valid_until,
    )


def _computation_receipt(token: str, key: VerifyingKey) -> Received:
    record = verify_consent_receipt(token, key).record
    return Received(record.consent_id, record.digest)


def _score_receipt(token: str, key: VerifyingKey) -> Received:
    receipt = verify_offer_receipt(token, key)
    return Received(receipt.consent_id, receipt.consent_digest)


def _crowd_receipt(token: str, key: VerifyingKey) -> Received:
    receipt = verify_crowd_offer_receipt(token, key)
    return Received(receipt.consent_id, receipt.consent_digest)


def _computation_use(token: str, key: VerifyingKey) -> Used:
    receipt = verify_usage_receipt(token, key)
    entry: dict[str, Json] = {
        "job_id": receipt.job_id,
        "consent_id": receipt.consent_id,
        "amount_cents": receipt.amount_cents,
    }
    return Used(
        receipt.consent_id,
        receipt.job_id,
        receipt.buyer_name,
        receipt.amount_cents,
        receipt.used_at,
        receipt.log_index,
        entry,
    )


def _score_use(token: str, key: VerifyingKey) -> Used:
    receipt = verify_score_receipt(token, key)
    return _weighed_use(receipt, receipt.request_id)


def _crowd_use(token: str, key: VerifyingKey) -> Used:
    receipt = verify_crowd_receipt(token, key)
    return _weighed_use(receipt, receipt.order_id)


def _weighed_use(receipt: WeighedReceipt, name: str) -> Used:
    entry: dict[str, Json] = {
        "request_id": name,
        "consent_id": receipt.consent_id,
        "amount_cents": receipt.amount_cents,
    }
    return Used(
        receipt.consent_id,
        name,
        receipt.buyer_name,
        receipt.amount_cents,
        receipt.used_at,
        receipt.log_index,
        entry,
    )


AGREEMENTS: Final[Mapping[str, AgreementKind]] = {
    CONSENT_TYP: AgreementKind(_computation, _computation_receipt, _computation_use),
    SCORE_CONSENT_TYP: AgreementKind(_score, _score_receipt, _score_use),
    CROWD_CONSENT_TYP: AgreementKind(_crowd, _crowd_receipt, _crowd_use),
}
