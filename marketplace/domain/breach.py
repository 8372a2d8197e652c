"""What is known of a breach of personal data, what was done about it, and by when is it due?

`OPEN` → `REPORTED` → `TOLD` → `CLOSED`. The clock of GDPR Art. 33(1) runs 72 hours from the moment at which
the operator became aware, and never stops. A report that the law does not ask for (no risk to people), and
people who need not be told (Art. 34(1), (3)), are decided with a reason; a breach is closed when both are
answered.

NOTE: Regulation 1182/71 Art. 3 leaves the hour of the event out of a period of hours. Here it counts, so that
what is in time here is in time there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from marketplace.domain.act import Act, written
from marketplace.errors import RefusedError, RegisterConflictError

REPORT_WITHIN: Final = timedelta(hours=72)
DATA_BREACH: Final = "https://w3id.org/dpv/risk#DataBreach"
"""The DPV term; its kinds below are those of Art. 4(12) (EDPB Guidelines 9/2022, paragraph 17)."""

MAX_REFERENCE: Final = 200
_MOST_KINDS: Final = 3


class BreachKind(StrEnum):
    """What was broken."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


class PeopleConcerned(StrEnum):
    """About how many people; a band, because the register is read by many and the number may point to one."""

    NOT_KNOWN = "not known yet"
    NONE = "nobody"
    UNDER_TEN = "fewer than 10"
    TENS = "10 to 99"
    HUNDREDS = "100 to 999"
    THOUSANDS = "1,000 to 9,999"
    MORE = "10,000 or more"


class BreachState(StrEnum):
    """How far a breach is dealt with."""

    OPEN = "open"
    REPORTED = "reported"
    TOLD = "told"
    CLOSED = "closed"


class BreachAct(StrEnum):
    """What an operator does about a breach."""

    RECORDED = "recorded"
    NOTED = "noted"
    REPORTED = "reported"
    NOT_REPORTED = "not_reported"
    TOLD = "told"
    NOT_TOLD = "not_told"
    CLOSED = "closed"


@dataclass(frozen=True)
class BreachFacts:
    """What is known (Art. 33(3)). Without `data_set` everybody may be concerned.

    `since` and `until` bound when what was broken was held; agreements in force in between are concerned.
    """

    aware_at: datetime
    what: str
    kinds: tuple[BreachKind, ...]
    people: PeopleConcerned
    consequences: str
    measures: str
    since: datetime
    until: datetime
    data_set: str | None = None

    def checked(self, now: datetime) -> "BreachFacts":
        """These facts, with texts of the form in which they are kept.

        Raises:
            RefusedError: a text is missing, nothing was broken, or the moments contradict each other.
        """
        if not self.kinds:
            raise RefusedError("say what was broken: confidentiality, integrity or availability")
        if self.aware_at > now:
            raise RefusedError("nobody can have become aware of it in the future")
        if self.since > self.until or self.since > now:
            raise RefusedError("the time of the breach ends before it begins, or begins in the future")
        return replace(
            self,
            what=written(self.what, "what happened"),
            consequences=written(self.consequences, "the likely consequences"),
            measures=written(self.measures, "the measures taken or planned"),
            kinds=tuple(sorted(set(self.kinds))),
        )

    def to_json(self) -> dict[str, Json]:
        """The facts as the first act tells them."""
        return {
            "aware_at": utc_text(self.aware_at),
            "what": self.what,
            "kinds": [kind.value for kind in self.kinds],
            "people": self.people.value,
            "consequences": self.consequences,
            "measures": self.measures,
            "since": utc_text(self.since),
            "until": utc_text(self.until),
            "data_set": self.data_set,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Json]) -> "BreachFacts":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: it is something else.
        """
        fields = Fields(document, "breach")
        return cls(
            aware_at=fields.moment("aware_at"),
            what=fields.text("what"),
            kinds=tuple(BreachKind(each) for each in fields.texts("kinds", least=1, most=_MOST_KINDS)),
            people=fields.choice("people", PeopleConcerned),
            consequences=fields.text("consequences"),
            measures=fields.text("measures"),
            since=fields.moment("since"),
            until=fields.moment("until"),
            data_set=fields.text("data_set") if fields.has("data_set") else None,
        )


@dataclass(frozen=True)
class Breach:
    """A breach as its acts make it. `reported` and `told` are the acts that answered either duty."""

    breach_id: str
    facts: BreachFacts
    acts: tuple[Act, ...]
    reported: Act | None = None
    told: Act | None = None
    closed: Act | None = None

    @property
    def state(self) -> BreachState:
        """How far it is; a duty that was answered with "need not" counts as done."""
        if self.closed is not None:
            return BreachState.CLOSED
        if self.told is not None and self.reported is not None:
            return BreachState.TOLD
        return BreachState.OPEN if self.reported is None else BreachState.REPORTED

    @property
    def due_at(self) -> datetime:
        """By when the authority has to be told."""
        return self.facts.aware_at + REPORT_WITHIN

    def is_overdue(self, now: datetime) -> bool:
        """Whether the 72 hours are over and nobody answered for the report; the last second is in time."""
        return self.reported is None and now > self.due_at

    @property
    def was_late(self) -> bool:
        """Whether the authority was told after the 72 hours."""
        act = self.reported
        return act is not None and act.kind == BreachAct.REPORTED and act.at > self.due_at

    def require_next(self, kind: BreachAct) -> None:
        """Return only if this may be done now.

        Raises:
            RegisterConflictError: it is closed, the duty is answered already, or cannot be answered yet.
        """
        if self.closed is not None:
            raise RegisterConflictError("this breach is closed; record a new one")
        answered = self.reported if kind in _REPORTING else self.told if kind in _TELLING else None
        # "Need not be reported" gives way to a report: a risk may show itself later (Art. 33(4)).
        changes = (BreachAct.NOT_REPORTED, BreachAct.REPORTED), (BreachAct.NOT_TOLD, BreachAct.TOLD)
        if answered is not None and (answered.kind, kind) not in changes:
            raise RegisterConflictError("that was answered before, and what was said stays")
        if kind is BreachAct.CLOSED and (self.reported is None or self.told is None):
            raise RegisterConflictError(
                "first say what became of the report to the authority and of telling the people"
            )


_REPORTING = frozenset({BreachAct.REPORTED, BreachAct.NOT_REPORTED})
_TELLING = frozenset({BreachAct.TOLD, BreachAct.NOT_TOLD})


def breach_of(acts: Sequence[Act]) -> Breach:
    """A breach from all its acts in their order; the first records it.

    Raises:
        MalformedError: the first act tells no breach.
    """
    first = acts[0]
    breach = Breach(first.case_id, BreachFacts.from_json(first.told), tuple(acts))
    for act in acts[1:]:
        kind = BreachAct(act.kind)
        if kind in _REPORTING:
            breach = replace(breach, reported=act)
        elif kind in _TELLING:
            breach = replace(breach, told=act)
        elif kind is BreachAct.CLOSED:
            breach = replace(breach, closed=act)
    return breach
