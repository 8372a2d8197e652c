"""Who stands on the roll of a job's present attempt? Those whose part in the job had not ended before it.

A manifest that names more than 10,000 people names them by a roll (`consent.roll`). The roll itself is not
stored: it is written again from the parts of the job, which do not change while an attempt runs, and the
manifest's digests say whether it is the same.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from consent.job import Partner, roll_pieces
from consent.outcomes import Outcomes
from consent.query import Query
from crypto.errors import MalformedError
from marketplace.domain.job import CollectedOutput, Job, Part, PartOutcome
from marketplace.domain.order import Order
from marketplace.domain.rows import Row, rows_of
from marketplace.services.ports import Books
from ssi.jws import parse_jws

WITHDRAWN = "withdrawn"
Pieces = Callable[[], Sequence[bytes]]
"""Writes the pieces of a roll when a node turns out to need them."""


@dataclass(frozen=True)
class Named:
    """Everybody in a manifest: consents with their inputs, and the partners of those who are joined."""

    contributions: dict[str, str]
    partners: dict[str, Partner]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Named":
        """Those of some rows."""
        people = [row.offers for row in rows]
        return cls(
            {first.consent_id: first.inputs_digest for first, *_ in people},
            {
                first.consent_id: Partner(second.consent_id, second.inputs_digest)
                for first, *others in people
                for second in others
            },
        )


def has_roll(job: Job) -> bool:
    """Whether the manifest of the present attempt names its people by a roll."""
    return job.manifest is not None and "roll" in parse_jws(job.manifest, "manifest").payload


def leave_out(books: Books, job: Job, rows: Sequence[Row]) -> None:
    """End the parts of those who are in none of the rows, so that `rows_on_roll` gives these rows again."""
    named = {offer.consent_id for row in rows for offer in row.offers}
    books.orders.save_parts(
        [
            replace(part, outcome=PartOutcome.LEFT_OUT, reason=WITHDRAWN)
            for part in books.orders.parts(job.job_id)
            if part.consent_id not in named and part.outcome is PartOutcome.MATCHED
        ]
    )


def rows_on_roll(books: Books, job: Job, query: Query) -> list[Row]:
    """The rows of the present attempt, in the order of its roll."""
    parts: Sequence[Part] = books.orders.parts(job.job_id)
    matched = [part.consent_id for part in parts if part.outcome is PartOutcome.MATCHED]
    return rows_of(books.offers.many(matched).values(), query)


def pieces_on_roll(books: Books, order: Order, job: Job) -> tuple[bytes, ...]:
    """The pieces of the roll of the present attempt."""
    if order.query.join is None:
        return roll_pieces(_matched(books, job), {})
    named = Named.of(rows_on_roll(books, job, order.query))
    return roll_pieces(named.contributions, named.partners)


def names_on_roll(books: Books, job: Job, query: Query) -> list[str]:
    """How the rows of the present attempt are called, in the order of its roll."""
    if query.join is None:
        return sorted(_matched(books, job))
    return [row.name for row in rows_on_roll(books, job, query)]


def _matched(books: Books, job: Job) -> dict[str, str]:
    """Those whose part has not ended, with their inputs: where nothing is joined, each is a row."""
    return {
        part.consent_id: part.inputs_digest
        for part in books.orders.parts(job.job_id)
        if part.outcome is PartOutcome.MATCHED
    }


def called_by_roll(collected: CollectedOutput, names: Sequence[str]) -> CollectedOutput:
    """A collected output with everybody by name, where the node told it in the order of the roll.

    Raises:
        MalformedError: what the node told does not fit the roll.
    """
    if collected.people is None:
        raise MalformedError("the node does not say what became of the people on the roll")
    outcomes = Outcomes.from_json(collected.people, rows=len(names))
    return replace(collected, admitted=outcomes.admitted(names), refusals=outcomes.refusals(names))
