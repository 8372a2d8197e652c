"""The buyer's money on screen."""

import re

import pytest

from tests.marketplace.web.house import House, Visitor, text_of
from tests.marketplace.web.queries import NOISY


@pytest.fixture
def newcomer(house: House) -> Visitor:
    return house.buyer("new@institute.example")


def available(house: House, visitor: Visitor) -> int:
    return house.services.read_statement(house.account_of(visitor).account_id).available_cents


def test_an_empty_purse_offers_one_thing_to_do(newcomer: Visitor):
    text = text_of(newcomer.get("/money"))

    assert "Available €0.00" in text
    assert "Add money to buy your first answer." in text


@pytest.mark.parametrize(("euros", "cents"), [("100", 10000), ("12.50", 1250), ("12,50", 1250), (" 1 ", 100)])
def test_money_is_added_the_way_people_write_it(house: House, newcomer: Visitor, euros: str, cents: int):
    response = newcomer.send("/money/top-ups", euros=euros, transfer_id="one")

    assert response.location == "/money"
    assert available(house, newcomer) == cents


@pytest.mark.parametrize(
    "euros", ["", "0", "-5", "1.5", "1e3", "٣٠", "1000001", "99999999", "0.00", "1,000", "NaN"]
)
def test_what_is_not_an_amount_is_refused_at_the_field(house: House, newcomer: Visitor, euros: str):
    response = newcomer.send("/money/top-ups", euros=euros, transfer_id="one")

    assert response.status_code == 422
    assert "Give an amount such as 100 or 12.50" in text_of(response)
    assert available(house, newcomer) == 0


def test_the_same_form_sent_twice_adds_once(house: House, newcomer: Visitor):
    page = newcomer.get("/money").text
    found = re.search(r'name="transfer_id" value="([^"]+)"', page)
    assert found is not None

    for _ in range(2):
        newcomer.send("/money/top-ups", euros="50", transfer_id=found[1])

    assert available(house, newcomer) == 5000


def test_one_form_with_two_amounts_is_refused(house: House, newcomer: Visitor):
    newcomer.send("/money/top-ups", euros="50", transfer_id="one")

    response = newcomer.send("/money/top-ups", euros="60", transfer_id="one")

    assert response.status_code == 422
    assert "This form was sent before." in text_of(response)
    assert available(house, newcomer) == 5000


def test_a_form_without_its_number_adds_nothing(house: House, newcomer: Visitor):
    response = newcomer.send("/money/top-ups", euros="50")

    assert response.status_code == 422
    assert available(house, newcomer) == 0


def test_every_movement_is_told_and_adds_up(house: House, buyer: Visitor):
    held = house.order(buyer, NOISY)

    page = buyer.get("/money")

    assert "Available €828.57" in text_of(page)
    assert "Held for open orders €171.43" in text_of(page)
    assert "Held for an order −€171.43" in text_of(page)
    assert "Money added €1,000.00" in text_of(page)
    assert f'href="/orders/{held.order_id}"' in page.text
