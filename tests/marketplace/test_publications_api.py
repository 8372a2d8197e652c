"""A buyer's program publishes an answer, and anybody reads it: over HTTP, as described."""

from typing import Any

import pytest

from crypto.encoding import b64url_encode, digest_of
from marketplace.api.app import create_api_app
from tests.marketplace.described import described_client
from tests.marketplace.describing import describable, opened, settled

PATH = "/api/v1/data-sets/exam/1/description"


@pytest.fixture
def market():
    return describable()


@pytest.fixture
def web(market) -> Any:
    return described_client(create_api_app(market.services))


@pytest.fixture
def account(market):
    return market.buyer()


@pytest.fixture
def key(market, account) -> dict[str, str]:
    return {"Authorization": f"Bearer {market.services.make_api_key(account.account_id, 'tests').secret}"}


def envelopes(market, order_id: str) -> dict[str, list[str]]:
    return {"opened": [b64url_encode(each) for each in opened(market, order_id)]}


def address(order_id: str) -> str:
    return f"/api/v1/orders/{order_id}/publication"


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.json["type"].removeprefix("urn:argonauta:problem:")


def test_an_answer_is_published_and_read_by_anybody(market, web, account, key):
    order_id = settled(market, account)

    published = web.put(address(order_id), json=envelopes(market, order_id), headers=key)
    read = web.get(PATH).json

    assert published.status_code == 200
    assert read["description"] == published.json["description"]
    assert digest_of(read["description"]) == read["digest"]
    assert read["log"]["entry"]["body"]["description_digest"] == read["digest"]
    assert read["people"]["text"] == "50 to 100"
    assert "no row is a person" in read["preview"]["label"]
    assert read["preview"]["columns"] == ["verbal_reasoning", "sex"]  # the sixteen classes are too thin
    assert len(read["preview"]["rows"]) == 8
    (exam,) = [each for each in web.get("/api/v1/data-sets").json["data_sets"] if each["ref"] == "exam/1"]
    assert exam["described_at"] == read["description"]["answered_at"]


def test_how_many_took_part_exactly_is_nowhere_in_it(market, web, account, key):
    order_id = settled(market, account)
    document = web.put(address(order_id), json=envelopes(market, order_id), headers=key).json

    assert "admitted" not in str(document)


def test_publishing_again_is_the_same_answer(market, web, account, key):
    order_id = settled(market, account)
    first, again = (
        web.put(address(order_id), json=envelopes(market, order_id), headers=key) for _ in range(2)
    )

    assert again.json == first.json


def test_it_is_taken_back_by_the_buyer_for_good(market, web, account, key):
    order_id = settled(market, account)
    web.put(address(order_id), json=envelopes(market, order_id), headers=key)

    taken = [web.delete(address(order_id), headers=key) for _ in range(2)]

    assert [each.status_code for each in taken] == [200, 200]
    assert taken[0].json == taken[1].json
    assert taken[0].json["withdrawn_at"] is not None
    assert refusal(web.get(PATH)) == (404, "unknown-publication")
    again = web.put(address(order_id), json=envelopes(market, order_id), headers=key)
    assert refusal(again) == (409, "publication-conflict")


def test_a_changed_byte_is_refused_by_name(market, web, account, key):
    order_id = settled(market, account)
    sent = envelopes(market, order_id)
    first = bytearray(opened(market, order_id)[0])
    first[len(first) // 2] ^= 1
    sent["opened"][0] = b64url_encode(bytes(first))

    assert refusal(web.put(address(order_id), json=sent, headers=key)) == (422, "publication-refused")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"opened": []},
        {"opened": ["", "", ""]},
        {"opened": ["%"] * 3},
        {"opened": [1, 2, 3]},
        {"opened": None},
    ],
    ids=str,
)
def test_something_else_than_three_envelopes_is_malformed(market, web, account, key, sent):
    order_id = settled(market, account)

    assert refusal(web.put(address(order_id), json=sent, headers=key)) == (400, "malformed")


def test_strangers_publish_nothing(market, web, account):
    order_id = settled(market, account)

    assert web.put(address(order_id), json=envelopes(market, order_id)).status_code == 401
    assert web.delete(address(order_id)).status_code == 401


def test_a_key_that_only_reads_publishes_nothing(market, web, account):
    order_id = settled(market, account)
    secret = market.services.make_api_key(account.account_id, "reader", scopes=frozenset({"results"})).secret

    response = web.put(
        address(order_id), json=envelopes(market, order_id), headers={"Authorization": f"Bearer {secret}"}
    )

    assert refusal(response) == (403, "scope-missing")


@pytest.mark.parametrize(
    "path", ["/api/v1/data-sets/exam/1/description", "/api/v1/data-sets/gossip/1/description"]
)
def test_of_what_was_not_published_nothing_is_said(web, path):
    assert web.get(path).status_code == 404
