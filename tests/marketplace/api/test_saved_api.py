"""Saved questions as a buyer's program keeps them, in the described form."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from marketplace.api.app import create_api_app
from marketplace.domain.scope import Scope
from tests.marketplace.described import described_client
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.repeating import DAILY, FIRST, allowing, an_id, at

PLACE = f"/api/v1/saved/{an_id(1)}"
REPETITION = f"{PLACE}/repetitions/{an_id(2)}"
QUESTION = {"name": "Exam scores", "query": EXACT.to_json()}


class Program:
    """A buyer's program, every answer to which is held against the described form."""

    def __init__(self, market, email: str = "buyer@example.org", scopes=tuple(Scope)) -> None:
        self.client = described_client(create_api_app(market.services))
        account = market.buyer(email)
        secret = market.services.make_api_key(account.account_id, "tests", scopes=frozenset(scopes)).secret
        self.headers = {"Authorization": f"Bearer {secret}"}

    def send(self, method: str, path: str, document: Any = None) -> TestResponse:
        return self.client.open(path, method=method, json=document, headers=self.headers)


@pytest.fixture
def program(market) -> Program:
    market.stock(12)
    return Program(market)


def body(response: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = response.get_json()
    return found


def test_a_question_is_saved_repeated_and_each_run_is_told(market, program):
    first = program.send("PUT", PLACE, QUESTION)
    again = program.send("PUT", PLACE, QUESTION)
    begun = program.send("PUT", REPETITION, DAILY.to_json())
    at(market, FIRST + timedelta(days=1))

    assert first.status_code == again.status_code == begun.status_code == 200
    assert body(first) == body(again)
    assert body(begun)["next_at"] == body(begun)["first_at"]
    runs = body(program.send("GET", f"{PLACE}/runs"))["runs"]
    assert [(run["number"], run["state"]) for run in runs] == [(2, "ordered"), (1, "missed")]
    assert program.send("GET", f"/api/v1/orders/{runs[0]['order_id']}").status_code == 200
    (saved,) = body(program.send("GET", "/api/v1/saved"))["saved"]
    assert saved["repetitions"][0]["spent_cents"] == runs[0]["cost_cents"] == 1715
    assert body(program.send("GET", PLACE)) == saved


def test_another_request_under_the_same_id_is_a_conflict(program):
    program.send("PUT", PLACE, QUESTION)
    program.send("PUT", REPETITION, DAILY.to_json())

    assert program.send("PUT", PLACE, {**QUESTION, "query": NOISY.to_json()}).status_code == 409
    assert program.send("PUT", REPETITION, allowing(per_run_cents=1).to_json()).status_code == 409
    other = f"{PLACE}/repetitions/{an_id(3)}"
    assert program.send("PUT", other, DAILY.to_json()).status_code == 409


def test_a_skipped_run_tells_why_and_what_is_answered(market, program):
    program.send("PUT", PLACE, {**QUESTION, "query": replace(EXACT, floor=13).to_json()})
    program.send("PUT", REPETITION, DAILY.to_json())
    at(market, FIRST)

    (run,) = body(program.send("GET", f"{PLACE}/runs"))["runs"]
    assert (run["state"], run["reason"]) == ("skipped", "too_few_people")
    assert program.send("POST", "/api/v1/quotes", {"query": run["nearby"]}).status_code == 200


def test_it_rests_goes_on_ends_and_is_forgotten(program):
    program.send("PUT", PLACE, QUESTION)
    assert program.send("POST", f"{PLACE}/pause").status_code == 404
    program.send("PUT", REPETITION, DAILY.to_json())

    for act, state in (("pause", "paused"), ("resume", "active"), ("end", "ended"), ("end", "ended")):
        assert body(program.send("POST", f"{PLACE}/{act}"))["state"] == state
    assert program.send("POST", f"{PLACE}/pause").status_code == 409
    assert program.send("DELETE", PLACE).status_code == program.send("DELETE", PLACE).status_code == 200
    assert program.send("GET", PLACE).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"every": "hour"}, 400),
        ({"first_at": "soon"}, 400),
        ({"per_run_cents": -1}, 400),
        ({"more": 1}, 400),
        ({"total_cents": 1}, 422),
        ({"until": "2020-01-01T00:00:00Z"}, 422),
        ({"first_at": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"}, 422),
    ],
)
def test_terms_that_cannot_be_are_refused(program, changes, status):
    program.send("PUT", PLACE, QUESTION)
    assert program.send("PUT", REPETITION, {**DAILY.to_json(), **changes}).status_code == status


def test_the_list_comes_in_pages(program):
    for number in range(1, 4):
        program.send("PUT", f"/api/v1/saved/{an_id(number)}", QUESTION)
    first = body(program.send("GET", "/api/v1/saved?limit=2"))
    rest = body(program.send("GET", f"/api/v1/saved?limit=2&cursor={first['next']}"))

    names = [each["saved_id"] for each in [*first["saved"], *rest["saved"]]]
    assert sorted(names) == [an_id(number) for number in range(1, 4)]
    assert rest["next"] is None


def test_another_buyer_and_a_key_for_something_else_get_nothing(market, program):
    program.send("PUT", PLACE, QUESTION)
    stranger = Program(market, "other@example.org")
    looking = Program(market, "third@example.org", scopes=[Scope.CATALOGUE])

    assert stranger.send("GET", PLACE).status_code == 404
    assert stranger.send("DELETE", PLACE).status_code == 404
    assert stranger.send("PUT", PLACE, QUESTION).status_code == 409
    assert looking.send("GET", "/api/v1/saved").status_code == 403
    assert looking.send("PUT", PLACE, QUESTION).status_code == 403
