"""Refusals over HTTP that say what can be asked instead, or from when on."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from consent.pace import SPAN
from consent.query import Query
from marketplace.api.app import create_api_app
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.people import person, withdrawal_of
from tests.marketplace.test_api import problem


@pytest.fixture
def web(market: Market) -> FlaskClient:
    return create_api_app(market.services).test_client()


@pytest.fixture
def key(market: Market) -> dict[str, str]:
    """The header of a registered buyer with money, over twelve people."""
    market.stock(12)
    secret = market.services.make_api_key(market.buyer().account_id, "tests").secret
    return {"Authorization": f"Bearer {secret}"}


def order(web: FlaskClient, key: dict[str, str]) -> Any:
    document = {"order_id": str(uuid4()), "query": EXACT.to_json(), "accepted_price_cents": 10_000}
    return web.post("/api/v1/orders", json=document, headers=key)


def test_an_exact_answer_that_would_differ_by_too_few_is_its_own_problem_with_what_can_be_asked(
    web, key, market
):
    order(web, key)
    market.drive()
    market.services.withdraw_offer(withdrawal_of(person(1)))

    refused = web.post("/api/v1/quotes", json={"query": EXACT.to_json()}, headers=key)
    instead = web.post("/api/v1/quotes", json={"query": refused.json["nearby"]}, headers=key)

    assert problem(refused) == (422, "differs-by-too-few")
    assert Query.from_json(refused.json["nearby"]) == replace(EXACT, epsilon=Decimal(1))
    assert instead.status_code == 200


def test_who_asked_too_often_is_told_from_when_on_it_may_ask_again(web, key, market, monkeypatch):
    monkeypatch.setattr("consent.pace.MOST_QUESTIONS", 1)
    placed = order(web, key).json

    refused = order(web, key)

    assert problem(refused) == (429, "too-many-questions")
    at = datetime.fromisoformat(placed["placed_at"])
    assert datetime.fromisoformat(refused.json["not_before"]) == at + SPAN
