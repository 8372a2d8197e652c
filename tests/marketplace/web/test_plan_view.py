"""What the price page says of the plan, and that what it explains is what is quoted, ordered and saved."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from consent.query import Query
from consent.vocabulary import Engine
from crypto.encoding import parse_json
from marketplace.domain.exposure import ALL_THREE, ON_SHARES
from marketplace.domain.plan_cost import MEASURED, Estimate
from marketplace.web import plan_view
from marketplace.web.plan_view import age_text
from tests.marketplace.web.crowd import cautious, let_in, students
from tests.marketplace.web.house import House, Visitor, text_of
from tests.marketplace.web.queries import NOISY

PRICE = "/ask/exam/1/price?statistic=count&statistic=mean:exam_score&level=2&floor=50"
LONG = 120.0
"""Longer than a count takes on a busy machine."""


def counted(house: House, visitor: Visitor) -> None:
    """Wait until the question of these tests is counted, so that the page finds it."""
    house.services.make_plan(house.account_of(visitor).account_id, NOISY, patience_seconds=LONG)


def fold_of(text: str) -> str:
    """The fold of the plan."""
    return text[text.index("How this will be computed") : text.index("The same question for programs")]


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the order."""
    names = ("order_id", "query", "accepted_price_cents")
    found = {name: re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page) for name in names}
    return {name: unescape(match[1]) for name, match in found.items() if match is not None}


def let_in_alone(house: House) -> None:
    """Three hundred people more who only take part where all three nodes have to collude."""
    policy = cautious("exam/1", engines=frozenset({Engine.ADDITIVE}))
    with house.store.writing() as books:
        let_in(books, [replace(each, index=5000 + each.index) for each in students(300)], policy=policy)


def test_what_was_left_open_is_quoted_explained_and_ordered_in_the_way_that_reaches_most(
    house: House, buyer: Visitor
):
    let_in_alone(house)
    account = house.account_of(buyer).account_id

    page = buyer.get(PRICE)
    form = form_of(page.text)
    response = buyer.send("/orders", **form)

    (order,) = house.services.list_orders(account)
    asked = Query.from_json(parse_json(form["query"]), "query")
    plan = house.services.make_plan(account, NOISY, patience_seconds=LONG)
    quote = house.services.make_quote(account, asked)
    assert response.location == f"/orders/{order.order_id}"
    assert order.query == asked == plan.query == quote.query
    assert asked.engine is Engine.ADDITIVE
    assert int(form["accepted_price_cents"]) == quote.price.gross_cents
    assert "each node holds one of them. Most people allow this way." in fold_of(text_of(page))
    assert ALL_THREE.sentence in text_of(page)
    assert ON_SHARES.sentence not in text_of(page)


def test_what_is_saved_names_the_way_too(standing_buyer: Visitor):
    page = standing_buyer.get(PRICE).text

    queries = set(re.findall(r'name="query" value="([^"]*)"', page))
    assert len(queries) == 1
    assert Query.from_json(parse_json(unescape(queries.pop())), "query").engine is Engine.MPC


def test_changing_the_question_leaves_the_way_open(standing_buyer: Visitor):
    page = standing_buyer.get(PRICE).text

    assert "engine=" not in page[page.index("Change the question") - 300 : page.index("Change the question")]


def test_the_card_says_that_two_nodes_suffice_where_records_are_shared(standing_buyer: Visitor):
    text = text_of(standing_buyer.get(PRICE))

    card = text[text.index("Who could see a single record?") : text.index("How this will be computed")]
    assert ON_SHARES.sentence in card
    assert ALL_THREE.sentence not in card


def test_a_count_is_shown_with_what_the_estimate_rests_on(standing: House, standing_buyer: Visitor):
    counted(standing, standing_buyer)

    fold = fold_of(text_of(standing_buyer.get(PRICE)))

    assert "An estimate: from" in fold
    assert "The nodes have measured nothing lately" in fold
    assert "not counted" not in fold


def test_the_price_is_there_before_the_count(house: House, buyer: Visitor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(plan_view, "_PATIENCE_SECONDS", 0)

    text = text_of(buyer.get(PRICE))

    assert "You pay at most €171.43" in text
    assert "Rounds and data are not counted yet. Load this page again in 2 seconds." in fold_of(text)


def test_a_node_that_does_not_answer_is_named_before_anything_is_bought(house: House, buyer: Visitor):
    house.nodes.unwell.add("node-b")

    text = text_of(buyer.get(PRICE))

    (away,) = [each for each in house.services.make_plan.desk.registry().nodes if each.id == "node-b"]
    warning = text.index("A computing node does not answer now")
    assert f"There is no sign of life from {away.operator}." in text
    assert warning < text.index("Buy this answer")


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(minutes=3), "less than 20 minutes ago"),
        (timedelta(minutes=50), "50 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=30), "1 day ago"),
        (timedelta(seconds=-5), "less than 20 minutes ago"),
    ],
)
def test_the_age_of_a_measurement_is_said(age: timedelta, said: str):
    estimate = Estimate(3, 9, MEASURED, NOW - age)

    assert age_text(age) == said
    assert plan_view._time(estimate, NOW).endswith(f"measured between each other {said}.")
    assert "from 3 seconds to 9 seconds" in plan_view._time(estimate, NOW)
