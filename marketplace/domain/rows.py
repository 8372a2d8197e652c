"""Which offers make one row of a computation? One of each person; or two of one person that are joined.

For a query that joins data sets, two offers belong to one person if both name the same join handle for each
other's data set (`consent.joining`). The nodes look for themselves; a marketplace that puts other offers
together finds them left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consent.joining import row_of
from consent.query import Query
from crypto.mpc.joining import join
from marketplace.domain.offer import Offer
from ssi.joined import side_by_side


@dataclass(frozen=True)
class Row:
    """The offers of one person, in the order of the query's data sets, and what holds for all of them."""

    offers: tuple[Offer, ...]

    @property
    def name(self) -> str:
        """How nodes and statements name the row."""
        return row_of(*(offer.consent_id for offer in self.offers))

    @property
    def public(self) -> dict[str, str | None]:
        """The public attributes by the names that the query uses."""
        first, *others = self.offers
        public = dict(first.public)
        for other in others:
            public = side_by_side(public, other.public, other.policy.data_set)
        return public

    @property
    def node_ids(self) -> tuple[str, ...] | None:
        """The nodes that hold the shares; None where the records are with different ones."""
        if len(self.offers) == 1:  # as nearly always, and asked of everybody in a crowd
            return self.offers[0].policy.node_ids
        chosen = {offer.policy.node_ids for offer in self.offers}
        return chosen.pop() if len(chosen) == 1 else None

    @property
    def crowd_floor(self) -> int:
        """The crowd that every policy in it finds large enough."""
        if len(self.offers) == 1:
            return self.offers[0].policy.crowd_floor
        return max(offer.policy.crowd_floor for offer in self.offers)

    @property
    def compensation_cents(self) -> int:
        """What every policy in it finds enough for one record."""
        if len(self.offers) == 1:
            return self.offers[0].policy.compensation_cents
        return max(offer.policy.compensation_cents for offer in self.offers)


def rows_of(offers: Iterable[Offer], query: Query) -> list[Row]:
    """The rows that these offers make for a query, each person once, in the order of their consents."""
    latest = _one_per_person(offers)
    if query.join is None:
        return [Row((offer,)) for offer in latest]
    left = _by_handle(latest, query.data_set, query.join)
    right = _by_handle(latest, query.join, query.data_set)
    handles = [[handle.encode() for handle in side] for side in (left, right)]
    pairs = join(handles[0], handles[1])
    sides = [list(left.values()), list(right.values())]
    rows = [
        Row((sides[0][one], sides[1][other]))
        for one, other in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    ]
    return sorted(rows, key=lambda row: row.name)


def allows_no_join(offers: Iterable[Offer], query: Query) -> int:
    """How many people offer the first data set, but do not let it be joined with the second."""
    if query.join is None:
        return 0
    first = [offer for offer in _one_per_person(offers) if offer.policy.data_set == query.data_set]
    return sum(offer.policy.join_handle(query.join) is None for offer in first)


def _one_per_person(offers: Iterable[Offer]) -> list[Offer]:
    """Of several offers about the same record the latest, because a node counts a person once."""
    latest: dict[str, Offer] = {}
    for offer in sorted(offers, key=lambda offer: (offer.received_at, offer.consent_id)):
        latest[offer.person] = offer
    return sorted(latest.values(), key=lambda offer: offer.consent_id)


def _by_handle(offers: Sequence[Offer], data_set: str, other: str) -> dict[str, Offer]:
    """The offers of a data set that may be joined with another; of several of one wallet the latest."""
    found: dict[str, Offer] = {}
    for offer in sorted(offers, key=lambda offer: (offer.received_at, offer.consent_id)):
        handle = offer.policy.join_handle(other)
        if offer.policy.data_set == data_set and handle is not None:
            found[handle] = offer
    return found
