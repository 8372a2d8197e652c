"""No screen speaks of its technology outside of folds, and every page has one heading and a title."""

import re
from html import unescape

import pytest

from tests.marketplace.web.house import JARGON, House, Visitor
from tests.marketplace.web.queries import BY_SCHOOL

PAGES = {
    "buyer": [
        "/",
        "/data/exam/1",
        "/data/health/1",
        "/ask/health/1?statistic=count&statistic=mean:systolic",
        "/ask/exam/1/price?statistic=sd:exam_score&group_by=sex",
        "/ask/exam/1/price?statistic=histogram:sex&level=exact",
        "/orders",
        "/scores",
        "/scores/offers/exam/1",
        "/sums",
        "/sums/ask/exam/1",
        "/sums/ask/exam/1/price?w_exam_score=1&people=50&floor=30&level=4&pay=1&purpose=dpv:PublicBenefit"
        "&join_days=7&round_days=2",
        "/money",
        "/organisation",
        "/nowhere",
    ],
    "stranger": ["/", "/sign-in"],
    "operator": [
        "/operations",
        "/operations/breaches",
        "/operations/requests",
        "/operations/payouts",
        "/operations/processing",
        "/operations/processing/health/1",
        "/operations/looks",
    ],
}


def shown(page: str) -> str:
    """What is read without opening a fold."""
    open_only = re.sub(r"<(details|script|head|pre)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", open_only)).split())


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_pages_speak_plainly(
    standing: House, standing_buyer: Visitor, standing_operator: Visitor, who: str, path: str
):
    visitor = {"buyer": standing_buyer, "operator": standing_operator}.get(who) or standing.visitor()

    page = visitor.get(path).text

    assert JARGON.findall(shown(page)) == []
    assert len(re.findall(r"<h1\b", page)) == 1
    assert re.search(r"<title>\S.* · argonauta Market</title>", page)


def test_the_page_of_an_order_speaks_plainly(house: House, buyer: Visitor):
    order = house.answer(buyer, BY_SCHOOL)

    page = buyer.get(f"/orders/{order.order_id}").text

    assert JARGON.findall(shown(page)) == []
