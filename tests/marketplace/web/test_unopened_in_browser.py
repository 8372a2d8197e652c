"""What the browser says where an answer does not open, or does not fit."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from marketplace.domain.job import JobState
from tests.marketplace.web.house import COMPANY, Visitor
from tests.marketplace.web.queries import (
    BY_SCHOOL,
    NOISY,
)
from tests.marketplace.web.stage import Stage, key_file, open_with, table_rows

pytestmark = pytest.mark.browser


@pytest.fixture
def page(stage: Stage, standing_buyer: Visitor):
    with stage.page(standing_buyer) as page:
        yield page


def test_a_session_that_ended_meanwhile_is_said_so(stage: Stage, standing_buyer: Visitor, keys: Path):
    order = stage.house.answer(standing_buyer, NOISY)

    with stage.page(standing_buyer, expected="ERR_FAILED") as page:
        stage.show(page, order)
        page.context.clear_cookies()
        open_with(page, keys)

        expect(page.get_by_text("you were signed out. Load this page again.")).to_be_visible()


def test_a_paid_answer_that_does_not_fit_is_not_called_unpaid(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, NOISY)
    standing_buyer.send(f"/orders/{order.order_id}/confirmation")
    page.route("**/result", lambda route: route.fulfill(json={**route.fetch().json(), "order_id": "another"}))

    stage.show(page, order)
    open_with(page, keys)

    said = page.locator('[data-step="failed"]').inner_text()
    assert "the result of another order" in said
    assert "nobody was paid" not in said


def test_labels_of_the_market_stay_text(stage: Stage, standing_buyer: Visitor, page: Page, keys: Path):
    order = stage.house.answer(standing_buyer, BY_SCHOOL)
    bold = "<b onmouseover=alert(1)>girls</b>"

    def relabel(route):
        document = route.fetch().json()
        document["labels"]["categories"]["school_type"]["girls"] = bold
        document["labels"]["question"] = bold
        route.fulfill(json=document)

    page.route("**/result", relabel)
    stage.show(page, order)
    open_with(page, keys)

    assert page.locator("#opening b").count() == 0
    assert table_rows(page, "Number of people")[1][0] == bold


@pytest.mark.parametrize("content", ["", "{}", "[1, 2]", '{"version": 1, "result_keys": []}', "\x00\x01"])
def test_what_is_no_key_file_is_said_so(
    stage: Stage, standing_buyer: Visitor, page: Page, tmp_path: Path, content: str
):
    order = stage.house.answer(standing_buyer, NOISY)
    file = tmp_path / "keys.json"
    file.write_text(content)

    stage.show(page, order)
    open_with(page, file)

    expect(page.get_by_text("This is not a key file.")).to_be_visible()
    assert stage.house.order_of(standing_buyer, order.order_id).state is JobState.RELEASED


def test_the_key_file_of_somebody_else_opens_nothing_and_blames_nobody(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path, tmp_path: Path
):
    order = stage.house.answer(standing_buyer, NOISY)

    stage.show(page, order)
    open_with(page, key_file(tmp_path, COMPANY))

    expect(page.get_by_text("This is not the key file of this order.")).to_be_visible()
    assert "To blame" not in page.locator("#opening").inner_text()
    assert stage.house.order_of(standing_buyer, order.order_id).state is JobState.RELEASED

    open_with(page, keys)  # the right one still works, without loading the page again
    expect(page.get_by_text("Opened and checked")).to_be_visible()
