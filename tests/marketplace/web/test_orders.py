"""Buying, watching, confirming and disputing an answer."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest

from consent.vocabulary import Engine
from crypto.encoding import b64url_encode
from marketplace.domain.job import JobState, NodeJobStatus
from marketplace.domain.offer import NodeAnswer
from marketplace.domain.view import OrderView
from ssi.http.errors import UnreachablePeerError
from tests.marketplace.web.crowd import cautious, let_in, students
from tests.marketplace.web.house import INSTITUTE, House, Visitor, text_of
from tests.marketplace.web.nodes import with_another_number
from tests.marketplace.web.queries import BY_SCHOOL, EXACT, NOISY

PRICE_PAGE = "/ask/exam/1/price?statistic=count&statistic=mean:exam_score&level=2&floor=50"


def form_on(page: str) -> dict[str, str]:
    """The hidden fields of the form that buys."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in hidden if name != "csrf_token"}


def buying_form(buyer: Visitor, path: str = PRICE_PAGE) -> dict[str, str]:
    return form_on(buyer.get(path).text)


def orders_of(house: House, buyer: Visitor) -> tuple[OrderView, ...]:
    return house.services.list_orders(house.account_of(buyer).account_id)


def test_one_click_buys_and_leads_to_the_order(house: House, buyer: Visitor):
    response = buyer.send("/orders", **buying_form(buyer))

    (order,) = orders_of(house, buyer)
    assert response.location == f"/orders/{order.order_id}"
    assert order.query.to_json() == replace(NOISY, engine=Engine.MPC).to_json()
    assert order.held_cents == 17143


def test_the_same_form_sent_twice_buys_once(house: House, buyer: Visitor):
    form = buying_form(buyer)

    first, second = buyer.send("/orders", **form), buyer.send("/orders", **form)

    assert first.location == second.location
    assert len(orders_of(house, buyer)) == 1
    assert house.services.read_statement(house.account_of(buyer).account_id).held_cents == 17143


def test_one_form_cannot_become_another_order(house: House, buyer: Visitor):
    form = buying_form(buyer)
    buyer.send("/orders", **form)

    response = buyer.send(
        "/orders", **{**form, "query": buying_form(buyer, PRICE_PAGE + "&group_by=sex")["query"]}
    )

    assert response.status_code == 409
    assert "That does not fit what happened before" in text_of(response)
    assert len(orders_of(house, buyer)) == 1


def test_a_price_that_rose_is_not_paid(house: House, buyer: Visitor):
    form = buying_form(buyer)
    with house.store.writing() as books:
        dearer = [replace(student, index=500 + student.index) for student in students(30)]
        let_in(books, dearer, policy=cautious("exam/1", compensation_cents=300))
    house.nodes.people = {**house.nodes.people, **{each.consent_id: each for each in dearer}}

    response = buyer.send("/orders", **form)

    assert response.status_code == 409
    assert "It is now €642.86" in text_of(response)
    assert orders_of(house, buyer) == ()
    again = re.search(r'href="([^"]+)">Look at the new price', response.text)
    assert again is not None
    assert "€642.86" in text_of(buyer.get(unescape(again[1])))


def test_a_crowd_that_shrank_is_told_with_another_question(house: House, buyer: Visitor):
    form = buying_form(buyer, "/ask/exam/1/price?statistic=count&level=2&floor=50&where_school_type=mixed")
    some = [student.consent_id for student in students() if student.values["school_type"] == "mixed"][:30]
    with house.store.writing() as books:
        books.offers.answer("node-a", dict.fromkeys(some, (NodeAnswer.REFUSED, "withdrawn")))

    response = buyer.send("/orders", **form)

    assert response.status_code == 422
    assert "Nothing was bought" in text_of(response)
    assert "Ask this instead" in text_of(response)


def test_without_enough_money_nothing_is_bought(house: House):
    poor = house.buyer("poor@institute.example", INSTITUTE, euros=100)

    response = poor.send("/orders", **buying_form(poor))

    assert response.status_code == 402
    assert "€71.43 are missing. Nothing was bought" in text_of(response)
    assert orders_of(house, poor) == ()


def test_a_mandate_that_ran_out_leads_to_registration(house: House, buyer: Visitor):
    form = buying_form(buyer)
    house.clock.forward(days=31)
    buyer.sign_in()

    response = buyer.send("/orders", **form)

    assert response.status_code == 403
    assert "First register your organisation" in text_of(response)


def test_a_credential_that_was_taken_back_buys_nothing(house: House, buyer: Visitor):
    form = buying_form(buyer)
    house.status.revoked = True

    response = buyer.send("/orders", **form)

    assert response.status_code == 422
    assert "Your organisation credential is not accepted" in text_of(response)
    assert orders_of(house, buyer) == ()


