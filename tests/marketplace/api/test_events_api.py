"""Events as a buyer's program reads them: in pages and as a stream, its own and no other account's."""

import json
from http import HTTPStatus

import pytest
from flask import Flask

from marketplace.api.events import MOST_OF_ACCOUNT, STREAMS, Pace, Places, events_api
from marketplace.domain.event import MOST_KEPT, EventKind
from marketplace.domain.scope import Scope
from marketplace.services.tell_events import tell
from ssi.hosting.errors import DatabaseUnavailableError
from ssi.http.event_stream import EVENT_STREAM, messages
from tests.marketplace.api.test_saved_api import Program

PLACE = "/api/v1/events"
AT_ONCE = Pace(seconds=0)


@pytest.fixture
def program(market) -> Program:
    market.stock(12)
    return Program(market)


def reader(market, pace=AT_ONCE):
    """A client whose streams end at once."""
    app = Flask(__name__)
    app.register_blueprint(events_api(market.services, pace))
    return app.test_client()


def streamed(market, program, path=PLACE, **headers):
    told = {**program.headers, "Accept": EVENT_STREAM, **headers}
    return reader(market).get(path, headers=told)


def happen(market, account, times=1) -> None:
    with market.store.writing() as books:
        for _ in range(times):
            tell(books, account.account_id, market.desk.now(), EventKind.WEBHOOK_TEST)


@pytest.fixture
def account(market, program):
    found = market.services.sign_in("buyer@example.org", "correct horse battery")
    happen(market, found, 3)
    return found


def test_events_come_in_pages_behind_a_number(program, account):
    first = program.send("GET", f"{PLACE}?limit=2").get_json()
    rest = program.send("GET", f"{PLACE}?after={first['events'][-1]['number']}").get_json()

    assert [each["number"] for each in first["events"]] == [1, 2]
    assert [each["number"] for each in rest["events"]] == [3]
    assert (rest["last"], rest["forgotten"]) == (3, 0)
    assert first["events"][0]["type"] == "webhook.test"


def test_a_stream_tells_the_same_in_the_form_of_the_standard(market, program, account):
    response = streamed(market, program)
    pages = program.send("GET", PLACE).get_json()["events"]

    assert (response.mimetype, response.headers["Cache-Control"]) == (EVENT_STREAM, "no-store")
    assert response.data.startswith(b"retry: 2000\n\nid: 1\nevent: webhook.test\ndata: {")
    told = list(messages([response.data]))
    assert [(each.last_id, json.loads(each.data)) for each in told] == [
        (str(each["number"]), each) for each in pages
    ]


def test_a_reader_that_comes_back_goes_on_behind_what_it_has(market, program, account):
    back = streamed(market, program, f"{PLACE}?after=1", **{"Last-Event-ID": "2"})
    again = streamed(market, program, f"{PLACE}?after=1")

    assert [each.last_id for each in messages([back.data])] == ["3"]
    assert [each.last_id for each in messages([again.data])] == ["2", "3"]


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("-1", 400),
        ("1e3", 400),
        ("1\u0663", 400),
        ("9" * 40, 400),
        ("2; drop", 400),
        ("4", 422),
        ("9" * 15, 422),
        ("9" * 16, 400),
    ],
)
def test_a_forged_number_is_refused(market, program, account, number, status):
    path = f"{PLACE}?after={number.encode().hex() if not number.isascii() else number}"
    assert program.send("GET", path).status_code == status
    header = {"Last-Event-ID": number.encode("utf-8").decode("latin-1")}
    assert streamed(market, program, **header).status_code == status


def test_other_accounts_see_none_of_it(market, program, account):
    stranger = Program(market, "other@example.org")

    assert stranger.send("GET", PLACE).get_json() == {"events": [], "last": 0, "forgotten": 0}
    assert stranger.send("GET", f"{PLACE}?after=1").status_code == 422
    assert list(messages([streamed(market, stranger).data])) == []


def test_a_key_for_something_else_and_no_key_get_nothing(market, program):
    looking = Program(market, "third@example.org", scopes=[Scope.RESULTS])

    assert looking.send("GET", PLACE).status_code == 403
    assert looking.client.get(PLACE, headers={"Accept": EVENT_STREAM}).status_code == 401


def test_who_was_away_too_long_is_told_how_much_is_gone(market, program, account):
    happen(market, account, MOST_KEPT)

    gone, first, *_ = messages([streamed(market, program, **{"Last-Event-ID": "1"}).data])
    assert (gone.event, gone.data, gone.last_id) == ("forgotten", '{"until":3}', "")
    assert first.last_id == "4"


def test_an_account_has_few_streams_open_and_gets_a_place_back(market, program, account):
    client, headers = reader(market), {**program.headers, "Accept": EVENT_STREAM}
    opened = [client.get(PLACE, headers=headers) for _ in range(MOST_OF_ACCOUNT)]
    refused = client.get(PLACE, headers=headers)

    assert [each.status_code for each in opened] == [200] * MOST_OF_ACCOUNT
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.headers["Retry-After"] == "15"
    assert client.get(PLACE, headers=program.headers).status_code == 200
    opened[0].close()
    assert client.get(PLACE, headers=headers).status_code == 200


def test_there_are_few_streams_in_all(market, program, account):
    client = reader(market)
    client.application.config[STREAMS] = 0

    refused = client.get(PLACE, headers={**program.headers, "Accept": EVENT_STREAM})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "15")


def test_a_database_that_goes_away_ends_the_stream(market, program, account, monkeypatch):
    client = reader(market, Pace(seconds=60, look=0.0))
    response = client.get(PLACE, headers={**program.headers, "Accept": EVENT_STREAM})

    def away():
        raise DatabaseUnavailableError

    monkeypatch.setattr(market.store, "reading", away)
    assert [each.last_id for each in messages([response.data])] == ["1", "2", "3"]


def test_places_are_counted_for_each_account_and_in_all():
    places = Places()

    taken = [places.take(account, 3) for account in ("a", "a", "a", "b", "c")]
    assert taken == [None, None, HTTPStatus.TOO_MANY_REQUESTS, None, HTTPStatus.SERVICE_UNAVAILABLE]
    places.give_back("a")
    assert places.take("c", 3) is None


def test_a_stream_says_now_and_then_that_it_is_there(market, program, account):
    client = reader(market, Pace(seconds=0.05, look=0.01, heartbeat=0.0))

    heard = client.get(PLACE, headers={**program.headers, "Accept": EVENT_STREAM}).data
    assert heard.endswith(b":\n\n")
    assert [each.last_id for each in messages([heard])] == ["1", "2", "3"]
