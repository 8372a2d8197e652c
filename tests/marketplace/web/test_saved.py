"""Saving a question from its price, having it asked again and again, and seeing what became of it."""

import re
from typing import Any

import pytest

from marketplace.domain.member import Role
from marketplace.services.place_order import PlaceOrder
from marketplace.services.place_runs import PlaceRuns
from tests.marketplace.web.house import JARGON, PASSWORD, House, Visitor, text_of
from tests.marketplace.web.test_orders import PRICE_PAGE, form_on

pytestmark = pytest.mark.database

FORM = {"every": "day", "hour": "6", "per_run": "200", "total": "1000"}


def save(buyer: Visitor, name: str = "Scores") -> str:
    """Save the question from its price; where its page is."""
    hidden = form_on(buyer.get(PRICE_PAGE).text)
    return str(buyer.send("/saved", saved_id=hidden["saved_id"], query=hidden["query"], name=name).location)


def form_of(buyer: Visitor, place: str) -> dict[str, Any]:
    """The form that repeats a question, as it comes, filled in."""
    page = buyer.get(place).text
    dates = dict(re.findall(r'name="(first_on|until)" type="date" value="([^"]+)"', page))
    return {**FORM, **dates, "standing_id": form_on(page)["standing_id"]}


def run(house: House, buyer: Visitor, *, days: int) -> Visitor:
    """So many days later the worker does what is due, and the buyer signs in again."""
    house.clock.forward(days=days)
    duty = PlaceRuns(house.work.desk, PlaceOrder(house.work.desk, house.status))
    while duty():
        pass
    return house.visitor(buyer.email)


def test_an_empty_list_leads_to_the_data(buyer: Visitor):
    page = buyer.get("/saved")
    assert "No saved questions yet" in text_of(page)
    assert 'href="/"' in page.text
    assert 'href="/saved"' in buyer.get("/orders").text


def test_a_question_is_saved_from_its_price_and_found_in_the_list(buyer: Visitor):
    place = save(buyer, "Scores <b>of</b> spring")

    assert "Scores <b>of</b> spring" in text_of(buyer.get(place)).replace("&lt;", "<").replace("&gt;", ">")
    assert "<b>of</b>" not in buyer.get(place).text
    assert f'href="{place}"' in buyer.get("/saved").text
    assert "not repeated" in text_of(buyer.get("/saved"))


def test_it_is_asked_again_and_again_and_each_time_is_told(house: House, buyer: Visitor):
    place = save(buyer)
    assert buyer.send(f"{place}/repetition", **form_of(buyer, place)).location == place
    assert "asked every day" in text_of(buyer.get("/saved"))

    buyer = run(house, buyer, days=2)
    said = text_of(buyer.get(place))
    assert "missed" in said
    assert "ordered" in said
    assert "€171.43" in said
    assert 'href="/orders/' in buyer.get(place).text
    assert JARGON.search(re.sub(r"\(UTC\)", "", said)) is None


def test_a_time_that_was_left_out_is_told_with_its_reason(house: House, buyer: Visitor):
    place = save(buyer)
    buyer.send(f"{place}/repetition", **{**form_of(buyer, place), "per_run": "1"})
    buyer = run(house, buyer, days=2)
    assert "above the most for each time" in text_of(buyer.get(place))
    for _ in range(3):
        buyer = run(house, buyer, days=1)
    assert "Four times in a row nothing could be ordered" in text_of(buyer.get(place))


def test_it_is_paused_goes_on_is_ended_and_deleted(house: House, buyer: Visitor):
    place = save(buyer)
    buyer.send(f"{place}/repetition", **form_of(buyer, place))
    for act, says in (("pause", "paused"), ("resume", "asked every day"), ("end", "ended")):
        assert buyer.send(f"{place}/repetition/{act}").location == place
        assert says in text_of(buyer.get(place))
    assert buyer.send(f"{place}/repetition/burn").status_code == 400
    assert buyer.send(f"{place}/delete").location == "/saved"
    assert buyer.get(place).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"every": "hour"},
        {"hour": "24"},
        {"hour": "six"},
        {"first_on": "2020-01-01"},
        {"first_on": "soon"},
        {"until": "2020-01-01"},
        {"until": "2999-01-01"},
        {"per_run": "-1"},
        {"per_run": "2000"},
        {"total": ""},
    ],
)
def test_a_form_with_something_wrong_comes_back_with_what_was_typed(buyer: Visitor, wrong: dict[str, str]):
    place = save(buyer)
    form = {**form_of(buyer, place), **wrong}
    answer = buyer.send(f"{place}/repetition", **form)

    assert answer.status_code == 422
    assert f'value="{form["total"]}"' in answer.text
    assert "not repeated" in text_of(buyer.get("/saved"))


def test_who_may_not_order_sees_none_of_it(house: House, buyer: Visitor):
    place = save(buyer)
    account = house.account_of(buyer)
    owner = next(iter(house.services.members.of(account.account_id))).member_id
    link = house.services.members.invite(account.account_id, "r@institute.example", Role.READER, by=owner)
    house.services.members.accept(link.secret, "R", PASSWORD)
    reader = house.visitor("r@institute.example")

    assert reader.get("/saved").status_code == reader.get(place).status_code == 403
    assert 'href="/saved"' not in reader.get("/orders").text
    assert reader.send("/saved", name="x", saved_id="x", query="{}").status_code == 403


def test_what_is_not_there_is_not_found_and_what_cannot_be_read_is_refused(buyer: Visitor):
    assert buyer.get("/saved/00000000-0000-4000-8000-000000000001").status_code == 404
    assert buyer.send("/saved", saved_id="x", name="x", query="{").status_code == 400


def test_the_last_day_counts_to_its_end(house: House, buyer: Visitor):
    place = save(buyer)
    form = form_of(buyer, place)
    buyer.send(f"{place}/repetition", **{**form, "until": form["first_on"], "hour": "23"})
    buyer = run(house, buyer, days=1)
    assert "asked every day" in text_of(buyer.get(place))
