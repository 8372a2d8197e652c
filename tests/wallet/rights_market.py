"""A register of people's requests in memory that does not keep its promises where a test says so."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from consent.record import unverified_consent_id
from consent.rights_request import Right
from crypto.signing import SigningKey
from ssi.jws import parse_jws
from wallet.domain.clock import Clock
from wallet.domain.rights_case import CaseAnswer, CaseOutcome, CaseStanding, CaseState
from wallet.errors import PartnerRefusedError, PartnerUnreachableError

MONTH, THREE_MONTHS = timedelta(days=31), timedelta(days=92)


@dataclass
class MemoryRightsMarket:
    """`lie` makes of a true answer the one that is told."""

    clock: Clock
    cases: dict[str, CaseAnswer] = field(default_factory=dict)
    received: list[tuple[str, str | None]] = field(default_factory=list)
    lie: Callable[[CaseAnswer], CaseAnswer] = lambda answer: answer
    down: bool = False
    loses_answers: bool = False
    says_no: str | None = None
    meanwhile: Callable[[], None] = lambda: None

    def file(self, request: str, withdrawal: str | None) -> CaseAnswer:
        self._answering()
        self.received.append((request, withdrawal))
        self.meanwhile()
        if self.says_no:
            raise PartnerRefusedError(f"The marketplace said no: {self.says_no}")
        told = parse_jws(request, "rights request").payload
        consent_id, right = str(told["consent_id"]), Right(str(told["right"]))
        if right.ends_agreement != (withdrawal is not None):
            raise PartnerRefusedError("The marketplace said no: it ends the agreement, or it does not")
        if withdrawal is not None:
            assert unverified_consent_id(withdrawal) == consent_id
        now = self._now()
        fresh = CaseAnswer(
            str(told["request_id"]), consent_id, right, CaseStanding(CaseState.OPEN, now, now + MONTH)
        )
        known = self.cases.setdefault(fresh.request_id, fresh)
        if self.loses_answers:
            raise PartnerUnreachableError("The marketplace cannot be reached now.")
        return self.lie(known)

    def standing(self, request_id: str, holder_key: SigningKey) -> CaseAnswer:
        self._answering()
        if request_id not in self.cases:
            raise PartnerRefusedError("The marketplace said no: there is no such request of yours")
        return self.lie(self.cases[request_id])

    def extend(self, because: str) -> None:
        """The operator needs more time for whatever waits."""
        for name, each in self.cases.items():
            due = each.standing.filed_at + THREE_MONTHS
            longer = replace(each.standing, state=CaseState.EXTENDED, due_at=due, because=because)
            self.cases[name] = replace(each, standing=longer)

    def answer(self, outcome: CaseOutcome, words: str) -> None:
        """The operator answers whatever waits."""
        for name, each in self.cases.items():
            over = replace(
                each.standing,
                state=CaseState.ANSWERED,
                outcome=outcome,
                answer=words,
                answered_at=self._now(),
            )
            self.cases[name] = replace(each, standing=over)

    def _answering(self) -> None:
        if self.down:
            raise PartnerUnreachableError("The marketplace cannot be reached now.")

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)
