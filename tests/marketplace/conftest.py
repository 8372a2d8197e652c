"""Marketplaces for tests: on books in memory, or on books in memory and in a database."""

from collections.abc import Iterator

import pytest

from marketplace.domain.account import Account
from marketplace.domain.view import OrderView
from marketplace.storage.store import open_store
from tests.marketplace.crowd import Crowd
from tests.marketplace.market import Market, open_market


@pytest.fixture
def market() -> Market:
    return open_market()


@pytest.fixture(params=["memory", "sql"])
def any_market(request: pytest.FixtureRequest, database_url: str) -> Iterator[Market]:
    if request.param == "memory":
        yield open_market()
        return
    store = open_store(database_url)
    yield open_market(store)
    store.database.close()


@pytest.fixture
def crowd(market):
    return Crowd(market, market.buyer())


@pytest.fixture
def any_crowd(any_market):
    return Crowd(any_market, any_market.buyer())


@pytest.fixture
def ordered(market):
    """A market with twelve people, a buyer, and an order that waits for the worker."""
    return _ordered(market)


@pytest.fixture
def ordered_anywhere(any_market):
    return _ordered(any_market)


def _ordered(market: Market) -> tuple[Market, Account, OrderView]:
    market.stock(12)
    account = market.buyer()
    return market, account, market.order(account)
