"""People who offer scores of their exam records, and what their wallets answer, honestly or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from consent.record import sign_withdrawal
from consent.record_document import Notice
from consent.score_answer import grant, refuse, sign_score_answer
from consent.score_consent import ScoreConsent, sign_score_consent
from consent.score_function import ScoreFunction, scored_columns
from consent.score_offer import EncryptedRecord, ScoreOffer, encrypt_record
from consent.score_request import ScoreRequest, sign_score_request, unverified_score_request
from consent.score_terms import ScoreRefusal, ScoreTerms
from consent.vocabulary import Purpose, RecipientKind
from crypto.curve import ORDER
from crypto.functional.als16 import FunctionalKey, MasterSecretKey, setup
from crypto.sealing import SealingKey
from ssi.credential import present
from ssi.dataset import data_set
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, BUYER_KEY
from tests.marketplace.mpc_node.parties import MARKET, NOW, random_of
from tests.marketplace.mpc_node.people import (
    PLAIN,
    Person,
    _digest,
    _handle,
    credential_of,
    person,
    record_of,
)

EXAM = data_set("exam/1")
EQUAL = {"exam_score": 1, "reading_score": 1}
TERMS = ScoreTerms(
    data_set="exam/1",
    purposes=frozenset({Purpose.PERSONNEL_HIRING}),
    recipient_kinds=frozenset({RecipientKind.RESEARCH_INSTITUTE}),
    compensation_cents=500,
    budget_bits=20,
    asks_first=True,
    given_at=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=90),
)


@dataclass(frozen=True)
class Scorer:
    """One person with her master key."""

    person: Person
    terms: ScoreTerms = TERMS
    consent_id: str = ""
    shown: frozenset[str] = field(default=frozenset({"school_type"}))

    @property
    def id(self) -> str:
        """The id of her consent to scores."""
        return self.consent_id or f"urn:uuid:{UUID(int=self.person.index + 10**6, version=4)}"

    @property
    def master_key(self) -> MasterSecretKey:
        """What opens any score of hers."""
        return setup(len(scored_columns(EXAM)), random_of(f"master key {self.person.index}"))

    def encrypted(self) -> EncryptedRecord:
        """Her record, encrypted with the proof; the same each time."""
        return _encrypted(self.person, self.id)

    def offer(self, **changes: Any) -> ScoreOffer:
        """What her wallet hands in."""
        record = changes.pop("record", None) or self.encrypted()
        credential = credential_of(self.person, PLAIN)
        consent = ScoreConsent(
            consent_id=self.id,
            subject=_handle(self.person, PLAIN),
            controller=MARKET,
            terms=self.terms,
            credential_digest=_digest(credential),
            inputs_digest=record.digest,
            notice=Notice.of("I agree.", "en"),
        )
        signed = sign_score_consent(replace(consent, **changes), self.person.key)
        return ScoreOffer(signed, present(credential, self.shown), record)

    def key(self, request: ScoreRequest) -> FunctionalKey:
        """The function key for a request."""
        return self.master_key.derive_key(ScoreFunction(EXAM, request.weights).key_weights)

    def answer(self, token: str, key: FunctionalKey | None = None) -> str:
        """Her wallet's answer to a signed request: the right key, or another one."""
        request = unverified_score_request(token)
        return sign_score_answer(grant(request, key or self.key(request), at=NOW), self.person.key)

    def lie(self, token: str) -> str:
        """An answer whose key opens to another number."""
        honest = self.key(unverified_score_request(token))
        return self.answer(token, replace(honest, s=(honest.s + 1) % ORDER))

    def refusal(self, token: str, reason: ScoreRefusal = ScoreRefusal.DECLINED) -> str:
        """Her wallet's refusal."""
        return sign_score_answer(refuse(unverified_score_request(token), reason, at=NOW), self.person.key)

    def withdrawal(self) -> str:
        """Her signed word that the offer has ended."""
        return sign_withdrawal(self.id, NOW, self.person.key)

    def score(self, weights: Mapping[str, int]) -> float:
        """What the score is in the clear."""
        return float(sum(weight * self.person.values[name] for name, weight in weights.items()))


def scorer(index: int = 1, **changes: Any) -> Scorer:
    """A person by number."""
    return Scorer(person(index), **changes)


def result_key(number: int) -> SealingKey:
    """The key of one request."""
    return SealingKey.generate(random_of(f"score result {number}"))


def request_id(number: int) -> str:
    """The id of a request by number."""
    return str(UUID(int=number + 10**9, version=4))


def request_for(
    whose: Scorer, weights: Mapping[str, int] | None = None, number: int = 1, **changes: Any
) -> str:
    """A signed request of the buyer."""
    members: dict[str, Any] = {
        "request_id": request_id(number),
        "consent_id": whose.id,
        "inputs_digest": whose.encrypted().digest,
        "buyer": BUYER_HANDLE,
        "marketplace": MARKET,
        "data_set": "exam/1",
        "weights": weights or EQUAL,
        "purpose": Purpose.PERSONNEL_HIRING,
        "compensation_cents": 500,
        "result_key": result_key(number).public.to_bytes(),
        "issued_at": NOW,
        "valid_until": NOW + timedelta(days=7),
    }
    key = changes.pop("key", BUYER_KEY)
    return sign_score_request(ScoreRequest(**{**members, **changes}), key)


@cache
def _encrypted(whose: Person, consent_id: str) -> EncryptedRecord:
    record = record_of(whose)
    key = setup(len(scored_columns(EXAM)), random_of(f"master key {whose.index}"))
    of = (record.commitment, EXAM, consent_id)
    return encrypt_record(
        key, record.encoded, record.blinding, of=of, random=random_of(f"encrypted {whose.index}")
    )
