"""Whom must an exact answer leave out because of those that were released before? Asked before money is held.

The rule is `consent.differencing`, the very one of the nodes, over what this marketplace knows of its own
releases. The nodes keep a history each and have the last word: theirs also holds answers that were computed
and never released, and knows people by issuer and handle, where here the handle alone tells them apart. A
node may therefore leave out more than was left out here, never less than its own history asks for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from consent.differencing import History, Member, held_back, key_of
from consent.query import Query
from marketplace.domain.rows import Row

Histories = Mapping[str, History]
"""The history of each data set."""

NONE: Final[Histories] = MappingProxyType({})


def account_key(person: str) -> bytes:
    """Under which key a person is remembered."""
    return key_of(person)


def crowds_of(rows: Iterable[Row], query: Query) -> dict[str, list[Member]]:
    """The people of each data set that the rows of a query are about, as an answer takes them in."""
    found: dict[str, list[Member]] = defaultdict(list)
    for row in rows:
        name, group = row.name, ""
        if query.group_by is not None:
            group = row.public.get(query.group_by) or ""
        for offer in row.offers:
            found[offer.policy.data_set].append(
                Member(
                    row=name,
                    account=account_key(offer.person),
                    record=key_of(offer.consent_id),
                    floor=offer.policy.crowd_floor,
                    group=group,
                )
            )
    return found


def exposed_by_earlier(rows: Sequence[Row], query: Query, histories: Histories) -> Collection[str]:
    """The names of those who must not be in an exact answer; nobody where noise protects them."""
    if query.epsilon is not None:
        return frozenset()
    return frozenset(
        name
        for data_set, members in crowds_of(rows, query).items()
        if data_set in histories
        for name in held_back(members, histories[data_set])
    )
