"""One request for a score as the wallet keeps it: who asked for what, what was answered, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from consent.score_request import ScoreRequest, unverified_score_request
from consent.score_terms import ScoreRefusal
from consent.vocabulary import RecipientKind
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from wallet.domain.use import MOST_CENTS, MOST_ENTRIES, Buyer, Outcome, Proof, UseEntry

MAX_TOKEN = 100_000


class AskState(StrEnum):
    """How a request stands: to be decided, answered, or over."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    PAID = "paid"
    ENDED = "ended"


@dataclass(frozen=True)
class Payment:
    """What a score paid, after its receipt and its place in the log were looked at."""

    amount_cents: int
    at: datetime
    log_index: int
    proof: Proof


@dataclass(frozen=True)
class AskedScore:
    """One verified request: `token` is the buyer's signed word, `answer` the wallet's; was it `sent`?"""

    token: str = field(repr=False)
    buyer: Buyer
    arrived_at: datetime
    state: AskState = AskState.WAITING
    answer: str | None = field(default=None, repr=False)
    sent: bool = False
    refusal: ScoreRefusal | None = None
    ended: str | None = None
    payment: Payment | None = None

    @cached_property
    def request(self) -> ScoreRequest:
        """What was asked; its signature was checked when it arrived."""
        return unverified_score_request(self.token)

    @property
    def weights(self) -> Mapping[str, int]:
        """The weights that were asked for, by attribute."""
        return self.request.weights

    @property
    def waits_to_be_sent(self) -> bool:
        """Whether the marketplace does not have the answer yet."""
        return self.answer is not None and not self.sent and self.state is not AskState.ENDED

    def answered(self, answer: str, refusal: ScoreRefusal | None) -> "AskedScore":
        """After the wallet signed an answer: a function key, or a refusal."""
        state = AskState.GRANTED if refusal is None else AskState.REFUSED
        return replace(self, state=state, answer=answer, refusal=refusal)

    def paid(self, payment: Payment) -> "AskedScore":
        """After the marketplace showed a receipt."""
        return replace(self, state=AskState.PAID, payment=payment, sent=True)

    def over(self, reason: str) -> "AskedScore":
        """After the request came to nothing; what was refused or paid stays so."""
        if self.state in {AskState.REFUSED, AskState.PAID}:
            return replace(self, sent=True)
        return replace(self, state=AskState.ENDED, ended=reason)

    def use(self) -> UseEntry:
        """The line in "who used my data"."""
        request = self.request
        paid = self.payment
        return UseEntry(
            consent_id=request.consent_id,
            job_id=request.request_id,
            at=self.arrived_at if paid is None else paid.at,
            buyer=self.buyer,
            purpose=request.purpose,
            statistics=(),
            group_by=None,
            outcome=_OUTCOMES[self.state],
            amount_cents=0 if paid is None else paid.amount_cents,
            reason=self.ended,
            log_index=None if paid is None else paid.log_index,
            proof=Proof.PENDING if paid is None else paid.proof,
            weights=tuple(sorted(request.weights.items())),
        )

    def to_document(self) -> dict[str, Json]:
        """The request as a document to be sealed."""
        paid = self.payment
        return {
            "token": self.token,
            "buyer_name": self.buyer.name,
            "buyer_kind": self.buyer.kind.value,
            "buyer_country": self.buyer.country,
            "arrived_at": utc_text(self.arrived_at),
            "state": self.state.value,
            "answer": self.answer,
            "sent": self.sent,
            "refusal": None if self.refusal is None else self.refusal.value,
            "ended": self.ended,
            "payment": None
            if paid is None
            else {
                "amount_cents": paid.amount_cents,
                "at": utc_text(paid.at),
                "log_index": paid.log_index,
                "proof": paid.proof.value,
            },
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "AskedScore":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        country = fields.text("buyer_country") if fields.has("buyer_country") else None
        asked = cls(
            token=fields.text("token", max_length=MAX_TOKEN),
            buyer=Buyer(fields.text("buyer_name"), fields.choice("buyer_kind", RecipientKind), country),
            arrived_at=fields.moment("arrived_at"),
            state=fields.choice("state", AskState),
            answer=fields.text("answer", max_length=MAX_TOKEN) if fields.has("answer") else None,
            sent=fields.boolean("sent"),
            refusal=fields.choice("refusal", ScoreRefusal) if fields.has("refusal") else None,
            ended=fields.text("ended") if fields.has("ended") else None,
            payment=_payment(fields.section("payment")) if fields.has("payment") else None,
        )
        fields.done()
        return asked


_OUTCOMES = {
    AskState.WAITING: Outcome.RUNNING,
    AskState.GRANTED: Outcome.RUNNING,
    AskState.REFUSED: Outcome.LEFT_OUT,
    AskState.PAID: Outcome.PAID,
    AskState.ENDED: Outcome.FAILED,
}


def _payment(fields: Fields) -> Payment:
    payment = Payment(
        fields.integer("amount_cents", least=0, most=MOST_CENTS),
        fields.moment("at"),
        fields.integer("log_index", least=0, most=MOST_ENTRIES),
        fields.choice("proof", Proof),
    )
    fields.done()
    return payment
