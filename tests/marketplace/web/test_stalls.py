"""An order that does not move says so on its page, and to the operator, with what to do."""

import pytest

from marketplace.storage.store import SqlStore
from ssi.hosting.errors import DatabaseUnavailableError
from tests.marketplace.web.house import House, Visitor, text_of
from tests.marketplace.web.queries import NOISY


def test_the_buyer_and_the_operator_are_told_why_an_order_does_not_move(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)
    fresh = buyer.get(f"/orders/{order.order_id}")
    house.clock.forward(seconds=30)

    late = text_of(buyer.get(f"/orders/{order.order_id}"))
    operations = text_of(house.operator().get("/operations"))

    assert "does not move" not in text_of(fresh)
    assert "This order does not move at the moment" in late
    assert "You need not do anything: your money is held" in late
    assert "Start a worker (marketplace worker)" in operations


def test_the_fragment_is_sent_again_when_an_order_stops_moving(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)
    path = f"/orders/{order.order_id}/progress"
    assert buyer.get(f"{path}?seen=1").status_code == 204
    house.clock.forward(seconds=30)

    told = buyer.get(f"{path}?seen=1")

    assert "This order does not move at the moment" in text_of(told)
    assert buyer.get(f"{path}?seen=1no_worker").status_code == 204


def test_every_page_says_that_the_database_is_away_and_works_again_when_it_is_back(
    house: House, buyer: Visitor, monkeypatch: pytest.MonkeyPatch
):
    def away(_: object) -> None:
        raise DatabaseUnavailableError

    operator = house.operator()
    with monkeypatch.context() as outage:
        outage.setattr(SqlStore, "reading", away)
        outage.setattr(SqlStore, "writing", away)
        pages = [buyer.get("/orders"), operator.get("/operations"), house.visitor().get("/")]

    assert [page.status_code for page in pages] == [503] * 3
    for page in pages:
        assert "The database of this market does not answer" in text_of(page)
        assert "start the database" in text_of(page)
    assert buyer.get("/orders").status_code == 200
