"""What browsers are told, and that no page carries a script or a style of its own."""

import re

import pytest

from tests.marketplace.web.house import House, Visitor
from tests.marketplace.web.queries import BY_SCHOOL

PAGES = [
    "/",
    "/data/exam/1",
    "/ask/exam/1?statistic=count",
    "/ask/exam/1/price?statistic=count",
    "/orders",
    "/money",
]


@pytest.mark.parametrize("path", [*PAGES, "/organisation", "/nowhere"])
def test_nothing_is_loaded_from_elsewhere_and_nothing_is_kept(standing_buyer: Visitor, path: str):
    response = standing_buyer.get(path)

    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cache-Control"] == "no-store"


def test_the_result_is_kept_by_nobody(house: House, buyer: Visitor):
    order = house.answer(buyer, BY_SCHOOL)

    response = buyer.get(f"/orders/{order.order_id}/result")

    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*PAGES, "/organisation"])
def test_pages_hold_no_script_and_no_style_of_their_own(standing_buyer: Visitor, path: str):
    body = standing_buyer.get(path).text

    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", body) == []
    assert re.findall(r"<[^>]+\s(?:style|on[a-z]+)=", body) == []


INJECTION = "\"'><script>alert(1)</script>"


@pytest.mark.parametrize(
    "path",
    [
        "/?about={}",
        "/sign-in?next=/{}",
        "/ask/exam/1?floor={}",
        "/ask/exam/1?statistic={}&level={}&purpose={}&group_by={}&where_school_type={}",
        "/ask/exam/1/price?statistic=count&floor={}",
        "/ask/exam/1/price?statistic=count&level={}",
        "/ask/exam/1/price?statistic=count&group_by={}",
        "/ask/exam/1/price?statistic=count&where_school_type={}",
        "/ask/exam/1/glance?statistic=count&group_by={}",
        "/orders/{}",
        "/data/{}/1",
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_markup_in_an_address_stays_text(
    standing: House, standing_buyer: Visitor, path: str, signed_in: bool
):
    visitor = standing_buyer if signed_in else standing.visitor()

    response = visitor.get(path.replace("{}", INJECTION))

    assert response.status_code in {200, 302, 404, 422}
    assert "<script>alert" not in response.text


def test_markup_in_a_form_stays_text(buyer: Visitor):
    money = buyer.send("/money/top-ups", euros=INJECTION, transfer_id=INJECTION)
    papers = buyer.send("/organisation", credential=INJECTION, mandate="x")
    key = buyer.send("/organisation/keys", label=INJECTION, scopes="orders")

    assert [response.status_code for response in (money, papers, key)] == [422, 422, 200]
    assert all("<script>alert" not in response.text for response in (money, papers, key))
