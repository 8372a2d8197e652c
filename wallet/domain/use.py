"""One time that somebody asked for a person's data: who, why, what, how it ended, what it paid. No values.

A use that was paid comes with a usage receipt signed by the marketplace and an inclusion proof; only what the
two say counts as checked. A job that did not (yet) pay is the marketplace's word and is shown as such.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import Json
from crypto.reading import Fields, utc_text

MOST_CENTS = 10**12
MOST_ENTRIES = 2**53 - 1


class Outcome(StrEnum):
    """How a job ended for this person."""

    PAID = "paid"
    RUNNING = "running"
    LEFT_OUT = "left_out"
    FAILED = "failed"


class Proof(StrEnum):
    """What checking the entry against the public log showed."""

    CHECKED = "checked"
    PENDING = "pending"
    BROKEN = "broken"


@dataclass(frozen=True)
class Buyer:
    """Who asked, as its credential names it; `subject` is the name by which it is told apart."""

    name: str
    kind: RecipientKind
    country: str | None = None
    subject: str | None = None


@dataclass(frozen=True)
class UseEntry:
    """One line of "who used my data". `amount_cents` is what this person was paid for it.

    `at` is when it was paid, or asked where it was not; `asked_at` when it was asked, if that is told.
    `offered_cents` is what each person was to get. `query` is the whole question, where it is known and is
    the one that the log names. `weights` are those of
    a score of this one person, or of a sum over at least `crowd` people, by attribute; such a use has no
    statistics. `evidence` is the receipt of a paid use, its log entry and its place there, as they came.
    """

    consent_id: str
    job_id: str
    at: datetime
    buyer: Buyer
    purpose: Purpose
    statistics: tuple[Statistic, ...]
    group_by: str | None
    outcome: Outcome
    amount_cents: int = 0
    reason: str | None = None
    log_index: int | None = None
    query: Query | None = None
    proof: Proof = Proof.PENDING
    weights: tuple[tuple[str, int], ...] = ()
    crowd: int = 0
    asked_at: datetime | None = None
    offered_cents: int | None = None
    evidence: Json = field(default=None, repr=False, compare=False)

    def proven(self, proof: Proof) -> "UseEntry":
        """The entry after its proof was looked at."""
        return replace(self, proof=proof)

    def to_document(self) -> dict[str, Json]:
        """The entry as a document to be sealed."""
        return {
            "consent_id": self.consent_id,
            "job_id": self.job_id,
            "at": utc_text(self.at),
            "buyer_name": self.buyer.name,
            "buyer_kind": self.buyer.kind.value,
            "buyer_country": self.buyer.country,
            "buyer_id": self.buyer.subject,
            "purpose": self.purpose.value,
            "statistics": [statistic.to_json() for statistic in self.statistics],
            "group_by": self.group_by,
            "outcome": self.outcome.value,
            "amount_cents": self.amount_cents,
            "reason": self.reason,
            "log_index": self.log_index,
            "query": None if self.query is None else self.query.to_json(),
            "proof": self.proof.value,
            "asked_at": utc_text(self.asked_at) if self.asked_at else None,
            "offered_cents": self.offered_cents,
            "evidence": self.evidence,
        }

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that it was about: computed, grouped by, filtered by or weighed."""
        if self.query is not None:
            return tuple(sorted(self.query.attributes))
        named = {name for each in self.statistics for name in each.attributes} | dict(self.weights).keys()
        return tuple(sorted(named | ({self.group_by} if self.group_by else set())))

    @classmethod
    def from_fields(cls, fields: Fields) -> "UseEntry":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        entry = cls(
            consent_id=fields.text("consent_id"),
            job_id=fields.text("job_id"),
            at=fields.moment("at"),
            buyer=read_buyer(fields),
            purpose=fields.choice("purpose", Purpose),
            statistics=tuple(Statistic.from_fields(each) for each in fields.objects("statistics")),
            group_by=fields.text("group_by") if fields.has("group_by") else None,
            outcome=fields.choice("outcome", Outcome),
            amount_cents=fields.integer("amount_cents", least=0, most=MOST_CENTS),
            reason=fields.text("reason") if fields.has("reason") else None,
            log_index=(
                fields.integer("log_index", least=0, most=MOST_ENTRIES) if fields.has("log_index") else None
            ),
            query=Query.from_json(fields.any("query")) if fields.has("query") else None,
            proof=fields.choice("proof", Proof),
            asked_at=fields.moment("asked_at") if fields.has("asked_at") else None,
            offered_cents=read_offered(fields, "offered_cents"),
            evidence=fields.any("evidence") if fields.has("evidence") else None,
        )
        fields.done()
        return entry


def read_offered(fields: Fields, name: str) -> int | None:
    """What each person was to get, in cents, where it is told.

    Raises:
        MalformedError: it is told in another form.
    """
    return fields.integer(name, least=0, most=MOST_CENTS) if fields.has(name) else None


def read_buyer(fields: Fields) -> Buyer:
    """Who asked, out of the members that a kept use has of it.

    Raises:
        MalformedError: one is missing or has another form.
    """
    return Buyer(
        fields.text("buyer_name"),
        fields.choice("buyer_kind", RecipientKind),
        fields.text("buyer_country") if fields.has("buyer_country") else None,
        fields.text("buyer_id") if fields.has("buyer_id") else None,
    )
