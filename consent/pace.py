"""How often may one buyer ask about one data set? So often that people can work, and no program can search.

Every answer says something, a refusal too. What protects people is noise, budgets and crowds; a limit of pace
keeps whoever probes them from doing so by the thousand before anybody looks. Nodes keep it by the buyer's
credential, each by itself, and the marketplace by its account, so that money is held for no refusal.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from consent.query import Query

MOST_QUESTIONS: Final = 200
"""In any `SPAN`, to one data set, by one buyer; attempts and refused quotes are none."""

SPAN: Final = timedelta(days=1)


def asked_too_often(query: Query, earlier: Iterable[Query]) -> str | None:
    """The data set about which a buyer asked as often as it may; `earlier` are its questions in a span."""
    counts = dict.fromkeys(query.data_sets, 0)
    for each in earlier:
        for data_set in counts.keys() & set(each.data_sets):
            counts[data_set] += 1
    return next((data_set for data_set, count in counts.items() if count >= MOST_QUESTIONS), None)
