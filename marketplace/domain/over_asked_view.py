"""Does a request ask for more than its purpose needs, as the operator and the buyer are told?

`consent.over_asking` judges, `consent.over_asking_words` says it; wallets tell the people who took part the
same. It is advice: nothing is refused for it.
"""

from dataclasses import dataclass
from functools import lru_cache

from consent.errors import QueryRefusedError
from consent.joining import asked_about
from consent.over_asking import SurplusKind, least_request, over_asked
from consent.over_asking_words import describe_surplus
from consent.query import Query
from crypto.encoding import Json
from ssi.errors import UnknownDataSetError

_REMEMBERED = 512


@dataclass(frozen=True)
class OverAsked:
    """What is too much, each with a sentence in English, and the request without any of it.

    `smaller` is None where nothing is too much. Nothing here tells of a person or an answer.
    """

    kinds: tuple[SurplusKind, ...] = ()
    sentences: tuple[str, ...] = ()
    smaller: Query | None = None

    def to_json(self) -> dict[str, Json]:
        """The flags for an API."""
        return {
            "flags": [
                {"kind": kind.value, "sentence": sentence}
                for kind, sentence in zip(self.kinds, self.sentences, strict=True)
            ],
            "smaller": None if self.smaller is None else self.smaller.to_json(),
        }


@lru_cache(maxsize=_REMEMBERED)
def over_asked_view(query: Query, people: int) -> OverAsked:
    """The flags of a request that is expected to be about so many people (`Price.people` of an order).

    A request that may not be asked at all has none; it is refused elsewhere, with its reason.
    """
    try:
        found = over_asked(query, people=people)
        if not found:
            return OverAsked()
        described = asked_about(query)
        smaller = least_request(query, people=people)
    except (UnknownDataSetError, QueryRefusedError):
        return OverAsked()
    return OverAsked(
        tuple(each.kind for each in found),
        tuple(describe_surplus(each, query.purpose, described, "en") for each in found),
        smaller,
    )
