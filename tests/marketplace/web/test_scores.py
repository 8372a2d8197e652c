"""Scores on screen: whom to ask, what is too much, the price, the state, the money, and no score anywhere."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.config import Settings
from marketplace.domain.member import Role
from tests.marketplace.scorers import request_for, request_id, scorer
from tests.marketplace.web.direct_house import EMAIL, DirectHouse, open_direct_house
from tests.marketplace.web.house import JARGON, Visitor, text_of
from tests.marketplace.web.test_plain_words import shown

ANNA = scorer()
ASK = f"/scores/ask/{ANNA.id}"
EQUAL = "w_exam_score=1&w_reading_score=1&purpose=dpv:PersonnelHiring"


@pytest.fixture
def house(tmp_path: Path, settings: Settings) -> Iterator[DirectHouse]:
    with open_direct_house(tmp_path, settings) as house:
        house.market.services.scores.accept_offer(ANNA.offer().to_json())
        yield house


@pytest.fixture
def buyer(house: DirectHouse) -> Visitor:
    return house.buyer()


def asked(house: DirectHouse, number: int = 1) -> str:
    """A request as the buyer's command sends it; where its page is."""
    house.market.services.scores.ask(
        house.account_id, request_for(ANNA, number=number), accepted_price_cents=608
    )
    return f"/scores/requests/{request_id(number)}"


def test_whom_one_may_ask_is_listed_with_price(buyer):
    text = text_of(buyer.get("/scores/offers/exam/1"))

    assert "Type of school: girls only" in text
    assert "€6.08" in text
    assert "decides on each request" in text


def test_lists_without_anything_say_what_to_do(house, buyer):
    house.market.services.scores.withdraw_offer(ANNA.withdrawal())

    assert "No requests yet" in text_of(buyer.get("/scores"))
    assert "Nobody offers this now" in text_of(buyer.get("/scores/offers/exam/1"))


def test_who_is_not_registered_sees_what_is_missing_and_the_rest(house):
    stranger = house.stranger()

    assert "Register your organisation first" in text_of(stranger.get("/scores/offers/exam/1"))
    assert "No requests yet" in text_of(stranger.get("/scores"))


def test_weights_are_said_in_words_while_they_are_typed(buyer):
    empty = text_of(buyer.get(f"{ASK}/check"))
    typed = text_of(buyer.get(f"{ASK}/check?{EQUAL}"))

    assert "Give at least one number a weight" in empty
    assert "1 × exam score + 1 × reading score, between -8 and 8" in typed
    assert "The person allows 20 for all scores together" in typed


@pytest.mark.parametrize(
    ("weights", "why"),
    [("w_exam_score=1", "one number of the record alone"), ("w_exam_score=900&w_reading_score=1", "nearly")],
)
def test_what_is_too_much_is_said_before_anything_is_paid(buyer, weights, why):
    page = buyer.get(f"{ASK}/price?{weights}&purpose=dpv:PersonnelHiring")

    assert page.status_code == 422
    assert "This is too much" in text_of(page)
    assert why in text_of(page)


def test_a_score_that_says_too_much_with_an_earlier_one_is_too_much(house, buyer):
    asked(house)
    house.answer(ANNA, request_id(1))

    again = text_of(buyer.get(f"{ASK}/check?{EQUAL}"))
    other = text_of(buyer.get(f"{ASK}/check?w_exam_score=2&w_reading_score=1"))

    assert "follows from those that you have already" in again
    assert "This is too much" in other


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "Weigh at least one number"),
        ("w_exam_score=x&purpose=dpv:PersonnelHiring", "Give a whole number from"),
        ("w_exam_score=1001&purpose=dpv:PersonnelHiring", "Give a whole number from"),
        ("w_exam_score=1&w_reading_score=1&purpose=dpv:AcademicResearch", "Choose what it is for"),
    ],
)
def test_what_is_wrong_with_a_form_stands_at_its_fields(buyer, query, why):
    page = buyer.get(f"{ASK}/price?{query}")

    assert (page.status_code, why in text_of(page)) == (422, True)


def test_the_price_comes_with_tax_and_the_command_that_asks(buyer):
    page = buyer.get(f"{ASK}/price?{EQUAL}")

    text = text_of(page)
    assert "You pay at most €6.08" in text
    assert "Without tax" in text
    assert f"buyer score ask {ANNA.id} \\\n    --weight exam_score=1" in page.get_data(as_text=True)
    assert "--accept-cents 608" in text


