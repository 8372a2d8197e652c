"""How often may one buyer ask about one data set? So often that people can work, and no program can search.

Every answer says something, a refusal too. What protects people is noise, budgets and crowds; a limit of pace
keeps whoever probes them from doing so by the thousand before anybody looks. Nodes keep it by the buyer's
credential, each by itself, and the marketplace by its account, so that money is held for no refusal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from consent.query import Query

MOST_QUESTIONS: Final = 200
"""In any `SPAN`, to one data set, by one buyer; attempts and refused quotes are none."""

SPAN: Final = timedelta(days=1)


@dataclass(frozen=True)
class Wait:
    """About which data set a buyer asked as often as it may, and from when on it may ask again."""

    data_set: str
    until: datetime


def asked_too_often(query: Query, earlier: Iterable[tuple[datetime, Query]]) -> Wait | None:
    """How long a buyer has to wait; `earlier` are its questions in a span, each with its moment."""
    asked: dict[str, list[datetime]] = {data_set: [] for data_set in query.data_sets}
    for moment, each in earlier:
        for data_set in asked.keys() & set(each.data_sets):
            asked[data_set].append(moment)
    waits = [
        Wait(data_set, sorted(moments)[-MOST_QUESTIONS] + SPAN)
        for data_set, moments in asked.items()
        if len(moments) >= MOST_QUESTIONS
    ]
    return max(waits, key=lambda each: each.until, default=None)
