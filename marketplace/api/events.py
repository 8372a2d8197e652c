"""Events of an account for a buyer's program: a page of them, or a stream (HTML standard, section 9.2).

A stream takes one of the server's threads. So there are few, for each account and in all, each ends by itself
after `SECONDS`, and its reader goes on behind the last id that came. A reader that takes nothing for
`SEND_SECONDS`, and a database that does not answer, end it at once; nothing is lost, for events have numbers.
"""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, current_app, jsonify, request

from crypto.errors import MalformedError
from marketplace.api.problems import STATUS
from marketplace.api.requests import buyer, number, whole_number
from marketplace.domain.event import MOST_NUMBER, MOST_ON_PAGE, Event, EventPage
from marketplace.domain.scope import Scope
from marketplace.services.suite import Services
from ssi.hosting.errors import DatabaseUnavailableError
from ssi.http.event_stream import EVENT_STREAM, HEARTBEAT, write
from ssi.http.problems import problem, register

STREAMS: Final = "EVENT_STREAMS"
"""The setting of the app that says how many streams may be open in all; fewer than the server's threads."""
USUAL_STREAMS: Final = 4
MOST_OF_ACCOUNT: Final = 2
SECONDS: Final = 25.0
SEND_SECONDS: Final = 5.0
_HEARTBEAT_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.5
_RETRY: Final = b"retry: 2000\n\n"
_KIND: Final = "urn:argonauta:problem:too-many-streams"
_RETRY_AFTER: Final = "15"
_IN_STREAM: Final = 100


@dataclass
class Places:
    """How many streams are open, in all and for each account; safe to share between threads."""

    _open: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, account_id: str, most: int) -> HTTPStatus | None:
        """Take a place; or the status of a refusal: too many of this account, or too many in all."""
        with self._lock:
            if self._open[account_id] >= MOST_OF_ACCOUNT:
                return HTTPStatus.TOO_MANY_REQUESTS
            if self._open.total() >= most:
                return HTTPStatus.SERVICE_UNAVAILABLE
            self._open[account_id] += 1
            return None

    def give_back(self, account_id: str) -> None:
        """Give a place back."""
        with self._lock:
            self._open[account_id] -= 1
            self._open += Counter()  # without those that have none


@dataclass(frozen=True)
class Pace:
    """How long a stream lives, how often it looks, and how often it says that it is there; in seconds."""

    seconds: float = SECONDS
    look: float = _LOOK_SECONDS
    heartbeat: float = _HEARTBEAT_SECONDS


def events_api(services: Services, pace: Pace | None = None) -> Blueprint:
    """The endpoint for events."""
    blueprint = Blueprint("events_api", __name__, url_prefix="/api/v1/events")
    register(blueprint, STATUS)
    places, going = Places(), pace or Pace()

    @blueprint.get("")
    def events() -> Response:
        account_id = buyer(services, Scope.ORDERS).account_id
        after = _after()
        if request.accept_mimetypes.best_match(["application/json", EVENT_STREAM]) != EVENT_STREAM:
            return _page(services.read_events(account_id, after, limit=_limit()))
        first = services.read_events(account_id, after, limit=_IN_STREAM)
        refusal = places.take(account_id, current_app.config.get(STREAMS, USUAL_STREAMS))
        if refusal is not None:
            return _refused(refusal)
        read = _reading(services, account_id)
        stream = _stream(first, after, read, going)
        connection = request.environ.get("gunicorn.socket")
        patient = stream if connection is None else _patient(stream, connection)
        response = Response(patient, content_type=EVENT_STREAM)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # a proxy must not keep what is sent until it is over
        response.call_on_close(lambda: places.give_back(account_id))
        return response

    return blueprint


def _after() -> int:
    """Behind which event to go on: a reader that comes back says so in a header, which counts more.

    Raises:
        MalformedError: one of both is no number of an event.
    """
    asked = number("after") or 0
    told = request.headers.get("Last-Event-ID")
    last = whole_number(told, "Last-Event-ID") if told else asked
    if max(asked, last) > MOST_NUMBER:
        raise MalformedError(f"after, Last-Event-ID: expected at most {MOST_NUMBER}")
    return last


def _limit() -> int:
    asked = number("limit")
    if asked is None:
        return 100
    if not 1 <= asked <= MOST_ON_PAGE:
        raise MalformedError(f"limit: expected 1 to {MOST_ON_PAGE}")
    return asked


def _page(page: EventPage) -> Response:
    response = jsonify(
        events=[each.to_json() for each in page.events], last=page.last, forgotten=page.forgotten
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Authorization"
    return response


def _refused(status: HTTPStatus) -> Response:
    said = {
        HTTPStatus.TOO_MANY_REQUESTS: f"this account has {MOST_OF_ACCOUNT} open; end one, or ask for pages",
        HTTPStatus.SERVICE_UNAVAILABLE: "others have all of them open; come back later, or ask for pages",
    }
    response = problem(
        status, "Too many streams", detail=said[status], kind="urn:argonauta:problem:too-many-streams"
    )
    response.headers["Retry-After"] = _RETRY_AFTER
    return response


Read = Callable[[int], EventPage | None]


def _reading(services: Services, account_id: str) -> Read:
    """Reads what happened behind a number; None where that is not possible any more."""

    def read(after: int) -> EventPage | None:
        try:
            return services.read_events(account_id, after, limit=_IN_STREAM)
        except DatabaseUnavailableError:
            return None

    return read


def _stream(first: EventPage, after: int, read: Read, pace: Pace) -> Iterator[bytes]:
    yield _RETRY
    if after < first.forgotten:
        yield write(f'{{"until":{first.forgotten}}}', event="forgotten")
    begun = said = time.monotonic()
    page: EventPage | None = first
    while page is not None:
        for each in page.events:
            yield _written(each)
            after, said = each.number, time.monotonic()
        now = time.monotonic()
        if now - begun >= pace.seconds:
            return
        if now - said >= pace.heartbeat:
            yield HEARTBEAT
            said = now
        if len(page.events) < _IN_STREAM:
            time.sleep(pace.look)  # other processes write events, and tell nobody when they do
        page = read(after)


def _written(event: Event) -> bytes:
    return write(event.to_bytes().decode(), event=event.kind.value, number=event.number)


def _patient(stream: Iterator[bytes], connection: socket.socket) -> Iterator[bytes]:
    """The stream, on a connection that gives up where its reader takes nothing."""
    before = connection.gettimeout()
    connection.settimeout(SEND_SECONDS)
    try:
        yield from stream
    finally:
        connection.settimeout(before)
