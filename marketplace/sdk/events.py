"""How does a program hear what happens to its orders? It follows numbered events, and misses none.

    for event in follow(buyer, after=last_seen):
        print(event.number, event.kind, event.told)

A stream of the market ends after some seconds; the next one goes on behind the last event that came
(`Last-Event-ID`). Who keeps the number of the last event that it has dealt with can stop and go on at any
time within the days that the market keeps them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.sdk.buyer import API, Buyer
from ssi.http.errors import RefusedByPeerError, UnreachablePeerError
from ssi.http.event_stream import EVENT_STREAM, Message, messages

MOST_NUMBER: Final = 2**53 - 1
MOST_ON_PAGE: Final = 500
_FORGOTTEN: Final = "forgotten"
_BETWEEN_SECONDS: Final = 0.5
_PAUSE_SECONDS: Final = 2.0
_LONGEST_PAUSE: Final = 60.0
_LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS.value, HTTPStatus.SERVICE_UNAVAILABLE.value})


@dataclass(frozen=True)
class Event:
    """One event of the account; `told` says what it is about, such as `order_id`."""

    number: int
    kind: str
    at: datetime
    told: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class EventPage:
    """Events behind a number, the number of the last one there is, and up to which they are forgotten."""

    events: tuple[Event, ...]
    last: int
    forgotten: int


def read_event(fields: Fields) -> Event:
    """An event from its document.

    Raises:
        MalformedError: it is none.
    """
    told = fields.any("data")
    if not isinstance(told, dict):
        raise MalformedError("data: expected an object")
    return Event(
        fields.integer("number", least=1, most=MOST_NUMBER),
        fields.text("type"),
        fields.moment("timestamp"),
        told,
    )


def events_after(buyer: Buyer, number: int = 0, *, limit: int = MOST_ON_PAGE) -> EventPage:
    """The events behind a number, as one page; 0 for all that are kept."""
    fields = Fields.of(buyer.client.get_json(f"{API}/events?after={number}&limit={limit}"), "events")
    return EventPage(
        tuple(read_event(each) for each in fields.objects("events", most=MOST_ON_PAGE)),
        fields.integer("last", least=0, most=MOST_NUMBER),
        fields.integer("forgotten", least=0, most=MOST_NUMBER),
    )


def follow(
    buyer: Buyer,
    *,
    after: int = 0,
    streams: int | None = None,
    tell_gap: Callable[[int], object] = lambda until: None,
) -> Iterator[Event]:
    """Each event behind a number as it happens, in order and once, for ever or for so many `streams`.

    A market that is away or busy is asked again, ever more seldom. Where events behind the number are not
    kept any more, `tell_gap` is told up to which, before the first that is.

    Raises:
        RefusedByPeerError: the key is not good for it, or there is no event with this number yet.
        MalformedError: the stream holds something that is no event.
    """
    last, failures, opened = after, 0, 0
    while streams is None or opened < streams:
        opened += 1
        try:
            for message in _stream(buyer, last):
                failures = 0
                if message.event == _FORGOTTEN:
                    tell_gap(_until(message))
                    continue
                event = read_event(Fields.of(parse_json(message.data.encode()), "event"))
                if event.number > last:
                    last = event.number
                    yield event
            failures = 0
        except UnreachablePeerError:
            failures += 1
        except RefusedByPeerError as error:
            if error.status not in _LATER:
                raise
            failures += 1
        longer = min(_PAUSE_SECONDS * 2 ** min(failures, 10), _LONGEST_PAUSE)
        buyer.pause(longer if failures else _BETWEEN_SECONDS)


def _stream(buyer: Buyer, last: int) -> Iterator[Message]:
    headers = {"Accept": EVENT_STREAM, "Cache-Control": "no-store"}
    if last:
        headers["Last-Event-ID"] = str(last)
    with buyer.client.stream(f"{API}/events", headers=headers) as chunks:
        yield from messages(chunks)


def _until(message: Message) -> int:
    fields = Fields.of(parse_json(message.data.encode()), _FORGOTTEN)
    return fields.integer("until", least=1, most=MOST_NUMBER)
