"""A marketplace in memory that pays people out, and does not keep its promises where a test says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.payout import PayoutLine
from crypto.encoding import digest_of
from crypto.signing import SigningKey
from ssi.jws import parse_jws
from wallet.domain.clock import Clock
from wallet.domain.payout import PayoutAnswer, PayoutState, PayoutTerms
from wallet.errors import PartnerRefusedError, PartnerUnreachableError


@dataclass
class MemoryPayoutMarket:
    """`lies` are members of an answer that stand in the place of the true ones."""

    clock: Clock
    least_cents: int = 500
    payouts: dict[str, PayoutAnswer] = field(default_factory=dict)
    received: dict[str, str] = field(default_factory=dict)
    signed: list[tuple[str, ...]] = field(default_factory=list)
    lies: dict[str, object] = field(default_factory=dict)
    down: bool = False
    loses_answers: bool = False
    says_no: str | None = None
    meanwhile: Callable[[], None] = lambda: None

    def terms(self) -> PayoutTerms:
        self._answering()
        return PayoutTerms(self.least_cents, 14, people_percent=70, platform_percent=15)

    def request(self, signed: Sequence[str]) -> PayoutAnswer:
        self._answering()
        self.signed.append(tuple(signed))
        self.meanwhile()
        if self.says_no:
            raise PartnerRefusedError(f"The marketplace said no: {self.says_no}")
        payload = parse_jws(signed[0], "payout").payload
        payout_id, digest = str(payload["payout_id"]), digest_of(sorted(signed))
        if self.received.setdefault(payout_id, digest) != digest:
            raise PartnerRefusedError("The marketplace said no: it exists with another content")
        answer = PayoutAnswer(payout_id, PayoutState.REQUESTED, _whole(payload["total_cents"]), self._now())
        known = self.payouts.setdefault(payout_id, answer)
        if self.loses_answers:
            raise PartnerUnreachableError("The marketplace cannot be reached now.")
        return self._told(known)

    def payout(self, payout_id: str, holder_key: SigningKey) -> PayoutAnswer:
        self._answering()
        if payout_id not in self.payouts:
            raise PartnerRefusedError("The marketplace said no: there is no such payout of yours")
        return self._told(self.payouts[payout_id])

    def decide(self, state: PayoutState, reason: str | None = None) -> None:
        """The operator paid, or refused, whatever is waiting."""
        for name, each in self.payouts.items():
            if each.state is PayoutState.REQUESTED:
                self.payouts[name] = replace(each, state=state, decided_at=self._now(), reason=reason)

    def lines(self) -> list[PayoutLine]:
        """What was signed in the last request."""
        told = [parse_jws(token, "payout").payload for token in self.signed[-1]]
        return [PayoutLine(str(each["consent_id"]), _whole(each["amount_cents"])) for each in told]

    def _told(self, answer: PayoutAnswer) -> PayoutAnswer:
        return replace(answer, **self.lies)  # type: ignore[arg-type]

    def _answering(self) -> None:
        if self.down:
            raise PartnerUnreachableError("The marketplace cannot be reached now.")

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
