"""One request for a score as the wallet keeps it: who asked for what, what was answered, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from consent.score_request import ScoreRequest, unverified_score_request
from consent.score_terms import ScoreRefusal
from crypto.encoding import Json
from crypto.reading import Fields
from wallet.domain.kept_use import MAX_TOKEN, KeptUse, Payment, read_shared
from wallet.domain.use import Outcome, UseEntry


class AskState(StrEnum):
    """How a request stands: to be decided, answered, or over."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    PAID = "paid"
    ENDED = "ended"


@dataclass(frozen=True)
class AskedScore(KeptUse):
    """One verified request: `token` is the buyer's signed word, `answer` the wallet's; was it `sent`?"""

    state: AskState = AskState.WAITING
    answer: str | None = field(default=None, repr=False)
    sent: bool = False
    refusal: ScoreRefusal | None = None

    @cached_property
    def request(self) -> ScoreRequest:
        """What was asked; its signature was checked when it arrived."""
        return unverified_score_request(self.token)

    @property
    def request_id(self) -> str:
        """The id of the request."""
        return self.request.request_id

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
        return self._entry(
            request,
            consent_id=request.consent_id,
            job_id=request.request_id,
            outcome=_OUTCOMES[self.state],
        )

    def to_document(self) -> dict[str, Json]:
        """The request as a document to be sealed."""
        return {
            **super().to_document(),
            "state": self.state.value,
            "answer": self.answer,
            "sent": self.sent,
            "refusal": None if self.refusal is None else self.refusal.value,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "AskedScore":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        asked = cls(
            **read_shared(fields),
            state=fields.choice("state", AskState),
            answer=fields.text("answer", max_length=MAX_TOKEN) if fields.has("answer") else None,
            sent=fields.boolean("sent"),
            refusal=fields.choice("refusal", ScoreRefusal) if fields.has("refusal") else None,
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
