"""Who does nothing is signed out, is told why, and comes back to where she was."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.config import Settings
from marketplace.domain.member import SessionTerms
from marketplace.services.desk import Terms
from tests.marketplace.web.filled import Filled
from tests.marketplace.web.house import House, Visitor, open_house, text_of


@pytest.mark.parametrize(
    ("kind", "minutes", "page"), [("buyer", 60, "/money"), ("operator", 15, "/operations")]
)
def test_who_does_nothing_is_signed_out_told_why_and_led_back(
    house: House, kind: str, minutes: int, page: str
):
    who = house.operator() if kind == "operator" else house.buyer("buyer@institute.example")
    house.clock.forward(minutes=minutes - 1)
    assert who.get(page).status_code == 200
    house.clock.forward(minutes=minutes)

    answer = who.get(page)

    assert answer.location == f"/sign-in?next={page.replace('/', '%2F')}" or answer.location.endswith(page)
    told = text_of(who.get(answer.location))
    assert f"You were signed out because nothing was done here for {minutes} minutes." in told
    assert "then you go on where you were" in told
    assert who.sign_in(next=page).location == page
    assert "nothing was done" not in text_of(who.get(page))


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(house: House):
    operator = house.operator()
    for _ in range(15):
        operator.get("/operations", headers={"HX-Request": "true"})
        house.clock.forward(minutes=1)

    assert operator.get("/operations").status_code == 302


def test_after_half_a_day_everybody_signs_in_again(house: House):
    buyer = house.buyer("buyer@institute.example")
    for _ in range(12):
        assert buyer.get("/money").status_code == 200
        house.clock.forward(minutes=60 - 1)
    assert buyer.get("/money").status_code == 200
    house.clock.forward(minutes=12)

    assert buyer.get("/money").status_code == 302
    assert "You were signed in for 12 hours, which is the longest time." in text_of(buyer.get("/sign-in"))


def test_a_form_that_comes_too_late_leads_back_to_its_page(house: House):
    buyer = house.buyer("buyer@institute.example")
    token = buyer.token("/money")
    house.clock.forward(minutes=60)
    sent = {"csrf_token": token, "transfer_id": "late", "euros": "10"}

    answer = buyer.client.post("/money/top-ups", data=sent, headers={"Referer": "http://localhost/money?a=b"})

    assert answer.location == "/sign-in?next=/money?a%3Db"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/money", "http://localhost//evil.example/", "x", ""]
)
def test_a_form_from_elsewhere_leads_nowhere(house: House, elsewhere: str):
    stranger = house.visitor()
    sent = {"csrf_token": stranger.token(), "euros": "10"}

    answer = stranger.client.post("/money/top-ups", data=sent, headers={"Referer": elsewhere})

    assert answer.location == "/sign-in"


def test_who_signed_out_or_was_ended_is_told_so(house: House):
    buyer = house.buyer("buyer@institute.example")
    elsewhere = Visitor(house.app.test_client(), buyer.email)
    elsewhere.sign_in()
    elsewhere.send("/you/sessions/end")

    assert buyer.get("/money").status_code == 302
    told = text_of(buyer.get("/sign-in"))
    assert "You were signed out here from elsewhere, or your access was ended." in told


def test_an_operator_of_the_market_sets_the_times(tmp_path: Path, settings: Settings, database: Filled):
    terms = Terms(sessions=SessionTerms(buyer_idle=timedelta(minutes=5)))
    house = open_house(tmp_path, settings=replace(settings, terms=terms), database=database, terms=terms)
    buyer = house.buyer("buyer@institute.example")
    house.clock.forward(minutes=5)

    assert buyer.get("/money").status_code == 302
    assert "for 5 minutes" in text_of(buyer.get("/sign-in"))
    house.store.database.close()
