"""The list of orders comes in pages, the newest first."""

import pytest

from marketplace.services import read_orders
from tests.marketplace.web.house import House, Visitor
from tests.marketplace.web.queries import NOISY


@pytest.fixture
def three(house: House, buyer: Visitor, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three orders, the newest first, of which two are on a page."""
    monkeypatch.setattr(read_orders, "ON_PAGE", 2)
    return [house.order(buyer, NOISY).order_id for _ in range(3)][::-1]


def test_a_page_of_orders_leads_to_older_and_newer_ones(buyer: Visitor, three: list[str]):
    first, second = buyer.get("/orders").text, buyer.get("/orders?page=2").text

    assert [each in first for each in three] == [True, True, False]
    assert [each in second for each in three] == [False, False, True]
    assert ("/orders?page=2" in first, "Newer orders" in first) == (True, False)
    assert ("/orders?page=1" in second, "Older orders" in second) == (True, False)


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e9", "9" * 30, ""])
def test_what_is_no_page_is_the_first(buyer: Visitor, three: list[str], page: str):
    assert three[0] in buyer.get("/orders", query_string={"page": page}).text


def test_a_page_beyond_the_last_leads_back(buyer: Visitor, three: list[str]):
    assert "No more orders" in buyer.get("/orders?page=9").text