def test_a_register_that_does_not_answer_is_said_so(house: House, buyer: Visitor):
    form = buying_form(buyer)
    house.status.error = UnreachablePeerError("the register does not answer")

    response = buyer.send("/orders", **form)

    assert response.status_code == 503
    assert "Nothing was changed and nothing was bought" in text_of(response)


@pytest.mark.parametrize(
    "change",
    [
        {"query": "{"},
        {"query": ""},
        {"query": "[]"},
        {"accepted_price_cents": "much"},
        {"accepted_price_cents": ""},
        {"order_id": "not an id"},
        {"order_id": ""},
    ],
)
def test_a_form_that_was_tampered_with_buys_nothing(standing: House, standing_buyer: Visitor, change):
    response = standing_buyer.send("/orders", **{**buying_form(standing_buyer), **change})

    assert response.status_code == 400
    assert orders_of(standing, standing_buyer) == ()


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ('"data_set":"exam/1"', '"data_set":"gossip/1"', 404),
        ('"exam_score"', '"shoe_size"', 422),
        ('"floor":50', '"floor":2', 422),
        ('"epsilon":"2"', '"epsilon":"99"', 422),
    ],
)
def test_a_question_that_was_tampered_with_buys_nothing(
    standing: House, standing_buyer: Visitor, old, new, status
):
    form = buying_form(standing_buyer)
    assert old in form["query"]

    response = standing_buyer.send("/orders", **{**form, "query": form["query"].replace(old, new)})

    assert response.status_code == status
    assert orders_of(standing, standing_buyer) == ()


def test_no_orders_offer_one_thing_to_do(standing_buyer: Visitor):
    assert "Choose a data set and ask your first question." in text_of(standing_buyer.get("/orders"))


def test_orders_are_listed_newest_first_with_state_and_cost(house: House, buyer: Visitor):
    house.answer(buyer, NOISY)
    house.clock.forward(seconds=5)
    house.order(buyer, EXACT)

    text = text_of(buyer.get("/orders"))

    assert text.index("exact waiting for the nodes €171.43") < text.index("random error answer ready €171.43")


def test_an_order_under_way_shows_its_step_and_follows_along(house: House, buyer: Visitor):
    house.nodes.stays = "COMPUTING"
    order = house.order(buyer, NOISY)
    house.work_on(3)

    page = buyer.get(f"/orders/{order.order_id}")

    assert "Each node has checked every consent (done)" in text_of(page)
    assert "The nodes compute together (now)" in text_of(page)
    assert 'hx-trigger="every 2s"' in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert "open_result.js" not in page.text


def test_progress_is_told_only_when_there_is_news(house: House, buyer: Visitor):
    house.nodes.stays = "ADMITTING"
    order = house.order(buyer, NOISY)
    house.work_on(2)
    seen = len(house.order_of(buyer, order.order_id).events)

    old = buyer.get(f"/orders/{order.order_id}/progress?seen={seen}")
    house.nodes.stays = "COMPUTING"
    house.work_on(1)
    news = buyer.get(f"/orders/{order.order_id}/progress?seen={seen}")

    assert old.status_code == 204
    assert news.status_code == 200
    assert f"seen={seen + 1}" in news.text
    assert "<html" not in news.text


