"""The database of a market goes away for a while: programs and people are told so, and all goes on after."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from marketplace.api.app import create_api_app
from marketplace.storage.store import SqlBooks, SqlStore, open_store
from ssi.hosting.errors import DatabaseUnavailableError
from tests.marketplace.described import described_client
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.orders import EXACT


class FickleStore(SqlStore):
    """A store whose database can be away, or lose a commit just before it is made."""

    away = False
    loses = False

    @contextmanager
    def reading(self) -> Iterator[SqlBooks]:
        """As ever, or away."""
        self._require()
        with super().reading() as books:
            yield books

    @contextmanager
    def writing(self) -> Iterator[SqlBooks]:
        """As ever, or away, or lost at the end."""
        self._require()
        with super().writing() as books:
            yield books
            if self.loses:
                raise DatabaseUnavailableError

    def _require(self) -> None:
        if self.away:
            raise DatabaseUnavailableError

    def set(self, **changes: bool) -> None:
        """Go away, come back."""
        for name, value in changes.items():
            object.__setattr__(self, name, value)


@pytest.fixture
def store(database_url: str) -> Iterator[FickleStore]:
    store = FickleStore(open_store(database_url).database)
    yield store
    store.database.close()


@pytest.fixture
def market(store: FickleStore) -> Market:
    market = open_market(store)
    market.stock(12)
    return market


def test_an_order_that_met_no_database_is_told_to_come_again_and_is_bought_once(
    market: Market, store: FickleStore
):
    account = market.buyer()
    key = {"Authorization": f"Bearer {market.services.make_api_key(account.account_id, 'tests').secret}"}
    client = described_client(create_api_app(market.services))
    quote = market.services.make_quote(account.account_id, EXACT)
    document = {
        "order_id": "00000000-0000-4000-8000-000000000001",
        "query": EXACT.to_json(),
        "accepted_price_cents": quote.price.gross_cents,
    }

    answers = []
    for changes in ({"loses": True}, {"loses": False, "away": True}, {"away": False}, {}):
        store.set(**changes)
        answers.append(client.post("/api/v1/orders", json=document, headers=key))

    assert [each.status_code for each in answers] == [503, 503, 201, 201]
    told = answers[0].get_json()
    assert told["type"] == "urn:argonauta:problem:database-unavailable"
    assert "send the same again" in told["detail"]
    statement = market.services.read_statement(account.account_id)
    assert statement.held_cents == quote.price.gross_cents
