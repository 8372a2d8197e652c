"""Why was a person in an answer, or not? Her own policy, evaluated again by her wallet for one use.

What the wallet knows stands in the use: the question (of a paid use the one whose digest the log names), who
asked, and what was paid. It is not told how many people took part, and takes the number that the question
demands at least; what earlier answers cost is what this wallet was told of. Where a fact is not known at all,
its rule is neither kept nor broken here: `untold` names it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from consent.over_asking import Surplus
from consent.policy import Use
from consent.query import MOST_FLOOR, Query
from consent.trace import Judged, Trace, trace
from wallet.domain.asking import surplus_of
from wallet.domain.held_consent import HeldConsent
from wallet.domain.use import Outcome, UseEntry

COMPENSATION: Final = "mk:compensationCents"
WITHDRAWN: Final = "mk:withdrawn"
PAUSED: Final = "mk:paused"
CROWD: Final = "mk:crowd"
AT_LEAST: Final = frozenset({CROWD, "mk:queryFloor"})
"""Rules of which the wallet knows only that at least so many people took part."""


@dataclass(frozen=True)
class Why:
    """A use held against the agreement that it was under; `surplus` is what it asked beyond its purpose."""

    use: UseEntry
    trace: Trace
    untold: frozenset[str]
    surplus: tuple[Surplus, ...]

    @property
    def broken(self) -> tuple[Judged, ...]:
        """The rules that were not kept, of those that can be told."""
        return tuple(each for each in self.trace.broken if each.findings[0].operand not in self.untold)

    @property
    def permits(self) -> bool:
        """Whether the agreement allowed it, as far as the wallet can tell."""
        return not self.broken

    @property
    def was_in(self) -> bool:
        """Whether the person's data is in an answer that was given."""
        return self.use.outcome is Outcome.PAID


def explained(held: HeldConsent, use: UseEntry, earlier: Iterable[UseEntry]) -> Why | None:
    """Evaluate an agreement for one use; `earlier` are uses of the same record, of which the paid count.

    None where the question is not known, so that nothing can be evaluated.
    """
    query = use.query
    if query is None:
        return None
    before = [each for each in earlier if each.outcome is Outcome.PAID and each.at < use.at]
    paid = use.amount_cents if use.outcome is Outcome.PAID else use.offered_cents
    asked = Use(
        query=query,
        buyer_id=use.buyer.subject or "",
        buyer_kind=use.buyer.kind,
        cohort_size=query.floor,
        epsilon_spent=sum((_cost(each.query) for each in before), Decimal(0)),
        compensation_cents=held.policy.compensation_cents if paid is None else paid,
        node_ids=held.policy.node_ids,
        buyer_country=use.buyer.country,
        runs=len(before),
    )
    # An answer is given between being asked for and being paid. What was ended or paused in between may have
    # come too late for it, so only what stood when it was asked for is held against it.
    at = use.asked_at or use.at
    ended = held.withdrawal.at if held.withdrawal else None
    found = trace(
        held.policy,
        asked,
        now=at,
        withdrawn_at=ended if ended is not None and ended <= at else None,
        paused=_was_paused(held, at),
    )
    untold = (
        (COMPENSATION, paid is None),
        (CROWD, replace(asked, cohort_size=MOST_FLOOR).hidden_among >= held.policy.crowd_floor > query.floor),
        *_came_late(held, use, at),
    )
    return Why(use, found, frozenset(operand for operand, holds in untold if holds), surplus_of(query))


def _came_late(held: HeldConsent, use: UseEntry, at: datetime) -> Iterator[tuple[str, bool]]:
    """Whether it was ended or paused while the answer was being made, maybe after that was given."""
    between = use.outcome is Outcome.PAID
    since = at if use.asked_at else held.policy.given_at
    ended = held.withdrawal.at if held.withdrawal else None
    changes = () if held.pausing is None else held.pausing.changes
    yield WITHDRAWN, between and ended is not None and since < ended <= use.at
    yield PAUSED, between and any(each.paused and since < each.at <= use.at for each in changes)


def _cost(query: Query | None) -> Decimal:
    return Decimal(0) if query is None or query.epsilon is None else query.epsilon


def _was_paused(held: HeldConsent, at: datetime) -> bool:
    changes = () if held.pausing is None else held.pausing.changes
    before = [each for each in changes if each.at <= at]
    return bool(before) and before[-1].paused
