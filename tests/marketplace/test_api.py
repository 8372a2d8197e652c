"""The JSON interfaces: who may ask what, which status a refusal has, and how answers look."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from consent.log import InclusionProof, Leaf, verify_checkpoint
from consent.query import Query
from crypto import merkle
from crypto.encoding import b64url_encode, canonical_json
from crypto.tiles import decode_bundle
from marketplace.api.app import create_api_app
from marketplace.domain.account import AccountKind
from ssi.http.authentication import BoundRequest, make_proof
from ssi.trust import statement_of, verify_registry
from tests.marketplace.described import described_client
from tests.marketplace.market import PASSWORD, Market, mandate
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, EXACT, RESULT_KEYS, buyer_credential
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NOW, ed25519
from tests.marketplace.mpc_node.people import Offer, contribution_of, person, withdrawal_of

ANNA = person(1)
ELSEWHERE = Offer(controller="did:web:other.example")
TWELVE = 1715


@pytest.fixture
def web(market: Market) -> FlaskClient:
    return described_client(create_api_app(market.services))


@pytest.fixture
def key(market: Market) -> dict[str, str]:
    """The header of a registered buyer with money, over twelve people."""
    market.stock(12)
    secret = market.services.make_api_key(market.buyer().account_id, "tests").secret
    return {"Authorization": f"Bearer {secret}"}


def problem(response: Any) -> tuple[int, str]:
    assert response.content_type == "application/problem+json", response.text
    assert response.json["status"] == response.status_code
    return response.status_code, response.json["type"].removeprefix("urn:argonauta:problem:")


def proof(market: Market, path: str, *, someone=ANNA, audience: str = MARKET) -> dict[str, str]:
    bound = BoundRequest("GET", path, audience)
    return {"Authorization": make_proof(bound, someone.key, now=market.clock.now)}


def history_path(someone=ANNA) -> str:
    return f"/api/v1/contributions/{someone.consent_id}/history"


def order(web, key, **changes) -> Any:
    document = {
        "order_id": str(uuid4()),
        "query": EXACT.to_json(),
        "accepted_price_cents": TWELVE,
        **changes,
    }
    return web.post("/api/v1/orders", json=document, headers=key)


@pytest.mark.parametrize("path", ["orders/%00", "orders/a%00b/result", "requests/%00"])
def test_a_name_that_no_database_keeps_is_not_found(web, key, path):
    assert web.get(f"/api/v1/{path}", headers=key).status_code == 404


def test_an_order_whose_name_no_database_keeps_is_a_bad_request(web, key):
    assert problem(order(web, key, order_id="a\x00b")) == (400, "malformed")


def test_the_registry_is_handed_out_as_the_authority_signed_it(web):
    response = web.get("/api/v1/registry")

    registry = verify_registry(response.text, ed25519("authority").public, now=NOW)
    assert registry.marketplace.id == MARKET


def test_the_registry_can_be_looked_at_beside_what_was_signed(web):
    shown = web.get("/api/v1/registry.json").json

    assert shown["signed"] == web.get("/api/v1/registry").text
    assert shown["registry"]["marketplace"]["id"] == MARKET
    assert shown["registry"] == statement_of(shown["signed"])


def test_data_sets_are_listed_with_bands(web, market):
    market.stock(3)
    listed = {each["ref"]: each for each in web.get("/api/v1/data-sets").json["data_sets"]}

    assert listed["exam/1"]["people"] == {"least": 0, "below": 50, "text": "fewer than 50"}
    assert listed["exam/1"]["from_cents"] is None  # too few people to tell what they ask for


def test_an_offer_is_created_and_withdrawn_over_http(web):
    created = web.post("/api/v1/offers", json=contribution_of(ANNA).to_json())
    ended = web.post("/api/v1/withdrawals", json={"withdrawal": withdrawal_of(ANNA)})

    assert (created.status_code, created.json["consent_id"]) == (201, ANNA.consent_id)
    assert (ended.status_code, ended.json["withdrawn_at"]) == (200, "2026-03-01T12:00:00Z")


@pytest.mark.parametrize(
    ("document", "status", "kind"),
    [
        ({}, 400, "malformed"),
        ([1], 400, "malformed"),
        (
            contribution_of(ANNA, Offer(controller="did:web:other.example")).to_json(),
            422,
            "contribution-refused",
        ),
        (contribution_of(ANNA, Offer(expires_at=NOW)).to_json(), 422, "expired"),
    ],
)
def test_a_bad_offer_is_answered_with_a_problem(web, document, status, kind):
    assert problem(web.post("/api/v1/offers", json=document)) == (status, kind)


def test_a_body_that_is_not_json_or_too_long_is_refused(web):
    assert problem(web.post("/api/v1/offers", data=b"{")) == (400, "malformed")
    assert problem(web.post("/api/v1/offers", data=b" " * 400_001)) == (400, "malformed")
    assert web.post("/api/v1/offers", data=b" " * 1_100_000).status_code == 413


def test_an_unknown_member_is_refused(web):
    document = {"withdrawal": withdrawal_of(ANNA), "reason": "because"}
    assert problem(web.post("/api/v1/withdrawals", json=document)) == (400, "malformed")


def test_a_withdrawal_of_nothing_is_not_found(web):
    answer = web.post("/api/v1/withdrawals", json={"withdrawal": withdrawal_of(ANNA)})
    assert problem(answer) == (404, "unknown-offer")


def test_a_second_contribution_for_a_consent_is_a_conflict(web, market):
    market.supply([ANNA])
    other = contribution_of(person(2), Offer(consent_id=ANNA.consent_id))
    assert problem(web.post("/api/v1/offers", json=other.to_json())) == (409, "offer-conflict")


def test_the_history_needs_a_proof_of_the_holder_key(web, market):
    market.supply([ANNA])
    good = web.get(history_path(), headers=proof(market, history_path()))

    assert good.status_code == 200
    assert good.json["state"] == "waiting"
    assert good.headers["Cache-Control"] == "no-store"
    assert problem(web.get(history_path())) == (401, "request-proof")


def test_a_proof_is_good_once_for_one_path_and_one_marketplace(web, market):
    market.supply([ANNA])
    once = proof(market, history_path())
    web.get(history_path(), headers=once)

    assert problem(web.get(history_path(), headers=once)) == (401, "request-proof")
    elsewhere = proof(market, history_path(), audience="did:web:other.example")
    assert problem(web.get(history_path(), headers=elsewhere)) == (401, "request-proof")
    other_path = proof(market, history_path(person(2)))
    assert problem(web.get(history_path(), headers=other_path)) == (401, "request-proof")
    stale = proof(market, history_path())
    market.clock.forward(minutes=2)
    assert problem(web.get(history_path(), headers=stale)) == (401, "request-proof")


def test_somebody_elses_history_is_not_found(web, market):
    market.supply([ANNA])
    foreign = proof(market, history_path(), someone=person(2))
    assert problem(web.get(history_path(), headers=foreign)) == (404, "unknown-offer")


def test_the_log_can_be_checked_by_anybody(web, market):
    market.stock(5)
    note = web.get("/api/v1/log/checkpoint").text
    state = verify_checkpoint(note, MARKET, MARKET_KEY.public)
    shown = InclusionProof.from_json(web.get("/api/v1/log/entries/3").json)

    assert state.size == 5
    assert shown.verify(MARKET, MARKET_KEY.public) == state
    assert web.get("/api/v1/log/entries/0?size=3").json["index"] == 0
    grown = web.get("/api/v1/log/consistency?old=2&new=5").json
    assert (grown["old"], grown["new"], grown["checkpoint"]) == (2, 5, note)


def test_the_log_is_served_as_static_files_that_stay(web, market):
    market.stock(5)
    state = verify_checkpoint(web.get("/api/v1/log/checkpoint").text, MARKET, MARKET_KEY.public)
    tile, bundle = web.get("/api/v1/log/tile/0/000.p/5"), web.get("/api/v1/log/tile/entries/000.p/5")

    leaves = decode_bundle(bundle.data, width=5)
    assert merkle.root(leaves) == state.root
    assert tile.data == b"".join(map(merkle.leaf_hash, leaves))
    assert [Leaf.decode(leaf).kind for leaf in leaves] == ["offer"] * 5
    assert web.get("/api/v1/log/tile/0/000.p/3").data == tile.data[:96]
    for answer in (tile, bundle):
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert web.get("/api/v1/log/checkpoint").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tile/0/000", (404, "unknown-entry")),
        ("tile/0/000.p/1", (404, "unknown-entry")),
        ("tile/1/000.p/1", (404, "unknown-entry")),
        ("tile/entries/000.p/1", (404, "unknown-entry")),
        ("tile/64/000", (400, "malformed")),
        ("tile/00/000", (400, "malformed")),
        ("tile/x/000", (400, "malformed")),
        ("tile/0/0", (400, "malformed")),
        ("tile/0/000.p/256", (400, "malformed")),
        ("tile/entries/x000/001", (400, "malformed")),
        ("entries/9", (404, "unknown-entry")),
        ("entries/x", (400, "malformed")),
        ("entries/0?size=x", (400, "malformed")),
        ("consistency", (400, "malformed")),
        ("consistency?old=-1", (400, "malformed")),
        ("consistency?old=99999999999999999999", (400, "malformed")),
        ("checkpoint?size=7", (404, "unknown-entry")),
    ],
)
def test_the_log_refuses_what_it_does_not_have(web, path, expected):
    assert problem(web.get(f"/api/v1/log/{path}")) == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "account"),
        ("PUT", "account/organisation"),
        ("POST", "account/top-ups"),
        ("GET", "account/statement"),
        ("POST", "quotes"),
        ("POST", "orders"),
        ("GET", "orders"),
        ("GET", "orders/1"),
        ("GET", "orders/1/result"),
        ("POST", "orders/1/confirmation"),
        ("POST", "orders/1/dispute"),
    ],
)
@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic abc", "Bearer"])
def test_every_endpoint_for_buyers_asks_for_an_api_key(web, method, path, header):
    headers = {"Authorization": header} if header else {}
    response = web.open(f"/api/v1/{path}", method=method, headers=headers, json={})

    assert problem(response) == (401, "wrong-credentials")


def test_an_operators_key_does_not_open_the_buyers_door(web, market):
    operator = market.services.add_account("op@example.org", PASSWORD, kind=AccountKind.OPERATOR)
    secret = market.services.make_api_key(operator.account_id, "tests").secret

    answer = web.get("/api/v1/account", headers={"Authorization": f"Bearer {secret}"})
    assert problem(answer) == (403, "not-allowed")


def test_a_buyer_registers_and_tops_up_over_http(web, market):
    account = market.services.add_account("buyer@example.org", PASSWORD)
    secret = market.services.make_api_key(account.account_id, "tests").secret
    headers = {"Authorization": f"Bearer {secret}"}
    papers = {"credential": buyer_credential(), "mandate": mandate()}

    registered = web.put("/api/v1/account/organisation", json=papers, headers=headers)
    filled = web.post(
        "/api/v1/account/top-ups", json={"transfer_id": "t", "amount_cents": 500}, headers=headers
    )
    seen = web.get("/api/v1/account", headers=headers).json

    assert registered.json["organisation"]["name"] == "Institute of Education"
    assert filled.json == {"available_cents": 500, "held_cents": 0}
    assert (seen["available_cents"], seen["organisation"]["id"]) == (500, BUYER_HANDLE)
    statement = web.get("/api/v1/account/statement", headers=headers).json
    assert [line["kind"] for line in statement["lines"]] == ["top-up"]


def test_a_bad_mandate_is_refused_over_http(web, key):
    papers = {"credential": buyer_credential(), "mandate": "x.y.z"}
    answer = web.put("/api/v1/account/organisation", json=papers, headers=key)
    assert problem(answer) == (422, "mandate-refused")


def test_a_quote_and_an_order_over_http(web, key, market):
    quote = web.post("/api/v1/quotes", json={"query": EXACT.to_json()}, headers=key).json
    order_id = str(uuid4())
    placed = order(web, key, order_id=order_id)
    again = order(web, key, order_id=order_id)
    market.drive()
    seen = web.get(f"/api/v1/orders/{order_id}", headers=key).json
    result = web.get(f"/api/v1/orders/{order_id}/result", headers=key)
    confirmed = web.post(f"/api/v1/orders/{order_id}/confirmation", json={}, headers=key).json

    assert quote["price"]["gross_cents"] == TWELVE
    assert Query.from_json(quote["query"]) == EXACT
    assert (placed.status_code, placed.json) == (201, again.json)
    assert (seen["state"], seen["admitted"]) == ("released", 12)
    assert (result.json["order_id"], len(result.json["outputs"])) == (order_id, 3)
    assert result.headers["Cache-Control"] == "no-store"
    assert (confirmed["state"], confirmed["charged_cents"]) == ("settled", TWELVE)
    assert [each["order_id"] for each in web.get("/api/v1/orders", headers=key).json["orders"]] == [order_id]


def test_refusals_of_orders_have_their_own_status_and_say_what_would_help(web, key, market):
    dear = order(web, key, accepted_price_cents=1)
    narrow: dict[str, Any] = EXACT.to_json()
    narrow["where"] = [{"attribute": "school_type", "is": "boys"}]
    few = web.post("/api/v1/quotes", json={"query": narrow}, headers=key)

    assert problem(dear) == (409, "price-changed")
    assert dear.json["price_cents"] == TWELVE
    assert problem(few) == (422, "too-few-people")
    assert Query.from_json(few.json["nearby"]) == EXACT
    assert few.json["nearby_people"] == "fewer than 50"
    assert problem(order(web, key, order_id="1")) == (400, "malformed")
    assert problem(order(web, key, query={**EXACT.to_json(), "data_set": "x/1"})) == (404, "unknown-data-set")
    unsafe = {**EXACT.to_json(), "statistics": [{"kind": "histogram", "attribute": "exam_score"}]}
    refused = order(web, key, query=unsafe)
    assert problem(refused) == (422, "query-refused")
    assert Query.from_json(refused.json["nearby"]) == replace(Query.from_json(unsafe), epsilon=Decimal(1))
    assert problem(web.get("/api/v1/orders/nothing", headers=key)) == (404, "unknown-order")


def test_an_order_without_funds_is_a_payment_problem(web, market):
    market.stock(12)
    poor = market.buyer("poor@example.org", cents=TWELVE - 5)
    secret = market.services.make_api_key(poor.account_id, "tests").secret
    answer = order(web, {"Authorization": f"Bearer {secret}"})

    assert problem(answer) == (402, "insufficient-funds")
    assert answer.json["missing_cents"] == 5


def test_a_result_that_is_not_ready_is_a_conflict(web, key):
    placed = order(web, key).json
    answer = web.get(f"/api/v1/orders/{placed['order_id']}/result", headers=key)
    assert problem(answer) == (409, "result-not-ready")


def test_a_dispute_over_http(web, key, market):
    placed = order(web, key).json
    market.drive()
    path = f"/api/v1/orders/{placed['order_id']}/dispute"
    bad = web.post(path, json={"role": 0, "private_key": "AA"}, headers=key)
    shown = {"role": 1, "private_key": b64url_encode(RESULT_KEYS[1].to_bytes())}
    answer = web.post(path, json=shown, headers=key)

    assert problem(bad) == (400, "malformed")
    assert answer.json == {
        "proven": False,
        "node": "node-b",
        "reason": "node-b sealed exactly what it signed",
        "role": 1,
    }


def test_health_and_metrics_tell_no_ids(web, key):
    web.get("/api/v1/orders", headers=key)

    assert web.get("/health").json["status"] == "ok"
    metrics = web.get("/metrics").text
    assert 'marketplace_jobs{state="queued"} 0.0' in metrics
    assert 'marketplace_contributions{answer="accepted",node="node-b"} 12.0' in metrics
    assert 'endpoint="buyer_api.orders"' in metrics
    assert "urn:uuid" not in metrics


def test_an_unforeseen_error_tells_nothing(web, key, market, monkeypatch):
    def break_down(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(market.services.list_orders), "placed", break_down)
    answer = web.get("/api/v1/orders", headers=key)

    assert answer.status_code == 500
    assert b"secret detail" not in canonical_json(answer.json)
