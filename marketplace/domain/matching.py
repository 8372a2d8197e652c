"""Whom does a query reach? The largest crowd whose members all permit it.

Every rule that concerns one person alone is one of `consent.decision`. Others concern all of them together:
each person's floor must be met by the number of those who remain, a public group has as many people as the
query's floor or none of them takes part (`consent.grouping`), everyone receives the same compensation,
the largest minimum among them, and either may be forbidden to be too small (`marketplace.domain.remaining`).
An exact answer leaves out whoever it would tell apart from earlier ones (`marketplace.domain.hiding`).
The same holds for the nodes: a job runs on one set of three, so people are counted by the set that they
chose, and the largest crowd wins. Where a query joins data sets, a person takes part with two offers: each is
decided by its own policy, and each receives the compensation.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from consent.decision import broken_rules, broken_times, facts_of
from consent.grouping import in_no_group
from consent.joining import asked_about
from consent.policy import MOST_COMPENSATION_CENTS, Refusal, Use
from consent.query import Query
from consent.vocabulary import RecipientKind
from marketplace.domain.hiding import NONE, Histories, exposed_by_earlier
from marketplace.domain.offer import Offer
from marketplace.domain.remaining import WHATEVER, Bound, bound_of, leaving
from marketplace.domain.rows import Row, allows_no_join, rows_of


@dataclass(frozen=True)
class Asker:
    """The buyer as a policy sees it; `country` is that of its credential, None where that is not known."""

    buyer_id: str
    kind: RecipientKind
    country: str | None = None


@dataclass(frozen=True)
class Match:
    """The people a query reaches, each a row, ordered by consent, and why it does not reach the others.

    Whoever an exact answer has to leave out is in neither: that somebody waits is nobody's business.
    """

    rows: tuple[Row, ...]
    node_ids: tuple[str, ...]
    compensation_cents: int
    refusals: Counter[Refusal] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.rows)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """All their offers."""
        return tuple(offer for row in self.rows for offer in row.offers)

    @property
    def main_refusal(self) -> Refusal | None:
        """Why most of the others do not take part."""
        return self.refusals.most_common(1)[0][0] if self.refusals else None


def match(
    offers: Sequence[Offer], query: Query, asker: Asker, *, now: datetime, histories: Histories = NONE
) -> Match:
    """The largest crowd that permits a query, each person once; `offers` are those of its data sets.

    `histories` say whom exact answers were about, and count where the query is an exact one.

    Raises:
        UnknownDataSetError: there is no such data set.
    """
    refusals: Counter[Refusal] = Counter()
    by_nodes: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    described = asked_about(query)
    deciding = _Deciding(query, asker, now)
    for row in rows_of(offers, query):
        if not query.matches(row.public, described):
            continue
        reason = deciding.refusal(row)
        if reason is None and row.node_ids is not None:
            by_nodes[row.node_ids].append(row)
        else:
            refusals[reason or Refusal.OTHER_NODES] += 1
    refusals += Counter({Refusal.JOIN_NOT_ALLOWED: allows_no_join(offers, query)})
    crowds = {
        chosen: _Settling(query, asker, histories, refusals)(willing)
        for chosen, willing in sorted(by_nodes.items())
    }
    node_ids = max(crowds, key=lambda chosen: len(crowds[chosen]), default=())
    people = tuple(crowds.get(node_ids, ()))
    compensation = max((row.compensation_cents for row in people), default=0)
    return Match(people, node_ids, compensation, refusals)


@dataclass(frozen=True)
class _Deciding:
    """Asks policies about one query of one buyer at one moment; each as if crowd and compensation were large.

    The rules of a policy are asked once for all whose policies differ in nothing but their times and who have
    spent the same; its times are asked of everybody. Nothing is remembered beyond one match, so a decision
    outlives neither a change of policy nor of who asks, what, or when.
    """

    query: Query
    asker: Asker
    now: datetime
    _decided: dict[tuple[object, Decimal, int], Refusal | None] = field(default_factory=dict, init=False)

    def refusal(self, row: Row) -> Refusal | None:
        """Why the first policy that refuses does so: what `consent.decision.decide` gives as its reason."""
        for offer in row.offers:
            times = broken_times(offer.policy, now=self.now, withdrawn_at=None)
            reason = times[0] if times else self._rules(offer)
            if reason is not None:
                return reason
        return None

    def _rules(self, offer: Offer) -> Refusal | None:
        alike = (offer.policy.kin, offer.epsilon_spent, offer.runs_spent)
        if alike not in self._decided:
            broken = broken_rules(offer.policy, _alone(offer, self.query, self.asker))
            self._decided[alike] = broken[0] if broken else None
        return self._decided[alike]


def _alone(offer: Offer, query: Query, asker: Asker) -> Use:
    return Use(
        query=query,
        buyer_id=asker.buyer_id,
        buyer_kind=asker.kind,
        cohort_size=WHATEVER,
        epsilon_spent=offer.epsilon_spent,
        compensation_cents=MOST_COMPENSATION_CENTS,
        node_ids=offer.policy.node_ids,
        buyer_country=asker.country,
        runs=offer.runs_spent,
    )


@dataclass(frozen=True)
class _Settling:
    """Finds who remains once nobody's crowd is too small, nobody's public group is, and nobody is exposed."""

    query: Query
    asker: Asker
    histories: Histories
    refusals: Counter[Refusal]

    def __call__(self, willing: Sequence[Row]) -> Sequence[Row]:
        while True:
            people = self._company(willing)
            exposed = exposed_by_earlier(people, self.query, self.histories)
            if not exposed:
                return people if len(people) >= self.query.floor else ()
            willing = [row for row in people if row.name not in exposed]

    def _company(self, willing: Sequence[Row]) -> Sequence[Row]:
        """Those who find each other enough, in public groups that are large enough."""
        described = asked_about(self.query)
        while True:
            bounds = [bound for place, row in enumerate(willing) for bound in self._bounds(place, row)]
            left = leaving(bounds, [row.compensation_cents for row in willing])
            self.refusals.update(left.values())
            people = [row for place, row in enumerate(willing) if place not in left]
            public = {place: row.public for place, row in enumerate(people)}
            outside = in_no_group(self.query, described, public)
            if not outside:
                return people
            self.refusals[Refusal.CROWD_TOO_SMALL] += len(outside)
            willing = [row for place, row in enumerate(people) if place not in outside]

    def _bounds(self, place: int, row: Row) -> Iterator[Bound]:
        yield Bound(place, row.crowd_floor, WHATEVER, Refusal.CROWD_TOO_SMALL)
        for offer in row.offers:
            if offer.policy.prohibitions:
                facts = facts_of(offer.policy, _alone(offer, self.query, self.asker))
                bounds = (bound_of(place, each, facts) for each in offer.policy.prohibitions)
                yield from (bound for bound in bounds if bound is not None)
