"""A student whose grades can be scored, a company that asks for a score, and documents between the two."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from consent.record_document import Notice
from consent.score_consent import ScoreConsent, sign_score_consent
from consent.score_function import ScoreFunction, scored_attributes
from consent.score_offer import EncryptedRecord, ScoreOffer, VerifiedScoreOffer, encrypt_record
from consent.score_offer import verify_score_offer as verify_offer
from consent.score_request import ScoreRequest
from consent.score_terms import ScoreTerms
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import b64url_encode, sha256
from crypto.functional.als16 import MasterSecretKey, setup
from crypto.randomness import stream
from crypto.sealing import SealingKey
from ssi.credential import present
from ssi.dataset import DataSet, data_set, parse_data_set
from ssi.record import Record
from tests.ssi import parties

EXAM = data_set("exam/1")
NOW = parties.NOW
CONSENT_ID = "urn:uuid:6f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f"
OTHER_CONSENT_ID = "urn:uuid:00000000-0000-4000-8000-000000000000"
REQUEST_ID = "0b7ac4fe-6a0f-4c2f-9f3e-1d2c3b4a5968"
OTHER_REQUEST_ID = "11111111-6a0f-4c2f-9f3e-1d2c3b4a5968"
MARKET = "market"
BUYER = "urn:argonauta:person:" + b64url_encode(sha256(b"company"))
EQUAL = {"exam_score": 1, "reading_score": 1}
DOUBLE = {"exam_score": 2, "reading_score": 1}
RESULT_KEY = SealingKey.generate(parties.random_of("result key"))

TERMS = ScoreTerms(
    data_set="exam/1",
    purposes=frozenset({Purpose.PERSONNEL_HIRING}),
    recipient_kinds=frozenset({RecipientKind.COMPANY}),
    compensation_cents=500,
    budget_bits=20,
    asks_first=True,
    given_at=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=90),
)
REQUEST = ScoreRequest(
    request_id=REQUEST_ID,
    consent_id=CONSENT_ID,
    inputs_digest=b64url_encode(sha256(b"inputs")),
    buyer=BUYER,
    marketplace=MARKET,
    data_set="exam/1",
    weights=EQUAL,
    purpose=Purpose.PERSONNEL_HIRING,
    compensation_cents=500,
    result_key=RESULT_KEY.public.to_bytes(),
    issued_at=NOW,
    valid_until=NOW + timedelta(days=2),
)


@cache
def master_key(label: str = "anna") -> MasterSecretKey:
    """The key of one offer."""
    return setup(len(scored_attributes(EXAM)), stream(sha256(label.encode()), "score tests"))


def encrypted(record: Record | None = None, *, consent_id: str = CONSENT_ID) -> EncryptedRecord:
    """A record encrypted for a consent."""
    record = record or parties.record()
    of = (record.commitment, record.data_set, consent_id)
    return encrypt_record(master_key(), record.encoded, record.blinding, of=of)


def consent(record: EncryptedRecord, terms: ScoreTerms = TERMS, **changes: Any) -> ScoreConsent:
    """A consent to scores of an encrypted record."""
    credential = parties.exam_credential()
    digest = b64url_encode(sha256(credential.partition("~")[0].rpartition(".")[0].encode()))
    plain = ScoreConsent(
        consent_id=CONSENT_ID,
        subject=parties.subject().handle,
        controller=MARKET,
        terms=terms,
        credential_digest=digest,
        inputs_digest=record.digest,
        notice=Notice.of("What I agreed to.", "en"),
    )
    return replace(plain, **changes)


def offer(record: EncryptedRecord | None = None, terms: ScoreTerms = TERMS, **changes: Any) -> ScoreOffer:
    """What a wallet hands in."""
    record = record or encrypted()
    signed = sign_score_consent(consent(record, terms, **changes), parties.HOLDER)
    return ScoreOffer(signed, present(parties.exam_credential(), {"school_type"}), record)


@cache
def an_offer() -> ScoreOffer:
    """An honest offer, made once."""
    return offer()


def verified(made: ScoreOffer | None = None) -> VerifiedScoreOffer:
    """An offer after its check."""
    return verify_offer(made or an_offer(), parties.registry(), marketplace=MARKET, now=NOW)


def function(weights: Mapping[str, int], of: DataSet = EXAM) -> ScoreFunction:
    """A score of the exam data set, or of another."""
    return ScoreFunction(of, weights)


@cache
def wide() -> DataSet:
    """A data set of eight numbers from 0 to 100, so that several scores can be granted."""
    words = '{"en": "Mark", "de": "Note"}'
    attributes = ",".join(
        f'{{"name": "m{place}", "kind": "number", "label": {words}, "about": {words}, "unit": "1",'
        f' "minimum": 0, "maximum": 100, "decimals": {place % 2}, "bins": [0, 50, 100], "required": true}}'
        for place in range(8)
    )
    text = (
        '{"id": "marks", "version": 1, "credential_type": "urn:argonauta:credential:marks:1",'
        f' "domain": "education", "sensitivity": "personal", "label": {words}, "about": {words},'
        f' "attributes": [{attributes}]}}'
    )
    return parse_data_set(text, "marks")
