"""A marketplace that passes on requests for scores, and a company that makes them, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from consent.log import Entry
from consent.order import EscrowReceipt, sign_escrow_receipt
from consent.record import unverified_consent_id
from consent.score_answer import ScoreAnswer, open_function_key, unverified_request_id, verify_score_answer
from consent.score_consent import SCORE_CONSENT_TYP
from consent.score_function import ScoreFunction
from consent.score_offer import ScoreOffer, VerifiedScoreOffer, verify_score_offer
from consent.score_receipt import ScoreOfferReceipt, ScoreReceipt, sign_offer_receipt, sign_score_receipt
from consent.score_request import ScoreRequest, sign_score_request, unverified_score_request
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import Json, digest_of, sha256
from crypto.errors import SignatureError
from crypto.sealing import SealingKey
from crypto.signing import SigningKey
from ssi.issuance import Organisation, Subject, issue_organisation_credential, organisation_handle
from ssi.jws import parse_jws
from tests.ssi import parties
from wallet.domain.clock import Clock
from wallet.domain.history import LoggedReceipt
from wallet.domain.offer_news import EndedRequest
from wallet.domain.score_news import DeliveredRequest, ScoreNews
from wallet.errors import PartnerRefusedError, PartnerUnreachableError

EQUAL = {"exam_score": 1, "reading_score": 1}
DOUBLE = {"exam_score": 2, "reading_score": 1}
COMPANY_KEY = parties.es256("company")
COMPANY = organisation_handle(sha256(b"pairwise"), organisation="company")
STATUS_INDEX = 33


class _Log(Protocol):
    entries: list[Entry]

    def append(self, entry: Entry) -> int: ...
    def prove(self, index: int, key: SigningKey) -> Any: ...


@cache
def company_credential(kind: str = "company") -> str:
    """Who the company is, signed by the chamber."""
    return issue_organisation_credential(
        Organisation("Harbour Works", kind, "AT"),
        Subject(COMPANY, COMPANY_KEY.public),
        issuer=parties.CHAMBER_ISSUER,
        terms=parties.terms(uri=parties.CHAMBER_STATUS_PREFIX + "1", index=STATUS_INDEX),
    )


def result_key(number: int) -> SealingKey:
    """The key of one request."""
    return SealingKey.generate(parties.random_of(f"result key {number}"))


def request_id(number: int) -> str:
    """The id of one request."""
    return str(UUID(int=number, version=4))


@dataclass
class MemoryScoreMarket:
    """A marketplace that keeps its promises unless a test says otherwise."""

    clock: Clock
    key: SigningKey = field(repr=False)
    log: _Log = field(repr=False)
    offers: dict[str, ScoreOffer] = field(default_factory=dict)
    receipts: dict[str, LoggedReceipt] = field(default_factory=dict)
    withdrawals: dict[str, str] = field(default_factory=dict)
    delivered: list[tuple[str, DeliveredRequest]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    paid: list[tuple[str, LoggedReceipt]] = field(default_factory=list)
    ended: list[tuple[str, EndedRequest]] = field(default_factory=list)
    down: bool = False
    says_no: bool = False

    def publish(self, offer: Json) -> LoggedReceipt:
        self._answering()
        parsed = ScoreOffer.from_json(offer)
        payload = parse_jws(parsed.consent, "consent").payload
        consent_id = str(payload["consent_id"])
        if consent_id not in self.receipts:
            self.offers[consent_id] = parsed
            digest = digest_of(payload)
            entry = Entry.of("offer", self._now(), {"consent_id": consent_id, "consent_digest": digest})
            index = self.log.append(entry)
            receipt = sign_offer_receipt(ScoreOfferReceipt(consent_id, digest, self._now()), self.key)
            self.receipts[consent_id] = LoggedReceipt(receipt, entry, self.log.prove(index, self.key))
        return self.receipts[consent_id]

    def withdraw(self, withdrawal: str) -> None:
        self._answering()
        self.withdrawals[unverified_consent_id(withdrawal)] = withdrawal

    def news(self, consent_id: str, holder_key: SigningKey) -> ScoreNews:
        self._answering()
        try:
            signed = parse_jws(self.offers[consent_id].consent, "consent")
            signed.verify(holder_key.public, typ=SCORE_CONSENT_TYP)
        except (KeyError, SignatureError) as error:
            raise PartnerRefusedError("The marketplace said no: there is no such offer of yours") from error
        return ScoreNews(
            tuple(each for owner, each in self.delivered if owner == consent_id),
            tuple(each for owner, each in self.paid if owner == consent_id),
            tuple(each for owner, each in self.ended if owner == consent_id),
        )

    def answer(self, answer: str) -> None:
        self._answering()
        self.answers[unverified_request_id(answer)] = answer

    def verified(self, consent_id: str) -> VerifiedScoreOffer:
        """An offer as a buyer sees it."""
        return verify_score_offer(
            self.offers[consent_id], parties.registry(), marketplace="market", now=self.clock()
        )

    def ask(
        self, consent_id: str, weights: Mapping[str, int], number: int = 1, **changes: Any
    ) -> ScoreRequest:
        """The company asks, the money is held, and the request waits for the wallet."""
        request = self.request(consent_id, weights, number, **changes)
        token = sign_score_request(request, COMPANY_KEY)
        receipt = EscrowReceipt(
            request.request_id, request.digest, 1000, request.compensation_cents, self._now()
        )
        self.deliver(consent_id, token, sign_escrow_receipt(receipt, self.key))
        return request

    def deliver(self, consent_id: str, token: str, receipt: str, credential: str | None = None) -> None:
        """Pass on any documents as a request."""
        delivered = DeliveredRequest(token, credential or company_credential(), receipt)
        self.delivered.append((consent_id, delivered))

    def request(
        self, consent_id: str, weights: Mapping[str, int], number: int = 1, **changes: Any
    ) -> ScoreRequest:
        """A request as the company makes it."""
        members: dict[str, Any] = {
            "request_id": request_id(number),
            "consent_id": consent_id,
            "inputs_digest": self.offers[consent_id].record.digest,
            "buyer": COMPANY,
            "marketplace": "market",
            "data_set": "exam/1",
            "weights": dict(weights),
            "purpose": Purpose.PERSONNEL_HIRING,
            "compensation_cents": 500,
            "result_key": result_key(number).public.to_bytes(),
            "issued_at": self._now(),
            "valid_until": self._now() + timedelta(days=7),
        }
        return ScoreRequest(**{**members, **changes})

    def answered(self, request: ScoreRequest) -> ScoreAnswer:
        """What the wallet answered, checked as the buyer does."""
        key = self.verified(request.consent_id).credential.holder_key
        return verify_score_answer(self.answers[request.request_id], key, request)

    def score(self, request: ScoreRequest, number: int = 1) -> float:
        """What the buyer finds when it opens the answer."""
        offer = self.verified(request.consent_id)
        function = ScoreFunction(offer.data_set, request.weights)
        key = open_function_key(
            self.answered(request),
            request,
            function.key_weights,
            public_key=offer.public_key,
            result_key=result_key(number),
        )
        low, high = function.bounds
        return float(function.in_units(key.decrypt(offer.ciphertext, bound=high, least=low)))

    def pay(self, request: ScoreRequest, **changes: Any) -> None:
        """The buyer has opened the answer, and the person is paid."""
        told: dict[str, Json] = {
            "request_id": request.request_id,
            "consent_id": request.consent_id,
            "amount_cents": request.compensation_cents,
        }
        entry = Entry.of("use", self._now(), {**told, **changes.pop("entry", {})})
        index = self.log.append(entry)
        members: dict[str, Any] = {
            "consent_id": request.consent_id,
            "request_id": request.request_id,
            "buyer_id": COMPANY,
            "buyer_name": "Harbour Works",
            "buyer_kind": RecipientKind.COMPANY,
            "purpose": request.purpose,
            "weights": request.weights,
            "amount_cents": request.compensation_cents,
            "used_at": self._now(),
            "log_index": index,
        }
        token = sign_score_receipt(ScoreReceipt(**{**members, **changes}), self.key)
        self.paid.append((request.consent_id, LoggedReceipt(token, entry, self.log.prove(index, self.key))))
        self.delivered = [
            each for each in self.delivered if unverified_score_request(each[1].request) != request
        ]

    def _answering(self) -> None:
        if self.down:
            raise PartnerUnreachableError("The marketplace cannot be reached now.")
        if self.says_no:
            raise PartnerRefusedError("The marketplace said no: the consent is not in force now.")

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)
