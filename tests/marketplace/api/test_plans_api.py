"""Plans and the tax in quotes, as a buyer's program gets them."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from consent.computation import Computation
from consent.query import Query
from consent.vocabulary import Engine
from crypto.errors import MalformedError
from crypto.mpc.traffic import IsOver
from marketplace.api.app import create_api_app
from marketplace.domain.plan import Plan
from marketplace.domain.plan_cost import PlanCost
from marketplace.domain.plan_count import count
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.plan import plan_lines, planned
from marketplace.services.count_costs import CountCosts
from marketplace.services.make_plan import MakePlan
from ssi.http.errors import RefusedByPeerError
from tests.marketplace.described import described_client
from tests.marketplace.invoice_fakes import SELLER
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.orders import BUYER_KEY, EXACT, RESULT_KEYS
from tests.marketplace.mpc_node.parties import ed25519
from tests.serving import serving


def body(response: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = response.get_json()
    return found


def bearer(market: Market) -> dict[str, str]:
    account = market.buyer()
    return {"Authorization": f"Bearer {market.services.make_api_key(account.account_id, 'tests').secret}"}


class Impatient:
    """Plans of which nobody waits for the count."""

    def __init__(self, plans: MakePlan, costs: CountCosts) -> None:
        self._plans = replace(plans, costs=costs)

    def __call__(self, account_id: str, query: Query) -> Plan:
        return self._plans(account_id, query, patience_seconds=0)


@pytest.fixture
def buyer(market: Market) -> Iterator[Buyer]:
    market.stock(12)
    secret = bearer(market)["Authorization"].removeprefix("Bearer ")
    with serving(create_api_app(market.services)) as url:
        keys = BuyerKeys(BUYER_KEY, RESULT_KEYS)
        connected = Buyer.connect(url, secret, keys, ed25519("authority").public)
        yield replace(connected, clock=market.clock)
        connected.client.close()


def test_a_plan_and_its_refusal_are_of_the_described_form(market):
    market.stock(12)
    client, headers = described_client(create_api_app(market.services)), bearer(market)

    plan = body(client.post("/api/v1/plans", json={"query": EXACT.to_json()}, headers=headers))
    refused = client.post(
        "/api/v1/plans", json={"query": replace(EXACT, floor=50).to_json()}, headers=headers
    )

    told = body(refused)

    assert plan["engine"] == "mpc"
    assert plan["cost"]["rounds"] == 3
    assert refused.status_code == 422
    assert told["obstacle"] == "too_few_people"
    assert {each["engine"] for each in told["alternatives"]} == {"paillier", "additive"}


def test_a_refused_plan_names_a_question_close_by(market: Market):
    market.stock(12)
    client, headers = described_client(create_api_app(market.services)), bearer(market)

    told = body(
        client.post("/api/v1/plans", json={"query": replace(EXACT, floor=50).to_json()}, headers=headers)
    )

    again = client.post("/api/v1/plans", json={"query": told["nearby"]}, headers=headers)
    assert told["nearby_people"]
    assert again.status_code == 200


def test_a_plan_that_is_not_counted_yet_says_when_to_ask_again(market: Market):
    market.stock(12)
    gate = threading.Event()

    def waiting(query: Query, computation: Computation, people: int, is_over: IsOver) -> PlanCost | None:
        assert gate.wait(60)
        return count(query, computation, people, is_over)

    busy = Impatient(market.services.make_plan, CountCosts(counting=waiting))
    services = replace(market.services, make_plan=busy)  # type: ignore[arg-type]
    client, headers = described_client(create_api_app(services)), bearer(market)

    refused = client.post("/api/v1/plans", json={"query": EXACT.to_json()}, headers=headers)
    gate.set()

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "still being counted" in body(refused)["detail"]


def test_a_plan_takes_a_key_that_may_ask_for_prices(market: Market):
    client = create_api_app(market.services).test_client()

    assert client.post("/api/v1/plans", json={"query": EXACT.to_json()}).status_code == 401


@pytest.mark.parametrize(("seller", "taxed"), [(None, False), (SELLER, True)])
def test_a_quote_says_which_tax_its_price_contains(seller, taxed):
    market = open_market(seller=seller)
    market.stock(12)
    client, headers = described_client(create_api_app(market.services)), bearer(market)

    quote = body(client.post("/api/v1/quotes", json={"query": EXACT.to_json()}, headers=headers))

    fee = quote["price"]["gross_cents"] - quote["price"]["people_total_cents"]
    rate = quote["vat_rate_permille"]
    assert (rate is not None) is taxed
    assert quote["vat_cents"] == (round(fee * rate / (1000 + rate)) if taxed else None)


def test_the_buyers_tools_read_a_plan_whose_question_names_its_way(buyer: Buyer):
    plan = planned(buyer, EXACT)

    assert plan.query == replace(EXACT, engine=Engine.MPC)
    assert plan.cost is not None
    assert plan.cost.rounds == 3
    assert "3 rounds over 12 people" in plan_lines(plan)
    assert any(line.startswith("not paillier (not_set_up)") for line in plan_lines(plan))


def test_the_buyers_tools_are_told_why_there_is_no_plan(buyer: Buyer):
    with pytest.raises(RefusedByPeerError, match="fewer than 50 people"):
        planned(buyer, replace(EXACT, floor=50))


def test_a_plan_for_another_question_is_not_believed(buyer):
    answer = buyer.client.post_json("/api/v1/plans", {"query": EXACT.to_json()})

    class Swapped:
        def post_json(self, path, document, *, repeatable=False):
            return answer

    lied_to = replace(buyer, client=Swapped())
    with pytest.raises(MalformedError, match="another question"):
        planned(lied_to, replace(EXACT, floor=11))
