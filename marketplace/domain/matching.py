"""Whom does a query reach? The largest crowd whose members all permit it.

Every rule that concerns one person alone is `consent.policy.decide`. Two concern all of them together: each
person's floor must be met by the number of those who remain, and everyone receives the same compensation,
the largest minimum among them. The same holds for the nodes: a job runs on one set of three, so people are
counted by the set that they chose, and the largest crowd wins.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from consent.policy import MOST_COMPENSATION_CENTS, Refusal, Refused, Use, decide, largest_crowd
from consent.query import Query
from consent.vocabulary import RecipientKind
from marketplace.domain.offer import Offer
from ssi.dataset import data_set

_EVERYBODY = 2**53
"""A crowd in which every floor is met: floors are looked at afterwards, when the crowd is known."""


@dataclass(frozen=True)
class Asker:
    """The buyer as a policy sees it."""

    buyer_id: str
    kind: RecipientKind


@dataclass(frozen=True)
class Match:
    """The people a query reaches, ordered by consent, and why it does not reach the others."""

    offers: tuple[Offer, ...]
    node_ids: tuple[str, ...]
    compensation_cents: int
    refusals: Counter[Refusal] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.offers)

    @property
    def main_refusal(self) -> Refusal | None:
        """Why most of the others do not take part."""
        return self.refusals.most_common(1)[0][0] if self.refusals else None


def match(offers: Iterable[Offer], query: Query, asker: Asker, *, now: datetime) -> Match:
    """The largest crowd that permits a query, each person once."""
    refusals: Counter[Refusal] = Counter()
    by_nodes: dict[tuple[str, ...], list[Offer]] = defaultdict(list)
    described = data_set(query.data_set)
    for offer in _one_per_person(offer for offer in offers if query.matches(offer.public, described)):
        decision = decide(offer.policy, _alone(offer, query, asker), now=now)
        if isinstance(decision, Refused):
            refusals[decision.reason] += 1
        else:
            by_nodes[offer.policy.node_ids].append(offer)
    crowds = {node_ids: _crowd(willing, query, refusals) for node_ids, willing in sorted(by_nodes.items())}
    node_ids = max(crowds, key=lambda chosen: len(crowds[chosen]), default=())
    people = tuple(crowds.get(node_ids, ()))
    compensation = max((offer.policy.compensation_cents for offer in people), default=0)
    return Match(people, node_ids, compensation, refusals)


def _one_per_person(offers: Iterable[Offer]) -> list[Offer]:
    """Of several offers about the same record the latest, because a node counts a person once."""
    latest: dict[str, Offer] = {}
    for offer in sorted(offers, key=lambda offer: (offer.received_at, offer.consent_id)):
        latest[offer.person] = offer
    return sorted(latest.values(), key=lambda offer: offer.consent_id)


def _alone(offer: Offer, query: Query, asker: Asker) -> Use:
    return Use(
        query=query,
        buyer_id=asker.buyer_id,
        buyer_kind=asker.kind,
        cohort_size=_EVERYBODY,
        epsilon_spent=offer.epsilon_spent,
        compensation_cents=MOST_COMPENSATION_CENTS,
        node_ids=offer.policy.node_ids,
    )


def _crowd(willing: Sequence[Offer], query: Query, refusals: Counter[Refusal]) -> list[Offer]:
    size = largest_crowd(offer.policy.crowd_floor for offer in willing)
    people = [offer for offer in willing if offer.policy.crowd_floor <= size]
    refusals[Refusal.CROWD_TOO_SMALL] += len(willing) - len(people)
    return people if len(people) >= query.floor else []
