"""A buyer's program describes a data set to everybody and publishes; readers hold it against the log."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from consent.errors import QueryRefusedError
from consent.vocabulary import Purpose, StatisticKind
from marketplace.api.app import create_api_app
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.describing import (
    MOST_COLUMNS,
    describing_query,
    fetch_description,
    publish,
    take_back,
)
from marketplace.sdk.errors import ResultRefusedError
from marketplace.sdk.keys import BuyerKeys
from ssi.dataset import data_set, data_sets
from ssi.errors import DataSetError
from ssi.http.errors import RefusedByPeerError
from tests.marketplace.describing import DESCRIBING, describable
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import BUYER_KEY, RESULT_KEYS
from tests.marketplace.mpc_node.parties import ed25519
from tests.serving import serving

AUTHORITY = ed25519("authority").public


@pytest.fixture(scope="module")
def market() -> Market:
    return describable()


@pytest.fixture(scope="module")
def buyer(market: Market) -> Iterator[Buyer]:
    secret = market.services.make_api_key(market.buyer().account_id, "tests").secret
    with serving(create_api_app(market.services)) as url:
        connected = Buyer.connect(url, secret, BuyerKeys(BUYER_KEY, RESULT_KEYS), AUTHORITY)
        yield replace(connected, clock=market.clock, pause=lambda seconds: market.drive())
        connected.client.close()


def placed(buyer: Buyer):
    found = buyer.order(replace(DESCRIBING, epsilon=Decimal("0.5")), accept_cents=1_000_000)
    buyer.wait(found)
    buyer.collect(found)
    return found


@pytest.mark.parametrize("described", data_sets(), ids=lambda each: each.ref)
def test_every_data_set_can_be_described_by_one_question(described):
    query = describing_query(described, Purpose.PUBLIC_BENEFIT, epsilon=Decimal(1))

    kinds = [each.kind for each in query.statistics]
    assert query.publication
    assert kinds[0] is StatisticKind.COUNT
    assert 0 < len(kinds[1:]) <= MOST_COLUMNS


def test_columns_can_be_chosen_and_must_exist():
    exam = data_set("exam/1")
    query = describing_query(exam, Purpose.PUBLIC_BENEFIT, epsilon=Decimal(1), attributes=["sex"])

    assert [each.attribute for each in query.statistics] == [None, "sex"]
    with pytest.raises(DataSetError):
        describing_query(exam, Purpose.PUBLIC_BENEFIT, epsilon=Decimal(1), attributes=["gossip"])
    with pytest.raises(QueryRefusedError):
        describing_query(exam, Purpose.PUBLIC_BENEFIT, epsilon=Decimal(1), floor=10)


def test_an_answer_is_published_read_by_anybody_and_taken_back(buyer, market):
    bought = placed(buyer)

    digest = publish(buyer, bought)
    read = fetch_description(buyer.client, "exam/1", AUTHORITY, now=market.clock.now)

    assert (read.digest, read.document["order_id"]) == (digest, bought.order_id)
    assert publish(buyer, bought) == digest
    take_back(buyer, bought.order_id)
    with pytest.raises(RefusedByPeerError):
        fetch_description(buyer.client, "exam/1", AUTHORITY, now=market.clock.now)


def test_numbers_that_the_market_changed_afterwards_are_seen(buyer, market):
    bought = placed(buyer)
    publish(buyer, bought)
    kept = market.store.books.published.rows
    answer = kept[bought.order_id]
    kept[bought.order_id] = replace(answer, description=replace(answer.description, floor=60))

    with pytest.raises(ResultRefusedError, match="another description"):
        fetch_description(buyer.client, "exam/1", AUTHORITY, now=market.clock.now)
    kept[bought.order_id] = answer
    take_back(buyer, bought.order_id)


def test_an_entry_about_something_else_proves_nothing(buyer, market):
    bought = placed(buyer)
    publish(buyer, bought)
    kept = market.store.books.published.rows
    answer = kept[bought.order_id]
    kept[bought.order_id] = replace(answer, log_index=answer.log_index - 1)

    with pytest.raises(ResultRefusedError, match="about something else"):
        fetch_description(buyer.client, "exam/1", AUTHORITY, now=market.clock.now)
    kept[bought.order_id] = answer
