"""Sums over wallets on screen: who there is, the price, the rounds in numbers, and no sum anywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.config import Settings
from tests.marketplace.crowd import ACCEPT, Crowd, ordered, result_key, token_of
from tests.marketplace.web.direct_house import DirectHouse, open_direct_house
from tests.marketplace.web.house import JARGON, Visitor, text_of
from tests.marketplace.web.test_plain_words import shown

ASK = "/sums/ask/exam/1"
WISH = "w_exam_score=2&w_reading_score=1&people=12&floor=10&level=4&pay=0.50&join_days=7&round_days=2"
FOR = "purpose=dpv:ScientificResearch"


@pytest.fixture
def house(tmp_path: Path, settings: Settings) -> Iterator[DirectHouse]:
    with open_direct_house(tmp_path, settings) as house:
        yield house


@pytest.fixture
def buyer(house: DirectHouse) -> Visitor:
    return house.buyer()


@pytest.fixture
def crowd(house: DirectHouse) -> Crowd:
    """An order as the buyer's command sends it, and the people who could take part."""
    made = ordered()
    account = house.market.services.get_account(house.account_id)
    crowd = Crowd(house.market, account, made).offered()
    house.market.services.crowds.place(house.account_id, token_of(made), accepted_price_cents=ACCEPT)
    return crowd


def page_of(crowd: Crowd) -> str:
    return f"/sums/orders/{crowd.made.order_id}"


def test_without_anything_it_says_who_could_take_part_and_what_to_do(buyer):
    text = text_of(buyer.get("/sums"))

    assert "fewer than 50 people" in text
    assert "No sums yet" in text


def test_who_is_not_registered_sees_what_is_missing_and_the_rest(house):
    stranger = house.stranger()

    assert "shown once your organisation is registered" in text_of(stranger.get("/sums"))
    assert "Your organisation is not registered" in text_of(stranger.get(ASK))


def test_a_sum_is_said_in_words_while_it_is_typed(buyer):
    empty = text_of(buyer.get(f"{ASK}/check"))
    typed = text_of(buyer.get(f"{ASK}/check?{WISH}&{FOR}"))

    assert "Fill in the form" in empty
    assert "Sum of 2 × exam score + 1 × reading score, over 10 to 12 people" in typed
    assert "Over 10 people it is off by ±" in typed
    assert "€7.32" in typed


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (WISH, "Choose what it is for"),
        (f"{FOR}&people=12&floor=10", "Weigh at least one number"),
        (f"{WISH.replace('floor=10', 'floor=13')}&{FOR}", "more people than may take part"),
        (f"{WISH.replace('people=12', 'people=9')}&{FOR}", "Give a whole number from 10 to 255"),
        (f"{WISH.replace('pay=0.50', 'pay=x')}&{FOR}", "Give an amount such as"),
        (f"{WISH.replace('level=4', 'level=exact')}&{FOR}", "Choose a protection with noise"),
    ],
)
def test_what_is_wrong_with_a_form_stands_at_its_fields(buyer, query, why):
    page = buyer.get(f"{ASK}/price?{query}")

    assert (page.status_code, why in text_of(page)) == (422, True)


def test_the_price_comes_with_tax_and_the_command_that_orders(buyer):
    text = text_of(buyer.get(f"{ASK}/price?{WISH}&{FOR}"))

    assert "You pay at most €7.32" in text
    assert "Without tax" in text
    assert "buyer sum order exam/1" in text
    assert "--accept-cents 732" in text


def test_how_many_joined_is_said_coarsely_until_the_people_are_fixed(buyer, crowd):
    page = text_of(buyer.get(page_of(crowd)))

    assert "People are joining" in page
    assert "Joined so far fewer than 50 people" in page
    assert "People’s wallets join when they next look for news." in page


def test_each_round_says_who_spoke_and_who_is_missing(house, buyer, crowd):
    crowd.joined()
    begun = text_of(buyer.get(page_of(crowd)))
    crowd.shared(silent=[0, 1])
    going = text_of(buyer.get(page_of(crowd)))

    assert "This round waits for 12 wallets that did not speak yet." in begun
    assert "1: the wallets agree on keys 12 10 2 now" in going
    assert "round 1 of 3" in text_of(buyer.get("/sums"))


def test_a_sum_is_sealed_and_confirming_pays_everybody(buyer, crowd):
    crowd.joined().shared().masked().revealed()
    page = buyer.get(page_of(crowd))
    sent = buyer.send(f"{page_of(crowd)}/confirmation")
    after = text_of(buyer.get(page_of(crowd)))

    assert "This page cannot show it" in text_of(page)
    assert f"buyer sum collect {crowd.made.order_id}" in text_of(page)
    assert JARGON.findall(shown(page.text)) == []
    assert sent.location == page_of(crowd)
    assert "People in the sum 12" in after
    assert "Value added tax" in after


def test_too_few_people_is_said_with_the_money(house, buyer, crowd):
    crowd.later(8 * 24 * 3600)
    page = text_of(house.buyer().get(page_of(crowd)))

    assert "There is no sum, and you paid nothing" in page
    assert "Too few people joined" in page


def test_a_round_that_nobody_ends_is_called_stalled(house, crowd):
    house.market.clock.forward(seconds=8 * 24 * 3600)

    assert "This does not move at the moment" in text_of(house.buyer().get(page_of(crowd)))


def test_a_spoiled_sum_says_that_its_people_are_paid_and_what_came_back(house, buyer, crowd):
    crowd.joined().shared()
    liar = crowd.sittings[3]
    crowd.say(liar.spoil(crowd.arrived(liar)))
    crowd.masked(silent=[3]).revealed()
    key = result_key().to_bytes()
    house.market.services.crowds.dispute(house.account_id, crowd.made.order_id, private_key=key)

    page = text_of(buyer.get(page_of(crowd)))
    assert "A member spoilt the sum" in page
    assert "You paid €6.00 Came back to you €1.32" in page


def test_movements_of_money_lead_to_their_sum(buyer, crowd):
    assert f'<a href="{page_of(crowd)}">Held for a sum</a>' in buyer.get("/money").text


def test_an_order_of_another_buyer_is_not_there(house, crowd):
    stranger = house.stranger()

    assert stranger.get(page_of(crowd)).status_code == 404
    assert stranger.send(f"{page_of(crowd)}/confirmation").status_code == 404
