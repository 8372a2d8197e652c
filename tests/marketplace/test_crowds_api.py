"""The JSON interface about crowd sums: who may say what, and which status a refusal has."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from consent.crowd_message import sign_message
from crypto.encoding import b64url_encode, canonical_json
from marketplace.api.app import create_api_app
from ssi.http.authentication import BoundRequest, make_proof
from tests.crowd_sitters import terms
from tests.marketplace.crowd import PEOPLE, Crowd, ordered, result_key, token_of
from tests.marketplace.described import described_client
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import BUYER_KEY
from tests.marketplace.mpc_node.parties import MARKET, NOW
from wallet.domain.crowd_rounds import Arrived

API = "/api/v1"


@pytest.fixture
def web(market: Market) -> FlaskClient:
    return described_client(create_api_app(market.services))


@pytest.fixture
def key(market: Market, crowd: Crowd) -> dict[str, str]:
    """The header of a registered buyer."""
    secret = market.services.make_api_key(crowd.account.account_id, "tests").secret
    return {"Authorization": f"Bearer {secret}"}


def post(web: FlaskClient, path: str, document: Any, headers: dict[str, str] | None = None) -> Any:
    body = canonical_json(document)
    return web.post(f"{API}{path}", data=body, content_type="application/json", headers=headers or {})


def asked(market: Market, web: FlaskClient, path: str, key: Any) -> Any:
    proof = make_proof(BoundRequest("GET", f"{API}{path}", MARKET), key, now=market.clock.now)
    return web.get(f"{API}{path}", headers={"Authorization": proof})


def ordering(web: FlaskClient, key: dict[str, str], made=None, cents: int = 10_000) -> Any:
    document = {"order": token_of(made or ordered()), "accepted_price_cents": cents}
    return post(web, "/crowd-orders", document, key)


def test_a_whole_sum_over_http(market, web, crowd, key):
    for each in crowd.who:
        offer = each.offer(terms(NOW), marketplace=MARKET).to_json()
        assert post(web, "/crowd-offers", offer).status_code == 201
    assert ordering(web, key).json["state"] == "joining"
    anna = crowd.who[0]
    (waiting,) = asked(market, web, f"/crowd-offers/{anna.consent_id}/news", anna.key).json["orders"]
    assert waiting["order"] == token_of(crowd.made)

    crowd.sittings = [each.sit(crowd.made, BUYER_KEY, NOW) for each in crowd.who]
    states = [post(web, "/crowd-joins", {"join": each.part.join}).json["state"] for each in crowd.sittings]
    assert states == ["joining"] * (PEOPLE - 1) + ["sharing"]
    path = f"/crowd-offers/{anna.consent_id}/sums/{crowd.made.order_id}"
    papers = asked(market, web, path, anna.key)
    assert (papers.json["stage"], papers.headers["Cache-Control"]) == ("sharing", "no-store")
    crowd.shared().masked().revealed(silent=[0])
    late = post(web, "/crowd-messages", {"message": crowd.sittings[0].reveal(*_last(crowd))})
    assert late.json["state"] == "released"

    one = web.get(f"{API}/crowd-orders/{crowd.made.order_id}", headers=key)
    settled = post(web, f"/crowd-orders/{crowd.made.order_id}/confirmation", {}, key)

    assert one.json["material"]
    assert one.json["release"]
    assert one.headers["Cache-Control"] == "no-store"
    assert settled.json["state"] == "settled"
    assert len(web.get(f"{API}/crowd-orders", headers=key).json["orders"]) == 1
    assert len(asked(market, web, f"/crowd-offers/{anna.consent_id}/news", anna.key).json["uses"]) == 1


def _last(crowd: Crowd) -> Any:
    """What the first wallet saw in the last round, although the order has ended meanwhile."""
    with crowd.market.store.reading() as books:
        members = books.crowds.members(crowd.made.order_id)
    places = frozenset(range(len(members)))
    me = crowd.sittings[0].place
    inbox = {each.place: each.rounds.share().sealed_to[me] for each in crowd.sittings if each.place != me}
    return Arrived(inbox, places), places


def test_a_dispute_over_http(web, crowd, key):
    crowd.played()
    path = f"/crowd-orders/{crowd.made.order_id}/dispute"

    answer = post(web, path, {"private_key": b64url_encode(result_key().to_bytes())}, key)

    assert answer.json["dispute"] == {"proven": False, "reason": answer.json["dispute"]["reason"]}


def test_a_withdrawal_over_http(web, crowd):
    crowd.offered()
    withdrawal = crowd.who[0].withdrawal(NOW)

    assert post(web, "/crowd-withdrawals", {"withdrawal": withdrawal}).status_code == 200
    unknown = post(web, "/crowd-withdrawals", {"withdrawal": "a.b.c"})
    assert unknown.status_code == 400


def test_a_buyer_sees_a_band_of_people(web, crowd, key):
    crowd.offered()

    shown = web.get(f"{API}/crowd-offers?data_set=exam/1", headers=key)

    assert shown.json["people"]["text"] == "fewer than 50"
    assert web.get(f"{API}/crowd-offers", headers=key).status_code == 400
    assert web.get(f"{API}/crowd-offers?data_set=none/1", headers=key).status_code == 404
    assert web.get(f"{API}/crowd-offers?data_set=exam/1").status_code == 401


def test_a_price_that_is_not_accepted_and_an_order_that_cannot_be_computed(web, crowd, key):
    assert ordering(web, key, cents=1).status_code == 409
    assert ordering(web, key, ordered(weights={"sex": 1})).status_code == 422
    assert ordering(web, {}).status_code == 401
    assert post(web, "/crowd-orders", {"order": "x", "accepted_price_cents": 1}, key).status_code == 400


def test_what_belongs_to_others_is_not_told(market, web, crowd, key):
    crowd.offered().placed().joined()
    anna, ben = crowd.who[:2]
    order_id = crowd.made.order_id

    for path in (f"/crowd-offers/{anna.consent_id}/news", f"/crowd-offers/{anna.consent_id}/sums/{order_id}"):
        assert asked(market, web, path, ben.key).status_code == 404
        assert web.get(f"{API}{path}").status_code == 401
    assert web.get(f"{API}/crowd-orders/{ordered(7).order_id}", headers=key).status_code == 404


def test_a_join_or_message_that_does_not_hold_is_refused_with_its_reason(web, crowd):
    crowd.offered().placed().joined().shared(silent=range(PEOPLE))
    anna, ben = crowd.sittings[:2]
    forged = anna.rounds.share()

    refused = post(web, "/crowd-messages", {"message": sign_message(forged, ben.who.key)})

    assert refused.status_code == 422
    assert post(web, "/crowd-joins", {"join": anna.part.join[:-2]}).status_code == 409
    assert post(web, "/crowd-messages", {"message": "x" * 100_001}).status_code == 400
    assert post(web, "/crowd-messages", {"message": "a.b.c", "more": 1}).status_code == 400
