"""What a person asked to be paid: what she signed, how it stands, and what each agreement has left to give.

`SENDING` → `REQUESTED` → `PAID` or `REFUSED`; what is refused is hers to ask for again. The account stands in
the signed lines and nowhere else, so it is forgotten with them when the payout is over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from consent.order import MOST_CENTS
from consent.payout import MOST_LINES, PayoutLine
from consent.signed import MAX_ID, read_consent_id
from crypto.encoding import Json
from crypto.errors import MalformedError, OutOfRangeError
from crypto.reading import Fields, utc_text

MAX_REASON: Final = 500
SHOWN_OF_ACCOUNT: Final = 4
CLOCKS_APART: Final = timedelta(minutes=5)
"""How far the marketplace's clock may be from the wallet's."""
_MOST_TOTAL: Final = MOST_CENTS * MOST_LINES
_MAX_SIGNED: Final = 10_000
_MOST_DAYS: Final = 365


class PayoutState(StrEnum):
    """How a payout stands."""

    SENDING = "sending"
    REQUESTED = "requested"
    PAID = "paid"
    REFUSED = "refused"

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self in {PayoutState.PAID, PayoutState.REFUSED}


@dataclass(frozen=True)
class PayoutTerms:
    """From how many cents on a payout is asked for, within how many days it is paid, how a price is split.

    The people who take part, the market, and whoever computes are paid in the proportion of these percents,
    which are a hundred together; where nobody computes, that part is not asked for.
    """

    least_cents: int
    days: int
    people_percent: int
    platform_percent: int

    def for_the_market(self, earned_cents: int) -> int:
        """What buyers pay the market on top of this, to the nearest cent."""
        return self._on_top(earned_cents, self.platform_percent)

    def for_computing(self, earned_cents: int) -> int:
        """What buyers pay on top of this to whoever computes, where somebody does."""
        return self._on_top(earned_cents, 100 - self.people_percent - self.platform_percent)

    def _on_top(self, earned_cents: int, percent: int) -> int:
        return (2 * earned_cents * percent + self.people_percent) // (2 * self.people_percent)

    @classmethod
    def from_json(cls, document: object) -> "PayoutTerms":
        """Read what the marketplace says.

        Raises:
            MalformedError: it has another form, or another currency.
        """
        fields = Fields.of(document, "payout terms")
        if fields.text("currency", max_length=3) != "EUR":
            raise MalformedError("payout terms.currency: expected EUR")
        people = fields.integer("people_percent", least=1, most=100)
        return cls(
            fields.integer("least_cents", least=1, most=MOST_CENTS),
            fields.integer("days", least=0, most=_MOST_DAYS),
            people,
            fields.integer("platform_percent", least=0, most=100 - people),
        )  # what else may be told later is for other pages


@dataclass(frozen=True)
class PayoutAnswer:
    """How the marketplace says that a payout stands; unverified until `HeldPayout.answered` took it."""

    payout_id: str
    state: PayoutState
    total_cents: int
    requested_at: datetime
    decided_at: datetime | None = None
    reason: str | None = None

    @classmethod
    def from_json(cls, document: object) -> "PayoutAnswer":
        """Read an answer.

        Raises:
            MalformedError: it has another form, or is over without a moment, or refused without a reason.
        """
        fields = Fields.of(document, "payout")
        answer = cls(
            fields.text("payout_id", max_length=MAX_ID),
            fields.choice("state", PayoutState),
            fields.integer("total_cents", least=1, most=_MOST_TOTAL),
            fields.moment("requested_at"),
            fields.moment("decided_at") if fields.has("decided_at") else None,
            fields.text("reason", max_length=MAX_REASON) if fields.has("reason") else None,
        )
        fields.done()
        is_told = (answer.decided_at is not None, answer.reason is not None)
        if answer.state is PayoutState.SENDING or is_told != (
            answer.state.is_over,
            answer.state is PayoutState.REFUSED,
        ):
            raise MalformedError("payout: its state, moments and reason do not belong together")
        return answer


@dataclass(frozen=True)
class HeldPayout:
    """One request. `signed` is what each agreement's key signed, kept until the payout is over."""

    row_id: str
    payout_id: str
    account_end: str
    lines: tuple[PayoutLine, ...]
    at: datetime
    signed: tuple[str, ...] = field(repr=False)
    state: PayoutState = PayoutState.SENDING
    decided_at: datetime | None = None
    reason: str | None = None
    revision: int = 0

    @property
    def total_cents(self) -> int:
        """What was asked for in all."""
        return sum(line.amount_cents for line in self.lines)

    def answered(self, answer: PayoutAnswer, now: datetime) -> "HeldPayout":
        """After the marketplace said how it stands.

        1. It is about this payout and its amount. 2. It was requested after she signed it, decided after it
        was requested, and neither lies ahead. 3. What is over stays as it is.

        Raises:
            OutOfRangeError: one of these does not hold; nothing is believed.
        """
        if (answer.payout_id, answer.total_cents) != (self.payout_id, self.total_cents):  # 1
            raise OutOfRangeError("payout: the answer is about another payout or amount")
        decided = answer.decided_at or answer.requested_at
        if not self.at - CLOCKS_APART <= answer.requested_at <= decided <= now + CLOCKS_APART:  # 2
            raise OutOfRangeError("payout: the answer names moments that cannot be")
        if self.state.is_over:  # 3
            return self
        if answer.state.is_over:
            return self._over(answer.state, decided, answer.reason)
        return replace(self, state=PayoutState.REQUESTED)

    def not_taken(self, reason: str, now: datetime) -> "HeldPayout":
        """After the marketplace did not take the request: no money has moved."""
        return self._over(PayoutState.REFUSED, now, reason[:MAX_REASON])

    def _over(self, state: PayoutState, at: datetime, reason: str | None) -> "HeldPayout":
        whole = at.replace(microsecond=0)
        return replace(self, state=state, decided_at=whole, reason=reason, signed=())

    def to_document(self) -> dict[str, Json]:
        """The payout as a document to be sealed."""
        return {**self.told(), "signed": list(self.signed)}

    def told(self) -> dict[str, Json]:
        """The payout for the person, without what was signed."""
        return {
            "payout_id": self.payout_id,
            "account_end": self.account_end,
            "lines": [
                {"consent_id": each.consent_id, "amount_cents": each.amount_cents} for each in self.lines
            ],
            "at": utc_text(self.at),
            "state": self.state.value,
            "decided_at": utc_text(self.decided_at) if self.decided_at else None,
            "reason": self.reason,
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "HeldPayout":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "payout")
        held = cls(
            row_id=row_id,
            payout_id=fields.text("payout_id", max_length=MAX_ID),
            account_end=fields.text("account_end", max_length=SHOWN_OF_ACCOUNT),
            lines=tuple(_line(each) for each in fields.objects("lines", least=1, most=MOST_LINES)),
            at=fields.moment("at"),
            signed=fields.texts("signed", most=MOST_LINES, max_length=_MAX_SIGNED),
            state=fields.choice("state", PayoutState),
            decided_at=fields.moment("decided_at") if fields.has("decided_at") else None,
            reason=fields.text("reason", max_length=MAX_REASON) if fields.has("reason") else None,
            revision=revision,
        )
        fields.done()
        return held


@dataclass(frozen=True)
class Balance:
    """What one agreement earned, and where it went; `left_cents` is what can be asked for now."""

    consent_id: str
    earned_cents: int
    paid_cents: int = 0
    requested_cents: int = 0

    @property
    def left_cents(self) -> int:
        """What can be asked for; never below nothing, should a use have vanished since."""
        return max(0, self.earned_cents - self.paid_cents - self.requested_cents)


def balances(earned: Mapping[str, int], payouts: Iterable[HeldPayout]) -> tuple[Balance, ...]:
    """The balance of each agreement that earned something, in the order given."""
    paid: dict[str, int] = {}
    requested: dict[str, int] = {}
    for payout in payouts:
        if payout.state is not PayoutState.REFUSED:
            sums = paid if payout.state is PayoutState.PAID else requested
            for line in payout.lines:
                sums[line.consent_id] = sums.get(line.consent_id, 0) + line.amount_cents
    return tuple(
        Balance(each, cents, paid.get(each, 0), requested.get(each, 0))
        for each, cents in earned.items()
        if cents
    )


def _line(fields: Fields) -> PayoutLine:
    line = PayoutLine(read_consent_id(fields), fields.integer("amount_cents", least=1, most=MOST_CENTS))
    fields.done()
    return line