def test_the_page_of_a_request_says_its_state_and_what_it_waits_for(house, buyer):
    page = text_of(buyer.get(asked(house)))

    assert "The person decides herself when she next looks into her wallet" in page
    assert "Held for this score €6.08" in page
    assert "You decide on every request yourself." in page
    assert "waiting for the person" in text_of(buyer.get("/scores"))


def test_a_request_that_nobody_ends_is_called_stalled(house, buyer):
    path = asked(house)
    house.market.clock.forward(seconds=timedelta(days=7, minutes=1).total_seconds())

    page = text_of(house.buyer().get(path))

    assert "This does not move at the moment" in page
    assert "has not been at it for a while" in page


def test_an_answer_is_sealed_and_only_a_command_opens_it(house, buyer):
    path = asked(house)
    house.answer(ANNA, request_id(1))
    page = buyer.get(path)

    assert "This page cannot show it" in text_of(page)
    assert f"buyer score collect {request_id(1)}" in text_of(page)
    assert f"{ANNA.score({'exam_score': 1, 'reading_score': 1}):.3f}" not in page.text
    assert JARGON.findall(shown(page.text)) == []


def test_confirming_pays_and_shows_the_invoice(house, buyer):
    path = asked(house)
    house.answer(ANNA, request_id(1))
    sent = buyer.send(f"{path}/confirmation")
    page = text_of(buyer.get(path))

    assert sent.location == path
    assert "You paid €6.08" in page
    assert "Value added tax" in page
    assert "answered, all paid" in text_of(buyer.get("/scores"))


def test_a_refusal_says_why_and_that_the_money_is_back(house, buyer):
    path = asked(house)
    with house.market.store.reading() as books:
        order = books.scores.get(request_id(1))
    assert order is not None
    house.market.services.scores.take_answer(ANNA.refusal(order.token))

    page = text_of(buyer.get(path))
    assert "There is no score, and you paid nothing" in page
    assert "Came back to you €6.08" in page


def test_a_page_that_looks_for_news_is_loaded_anew_when_there_is_some(house, buyer):
    path = asked(house)
    same = buyer.get(f"{path}?seen=asked", headers={"HX-Request": "true"})
    house.answer(ANNA, request_id(1))
    moved = buyer.get(f"{path}?seen=asked", headers={"HX-Request": "true"})

    assert (same.status_code, "HX-Refresh" in same.headers) == (200, False)
    assert (moved.status_code, moved.headers["HX-Refresh"]) == (204, "true")


def test_movements_of_money_lead_to_their_score(house, buyer):
    path = asked(house)
    page = buyer.get("/money").text

    assert f'<a href="{path}">Held for a score</a>' in page
    house.market.services.top_up(house.account_id, transfer_id=f"{'x' * 8}/hold", amount_cents=100)
    assert "xxxxxxxx" not in buyer.get("/money").text


def test_a_long_list_comes_in_pages(house, buyer):
    for number in range(1, 23):
        asked(house, number)
    first, second = buyer.get("/scores").text, text_of(buyer.get("/scores?page=2"))

    assert "Page 1 of 2, 22 requests" in text_of(buyer.get("/scores"))
    assert first.count("/scores/requests/") == 20
    assert "Page 2 of 2" in second
    assert "Page 2 of 2" in text_of(buyer.get("/scores?page=99"))
    assert "Page 1 of 2" in text_of(buyer.get("/scores?page=x"))


def test_a_request_of_another_buyer_is_not_there(house):
    path = asked(house)
    stranger = house.stranger()

    assert stranger.get(path).status_code == 404
    assert stranger.send(f"{path}/confirmation").status_code == 404


def test_a_reader_sees_a_request_and_has_no_say_about_it(house, buyer):
    path = asked(house)
    house.answer(ANNA, request_id(1))
    with house.market.store.writing() as books:
        found = books.members.find(EMAIL)
        assert found is not None
        books.members.save(replace(found[0], role=Role.READER))

    assert 'id="confirmation"' not in buyer.get(path).text
    assert buyer.send(f"{path}/confirmation").status_code == 403
