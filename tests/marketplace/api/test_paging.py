"""Long lists come in pages: bounded, linked, complete, and unmoved by what is added meanwhile."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from crypto.encoding import b64url_encode
from marketplace.api.app import create_api_app
from tests.marketplace.described import described_client
from tests.marketplace.market import Market

ORDERS = "/api/v1/orders"


@pytest.fixture
def web(market: Market) -> FlaskClient:
    return described_client(create_api_app(market.services))


@pytest.fixture
def account(market: Market) -> Any:
    market.stock(12)
    return market.buyer()


@pytest.fixture
def key(market: Market, account) -> dict[str, str]:
    return {"Authorization": f"Bearer {market.services.make_api_key(account.account_id, 'tests').secret}"}


def ids(answer: Any) -> list[str]:
    return [order["order_id"] for order in answer.json["orders"]]


def test_the_pages_of_a_list_make_the_whole_list(market, web, account, key):
    placed = [market.order(account).order_id for _ in range(5)]
    seen: list[str] = []
    address: str | None = f"{ORDERS}?limit=2"
    sizes = []
    while address is not None:
        answer = web.get(address, headers=key)
        seen += ids(answer)
        sizes.append(len(ids(answer)))
        link = answer.headers.get("Link")
        assert (link is None) == (answer.json["next"] is None)
        address = link and link.removeprefix("<").partition(">")[0]

    assert sizes == [2, 2, 1]
    assert seen == placed[::-1]


def test_what_is_added_in_front_meanwhile_shifts_nothing(market, web, account, key):
    placed = [market.order(account).order_id for _ in range(3)]
    first = web.get(f"{ORDERS}?limit=1", headers=key)
    market.order(account)
    second = web.get(f"{ORDERS}?limit=1&cursor={first.json['next']}", headers=key)

    assert (ids(first), ids(second)) == ([placed[2]], [placed[1]])


def test_a_list_goes_on_at_the_place_of_what_is_gone(market, web, account, key):
    placed = [market.order(account).order_id for _ in range(3)]
    gone = b64url_encode(b"1 no such order")

    assert ids(web.get(f"{ORDERS}?cursor={gone}", headers=key)) == [placed[1], placed[0]]
    assert ids(web.get(f"{ORDERS}?cursor={b64url_encode(b'99 nothing')}", headers=key)) == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=x",
        "cursor=!",
        "cursor=AAAA",
        f"cursor={b64url_encode(b'1')}",
        f"cursor={b64url_encode(b'-1 a')}",
        f"cursor={b64url_encode(b'9' * 20 + b' a')}",
        f"cursor={'A' * 1000}",
        f"cursor={b64url_encode(bytes([255, 254, 32]))}",
    ],
)
def test_a_limit_or_cursor_that_is_none_is_a_bad_request(web, key, query):
    answer = web.get(f"{ORDERS}?{query}", headers=key)

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("data-sets", "data_sets"),
        ("account/statement", "lines"),
        ("orders", "orders"),
        ("score-requests", "requests"),
        ("score-offers?data_set=exam/1", "offers"),
        ("crowd-orders", "orders"),
    ],
)
def test_every_list_says_whether_there_is_more(web, key, path, member):
    answer = web.get(f"/api/v1/{path}", headers=key)

    assert isinstance(answer.json[member], list)
    assert answer.json["next"] is None
