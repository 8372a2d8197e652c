"""One use under an offer as the wallet keeps it: who asked, since when, and what it came to.

`wallet.domain.asked_score` and `wallet.domain.crowd_part` add how the wallet takes part in the two kinds.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, TypedDict

from consent.crowd_order import CrowdOrder
from consent.score_request import ScoreRequest
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from wallet.domain.use import MOST_CENTS, MOST_ENTRIES, Buyer, Outcome, Proof, UseEntry, read_buyer

MAX_TOKEN = 100_000


@dataclass(frozen=True)
class Payment:
    """What a use paid, after its receipt and its place in the log were looked at; `evidence` are both."""

    amount_cents: int
    at: datetime
    log_index: int
    proof: Proof
    evidence: Json = field(default=None, repr=False, compare=False)

    def to_document(self) -> dict[str, Json]:
        """The payment as a document to be sealed."""
        return {
            "amount_cents": self.amount_cents,
            "at": utc_text(self.at),
            "log_index": self.log_index,
            "proof": self.proof.value,
            "evidence": self.evidence,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Payment":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        payment = cls(
            fields.integer("amount_cents", least=0, most=MOST_CENTS),
            fields.moment("at"),
            fields.integer("log_index", least=0, most=MOST_ENTRIES),
            fields.choice("proof", Proof),
            fields.any("evidence") if fields.has("evidence") else None,
        )
        fields.done()
        return payment


class SharedMembers(TypedDict):
    """The members that all these uses have."""

    token: str
    buyer: Buyer
    arrived_at: datetime
    ended: str | None
    payment: Payment | None


@dataclass(frozen=True)
class KeptUse(ABC):
    """One use. `token` is the buyer's signed word; `ended` says why it came to nothing, if it did."""

    token: str = field(repr=False)
    buyer: Buyer
    arrived_at: datetime
    ended: str | None = field(default=None, kw_only=True)
    payment: Payment | None = field(default=None, kw_only=True)

    @property
    @abstractmethod
    def request_id(self) -> str:
        """The id of what was asked, as receipts and the log name it."""

    @abstractmethod
    def paid(self, payment: Payment) -> Self:
        """After the marketplace showed a receipt."""

    def _entry(
        self, asked: ScoreRequest | CrowdOrder, *, consent_id: str, job_id: str, outcome: Outcome
    ) -> UseEntry:
        paid = self.payment
        return UseEntry(
            consent_id=consent_id,
            job_id=job_id,
            at=self.arrived_at if paid is None else paid.at,
            buyer=self.buyer,
            purpose=asked.purpose,
            statistics=(),
            group_by=None,
            outcome=outcome,
            amount_cents=0 if paid is None else paid.amount_cents,
            reason=self.ended,
            log_index=None if paid is None else paid.log_index,
            proof=Proof.PENDING if paid is None else paid.proof,
            weights=tuple(sorted(asked.weights.items())),
            evidence=None if paid is None else paid.evidence,
        )

    def to_document(self) -> dict[str, Json]:
        """The use as a document to be sealed."""
        return {
            "token": self.token,
            "buyer_name": self.buyer.name,
            "buyer_kind": self.buyer.kind.value,
            "buyer_country": self.buyer.country,
            "buyer_id": self.buyer.subject,
            "arrived_at": utc_text(self.arrived_at),
            "ended": self.ended,
            "payment": None if self.payment is None else self.payment.to_document(),
        }


def read_shared(fields: Fields) -> SharedMembers:
    """The members that all these uses have.

    Raises:
        MalformedError: one is missing or has another form.
    """
    return SharedMembers(
        token=fields.text("token", max_length=MAX_TOKEN),
        buyer=read_buyer(fields),
        arrived_at=fields.moment("arrived_at"),
        ended=fields.text("ended") if fields.has("ended") else None,
        payment=Payment.from_fields(fields.section("payment")) if fields.has("payment") else None,
    )