def test_the_page_is_loaded_anew_when_the_answer_is_there(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)
    path = f"/orders/{order.order_id}/progress"

    assert buyer.get(path, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert buyer.get(path).location == f"/orders/{order.order_id}"


def test_another_attempt_is_announced(house: House, buyer: Visitor):
    house.nodes.fails = NodeJobStatus("FAILED", 1, "peer_timeout")
    order = house.order(buyer, NOISY)
    house.work_on(2)
    house.nodes.fails = None

    text = text_of(buyer.get(f"/orders/{order.order_id}"))

    assert "This is attempt 2" in text
    assert "You are not charged twice." in text


def test_a_failed_order_names_the_cause_and_the_node_and_gives_all_back(house: House, buyer: Visitor):
    house.nodes.fails = NodeJobStatus("FAILED", 1, "protocol_violation", ("node-b",))
    order = house.answer(buyer, NOISY)

    page = buyer.get(f"/orders/{order.order_id}")

    assert (
        "A node broke the protocol. Responsible: node-b. All the money is back in your account."
        in text_of(page)
    )
    assert "You paid €0.00 Came back to you €171.43" in text_of(page)
    assert "key-file" not in page.text


def test_an_answer_waits_sealed(house: House, buyer: Visitor):
    order = house.answer(buyer, BY_SCHOOL)

    page = buyer.get(f"/orders/{order.order_id}")

    assert "The answer is sealed" in text_of(page)
    assert "Held for this answer €142.86" in text_of(page)  # 20 of 120 are in a group that is too small
    assert f'data-query="{order.query.digest}"' in page.text
    assert 'src="/market/open_result.js"' in page.text


def test_an_answer_that_is_not_ready_is_not_handed_out(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)

    assert buyer.get(f"/orders/{order.order_id}/result").status_code == 409


def test_confirming_pays_the_people_once(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)
    path = f"/orders/{order.order_id}/confirmation"

    first, second = buyer.send(path), buyer.send(path)

    assert first.location == second.location == f"/orders/{order.order_id}"
    text = text_of(buyer.get(f"/orders/{order.order_id}"))
    assert "The people who took part have been paid." in text
    assert "Everybody who took part has been paid: €120.00 for 120 people." in text
    assert house.services.trial_balance().total_cents == 0


def test_the_page_itself_confirms_and_gets_the_new_bill(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)
    token = {"X-CSRFToken": buyer.token(), "HX-Request": "true"}

    bill = buyer.client.post(f"/orders/{order.order_id}/confirmation", headers=token)

    assert bill.status_code == 200
    assert 'id="bill"' in bill.text
    assert "You paid €171.43" in text_of(bill)
    assert 'id="confirmation"' not in bill.text


def test_what_is_not_there_cannot_be_confirmed(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)

    response = buyer.send(f"/orders/{order.order_id}/confirmation")

    assert response.status_code == 409
    assert house.order_of(buyer, order.order_id).state is JobState.QUEUED


def dispute(buyer: Visitor, order: OrderView, role: int):
    key = b64url_encode(INSTITUTE.results[role].to_bytes())
    return buyer.send(f"/orders/{order.order_id}/dispute", role=str(role), private_key=key)


def test_a_proven_dispute_gives_the_money_back_and_names_the_node(house: House, buyer: Visitor):
    house.nodes.seals = {1: with_another_number}
    order = house.answer(buyer, NOISY)

    response = dispute(buyer, order, 1)

    text = text_of(buyer.get(response.location))
    assert "There is no answer, and you paid nothing" in text
    assert "Node-b sealed another summand of its own than it signed. Responsible: node-b." in text
    assert "Your report was right" in text
    assert house.order_of(buyer, order.order_id).state is JobState.REFUNDED


def test_a_dispute_about_an_honest_node_changes_nothing(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)

    response = dispute(buyer, order, 2)

    text = text_of(buyer.get(response.location))
    assert "Your report was looked into Node-c sealed exactly what it signed." in text
    assert house.order_of(buyer, order.order_id).state is JobState.RELEASED


def test_a_second_key_of_one_mandate_is_never_looked_at(house: House, buyer: Visitor):
    one, other = house.answer(buyer, NOISY), house.answer(buyer, EXACT)
    dispute(buyer, one, 0)

    response = dispute(buyer, other, 1)

    assert response.status_code == 409
    assert "two would open your answers" in text_of(response)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"role": "one", "private_key": "A" * 43}, 400),
        ({"role": "0", "private_key": "A"}, 400),
        ({"role": "0", "private_key": "A" * 43}, 409),
        ({"role": "7", "private_key": "A" * 43}, 409),
    ],
)
def test_a_dispute_without_the_right_key_changes_nothing(house: House, buyer: Visitor, form, status: int):
    order = house.answer(buyer, NOISY)

    response = buyer.send(f"/orders/{order.order_id}/dispute", **form)

    assert response.status_code == status
    assert house.order_of(buyer, order.order_id).state is JobState.RELEASED


def test_the_time_after_which_all_are_paid_is_shown(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)
    until = order.dispute_until

    assert until is not None
    assert f"{until:%H:%M} UTC" in text_of(buyer.get(f"/orders/{order.order_id}"))
    house.clock.forward(seconds=timedelta(days=3).total_seconds())
    house.work_on(1)
    assert house.order_of(buyer, order.order_id).state is JobState.SETTLED


def test_an_order_leads_back_to_its_question(house: House, buyer: Visitor):
    order = house.answer(buyer, BY_SCHOOL)
    page = buyer.get(f"/orders/{order.order_id}").text

    again = re.search(r'href="(/ask/[^"]+)">(?:<svg.*?</svg>)?Ask something like this', page)

    assert again is not None
    assert "Number of people and average exam score by type of school" in text_of(
        buyer.get(unescape(again[1]))
    )


def test_form_ids_are_fresh(standing_buyer: Visitor):
    first, second = buying_form(standing_buyer)["order_id"], buying_form(standing_buyer)["order_id"]

    assert UUID(first) != UUID(second)
