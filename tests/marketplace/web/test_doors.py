"""Who may open which page: strangers sign in first, buyers see their own, operators see no buyer's."""

import pytest

from marketplace.domain.job import JobState
from tests.marketplace.web.house import COMPANY, House, Visitor, text_of
from tests.marketplace.web.queries import NOISY

FOR_BUYERS = [
    "/ask/exam/1",
    "/ask/exam/1/price?statistic=count",
    "/ask/exam/1/glance",
    "/orders",
    "/orders/some",
    "/orders/some/progress",
    "/orders/some/result",
    "/scores",
    "/scores/offers/exam/1",
    "/scores/ask/some",
    "/scores/requests/some",
    "/sums",
    "/sums/ask/exam/1",
    "/sums/orders/some",
    "/money",
    "/organisation",
    "/account/invoices",
    "/account/payments",
    "/account/payments/1",
    "/account/invoices/1",
    "/account/invoices/1.pdf",
]
FORMS_OF_BUYERS = [
    "/orders",
    "/orders/some/confirmation",
    "/orders/some/dispute",
    "/scores/requests/some/confirmation",
    "/sums/orders/some/confirmation",
    "/money/top-ups",
    "/account/billing",
    "/account/payments",
    "/account/payments/1/refunds",
    "/organisation",
    "/organisation/keys",
    "/organisation/keys/some/end",
]


@pytest.mark.parametrize("path", ["/", "/data/exam/1", "/sign-in", "/how-it-works", "/?about=health"])
def test_strangers_see_what_can_be_asked(standing: House, path: str):
    assert standing.visitor().get(path).status_code == 200


@pytest.mark.parametrize("path", [*FOR_BUYERS, "/operations"])
def test_strangers_are_asked_to_sign_in_and_come_back(standing: House, path: str):
    response = standing.visitor().get(path)

    assert response.status_code == 302
    assert response.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("path", FORMS_OF_BUYERS)
def test_strangers_send_no_form(standing: House, path: str):
    response = standing.visitor().send(path)

    assert (response.status_code, response.location) == (302, "/sign-in")


def test_a_stranger_comes_back_to_the_page_that_was_asked_for(house: House):
    house.account("buyer@institute.example")
    stranger = Visitor(house.app.test_client(), "buyer@institute.example")
    asked = stranger.get("/ask/exam/1?statistic=count&floor=50")

    page = stranger.get(asked.location)
    answer = stranger.sign_in(next="/ask/exam/1?statistic=count&floor=50")

    assert 'value="/ask/exam/1?statistic=count&amp;floor=50"' in page.text
    assert answer.location == "/ask/exam/1?statistic=count&floor=50"


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(standing: House):
    response = standing.visitor().get("/ask/exam/1/glance", headers={"HX-Request": "true"})

    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/sign-in")


def test_buyers_do_not_see_operations(house: House):
    response = house.buyer("buyer@institute.example").get("/operations")

    assert response.status_code == 403
    assert "This is not yours to see" in text_of(response)


@pytest.mark.parametrize("path", FOR_BUYERS)
def test_operators_see_no_page_of_buyers(standing_operator: Visitor, path: str):
    assert standing_operator.get(path).status_code == 403


@pytest.mark.parametrize("part", ["", "/progress", "/result"])
def test_the_order_of_another_buyer_is_not_there(house: House, buyer: Visitor, part: str):
    order = house.answer(buyer, NOISY)
    other = house.buyer("seller@company.example", COMPANY)

    assert other.get(f"/orders/{order.order_id}{part}").status_code == 404


@pytest.mark.parametrize(
    ("part", "form"),
    [("confirmation", {}), ("dispute", {"role": "0", "private_key": "A" * 43})],
)
def test_the_order_of_another_buyer_cannot_be_judged(house: House, buyer: Visitor, part: str, form):
    order = house.answer(buyer, NOISY)
    other = house.buyer("seller@company.example", COMPANY)

    response = other.send(f"/orders/{order.order_id}/{part}", **form)

    assert response.status_code == 404
    assert house.order_of(buyer, order.order_id).state is JobState.RELEASED


def test_the_key_of_another_buyer_cannot_be_ended(house: House, buyer: Visitor):
    key = house.services.make_api_key(house.account_of(buyer).account_id, "mine")
    other = house.buyer("seller@company.example", COMPANY)

    response = other.send(f"/organisation/keys/{key.key_id}/end")

    assert response.status_code == 404
    assert house.services.recognise_api_key(key.secret) == house.account_of(buyer)


@pytest.mark.parametrize("path", [*FORMS_OF_BUYERS, "/sign-in", "/sign-out"])
def test_a_form_without_its_token_is_refused(standing_buyer: Visitor, path: str):
    response = standing_buyer.client.post(path, data={"euros": "100", "transfer_id": "x"})

    assert response.status_code == 400
    assert "This form is too old" in text_of(response)


def test_a_form_with_the_token_of_somebody_else_is_refused(house: House, buyer: Visitor):
    token = house.visitor().token()

    response = buyer.client.post(
        "/money/top-ups", data={"csrf_token": token, "euros": "1", "transfer_id": "x"}
    )

    assert response.status_code == 400


def test_the_json_interfaces_stay_open_to_programs(standing: House):
    response = standing.visitor().client.post("/api/v1/quotes", json={})

    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/data/exam/2", "/data/nothing/1", "/nowhere", "/data/exam/one"])
def test_what_is_not_there_is_said_in_words(standing: House, path: str):
    response = standing.visitor().get(path)

    assert response.status_code == 404
    assert "There is nothing here" in text_of(response)
