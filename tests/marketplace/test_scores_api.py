"""The JSON interface about scores: who may ask what, and which status a refusal has."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from crypto.encoding import b64url_encode, canonical_json
from marketplace.api.app import create_api_app
from ssi.http.authentication import BoundRequest, make_proof
from tests.marketplace.described import described_client
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.parties import MARKET
from tests.marketplace.mpc_node.people import contribution_of, person
from tests.marketplace.scorers import request_for, request_id, result_key, scorer

ANNA, BEN = scorer(), scorer(2)
API = "/api/v1"


@pytest.fixture
def web(market: Market) -> FlaskClient:
    return described_client(create_api_app(market.services))


@pytest.fixture
def key(market: Market, web: FlaskClient) -> dict[str, str]:
    """The header of a registered buyer, with one offer to ask under."""
    assert post(web, "/score-offers", ANNA.offer().to_json()).status_code == 201
    secret = market.services.make_api_key(market.buyer().account_id, "tests").secret
    return {"Authorization": f"Bearer {secret}"}


def post(web: FlaskClient, path: str, document: Any, headers: dict[str, str] | None = None) -> Any:
    body = canonical_json(document)
    return web.post(f"{API}{path}", data=body, content_type="application/json", headers=headers or {})


def news(market: Market, web: FlaskClient, whose=ANNA, key=ANNA.person.key) -> Any:
    path = f"{API}/score-offers/{whose.id}/news"
    proof = make_proof(BoundRequest("GET", path, MARKET), key, now=market.clock.now)
    return web.get(path, headers={"Authorization": proof})


def ask(web: FlaskClient, key: dict[str, str], **changes: Any) -> Any:
    token = request_for(ANNA, **changes)
    return post(web, "/score-requests", {"request": token, "accepted_price_cents": 1000}, key)


def test_a_whole_story_over_http(market, web, key):
    asked = ask(web, key)
    assert (asked.status_code, asked.json["state"]) == (201, "asked")
    (waiting,) = news(market, web).json["requests"]

    answer = post(web, "/score-answers", {"answer": ANNA.answer(waiting["request"])})
    whole = web.get(f"{API}/score-requests/{request_id(1)}", headers=key)
    settled = post(web, f"/score-requests/{request_id(1)}/confirmation", {}, key)

    assert answer.json == {"request_id": request_id(1), "state": "answered"}
    assert whole.json["answer"]
    assert whole.json["offer"]["record"] == ANNA.encrypted().to_json()
    assert whole.headers["Cache-Control"] == "no-store"
    assert settled.json["state"] == "settled"
    assert len(news(market, web).json["uses"]) == 1
    assert len(web.get(f"{API}/score-requests", headers=key).json["requests"]) == 1


def test_a_dispute_over_http(web, key):
    asked = ask(web, key)
    post(web, "/score-answers", {"answer": ANNA.lie(asked.json["request"])})

    shown = {"private_key": b64url_encode(result_key(1).to_bytes())}
    judged = post(web, f"/score-requests/{request_id(1)}/dispute", shown, key)

    assert (judged.json["state"], judged.json["dispute"]["proven"]) == ("disputed", True)


@pytest.mark.parametrize(
    "path", ["/score-offers?data_set=exam/1", f"/score-offers/{ANNA.id}", "/score-requests"], ids=str
)
def test_buyers_show_an_api_key(web, key, path):
    assert web.get(f"{API}{path}").status_code == 401
    assert web.get(f"{API}{path}", headers=key).status_code == 200


def test_the_list_shows_public_attributes_and_terms_only(web, key):
    (offer,) = web.get(f"{API}/score-offers?data_set=exam/1", headers=key).json["offers"]

    assert set(offer) == {"consent_id", "public", "terms", "price"}
    assert offer["public"] == {"school_type": "girls"}


def test_a_person_proves_her_key_and_is_told_of_her_own_offer_only(market, web, key):
    path = f"{API}/score-offers/{ANNA.id}/news"
    used = make_proof(BoundRequest("GET", path, MARKET), ANNA.person.key, now=market.clock.now)
    assert web.get(path, headers={"Authorization": used}).status_code == 200

    assert web.get(path, headers={"Authorization": used}).status_code == 401
    assert web.get(path).status_code == 401
    assert news(market, web, key=BEN.person.key).status_code == 404
    assert news(market, web, whose=BEN, key=BEN.person.key).status_code == 404


@pytest.mark.parametrize(
    ("path", "document", "status"),
    [
        ("/score-offers", {}, 400),
        ("/score-offers", [], 400),
        ("/score-offers", ANNA.offer(controller="another").to_json(), 422),
        ("/score-offers", contribution_of(person(1)).to_json(), 400),
        ("/offers", ANNA.offer().to_json(), 400),
        ("/score-withdrawals", {"withdrawal": "x"}, 400),
        ("/score-withdrawals", {"withdrawal": BEN.withdrawal()}, 404),
        ("/score-withdrawals", {"withdrawal": ANNA.withdrawal(), "more": 1}, 400),
        ("/score-answers", {"answer": "x"}, 400),
        ("/score-answers", {"answer": ANNA.answer(request_for(ANNA, number=7))}, 404),
        ("/score-answers", {}, 400),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_wallets_hand_in_is_refused_with_a_named_problem(web, key, path, document, status):
    answer = post(web, path, document)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"weights": {"sex": 1}}, 422),
        ({"compensation_cents": 1}, 422),
        ({"compensation_cents": 900}, 409),
        ({"marketplace": "another"}, 422),
        ({"consent_id": BEN.id}, 404),
    ],
    ids=str,
)
def test_a_request_that_does_not_hold_is_refused_with_a_named_problem(web, key, changes, status):
    answer = ask(web, key, **changes)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_addresses_without_a_data_set_or_a_request_are_refused(web, key):
    assert web.get(f"{API}/score-offers", headers=key).status_code == 400
    assert web.get(f"{API}/score-offers?data_set=unknown/1", headers=key).status_code == 404
    assert web.get(f"{API}/score-requests/{request_id(3)}", headers=key).status_code == 404
    assert (
        post(web, f"/score-requests/{request_id(3)}/dispute", {"private_key": "AA"}, key).status_code == 400
    )


def test_a_person_ends_her_offer_over_http(web, key):
    ask(web, key)

    ended = post(web, "/score-withdrawals", {"withdrawal": ANNA.withdrawal()})

    assert ended.status_code == 200
    asked = web.get(f"{API}/score-requests/{request_id(1)}", headers=key).json
    assert (asked["state"], asked["offer"]) == ("withdrawn", None)
