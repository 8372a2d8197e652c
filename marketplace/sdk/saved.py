"""How does a program keep questions, and have them asked again by the calendar?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import uuid4

from consent.query import Query
from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from marketplace.sdk.buyer import API, Buyer
from marketplace.sdk.pages import all_of
from ssi.http.client import Body

MOST_CENTS = 10**11


@dataclass(frozen=True)
class Repetition:
    """When a question is asked again, and what its buyer allows: for each time, and for all together."""

    every: str
    first_at: datetime
    until: datetime
    per_run_cents: int
    total_cents: int

    def to_json(self) -> dict[str, Json]:
        """The repetition as it is asked for."""
        return {
            "every": self.every,
            "first_at": utc_text(self.first_at),
            "until": utc_text(self.until),
            "per_run_cents": self.per_run_cents,
            "total_cents": self.total_cents,
        }


@dataclass(frozen=True)
class Saved:
    """A saved question; `state` says whether it is asked again: `active`, `paused`, `ended`, or None."""

    saved_id: str
    name: str
    query: Query
    state: str | None = None
    next_at: datetime | None = None


@dataclass(frozen=True)
class Run:
    """One time that a repeated question was asked: its order, or why there is none."""

    number: int
    planned_at: datetime
    state: str
    order_id: str | None
    words: str | None


def list_saved(buyer: Buyer) -> list[Saved]:
    """The saved questions, saved last first."""
    return [_saved(each) for each in all_of(buyer.client, f"{API}/saved", "saved")]


def show_saved(buyer: Buyer, saved_id: str) -> Saved:
    """One saved question."""
    return _saved(Fields.of(buyer.client.get_json(f"{API}/saved/{in_address(saved_id)}"), "saved"))


def save(buyer: Buyer, name: str, query: Query, *, saved_id: str | None = None) -> Saved:
    """Save a question under a name; the same id again changes nothing."""
    place = f"/saved/{in_address(saved_id or str(uuid4()))}"
    return _saved(put(buyer, place, {"name": name, "query": query.to_json()}))


def repeat(buyer: Buyer, saved_id: str, terms: Repetition, *, standing_id: str | None = None) -> None:
    """Have a question asked again and again; the same id again changes nothing."""
    place = f"/saved/{in_address(saved_id)}/repetitions/{in_address(standing_id or str(uuid4()))}"
    put(buyer, place, terms.to_json())


def change(buyer: Buyer, saved_id: str, act: str) -> str:
    """Have the repetition `pause`, `resume` or `end`; how it stands then."""
    answer = buyer.client.post_json(f"{API}/saved/{in_address(saved_id)}/{act}", {}, repeatable=True)
    return Fields.of(answer, "repetition").text("state")


def runs_of(buyer: Buyer, saved_id: str) -> list[Run]:
    """Each time that a question was asked, planned last first."""
    found = all_of(buyer.client, f"{API}/saved/{in_address(saved_id)}/runs", "runs")
    return [
        Run(
            each.integer("number", least=1, most=10**6),
            each.moment("planned_at"),
            each.text("state"),
            each.text("order_id") if each.has("order_id") else None,
            each.text("words") if each.has("words") else None,
        )
        for each in found
    ]


def put(buyer: Buyer, place: str, document: Mapping[str, Json]) -> Fields:
    """Send a document under an id of ours, which may be repeated; what was answered."""
    sent = Body(canonical_json(dict(document)))
    return Fields.of(buyer.client.send("PUT", f"{API}{place}", body=sent, repeatable=True).json(), "answer")


def in_address(name: str) -> str:
    """A name as a part of an address.

    Raises:
        MalformedError: it is none.
    """
    if not name or name in (".", ".."):
        raise MalformedError("id: expected the id as the list shows it")
    return quote(name, safe="")


def _saved(fields: Fields) -> Saved:
    latest = next(iter(fields.objects("repetitions")), None)
    return Saved(
        fields.text("saved_id"),
        fields.text("name"),
        Query.from_json(fields.any("query"), "query"),
        None if latest is None else latest.text("state"),
        latest.moment("next_at") if latest is not None and latest.has("next_at") else None,
    )
