"""Answers over joined records and over windows in the browser: every number says what it is about."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.marketplace.web.house import Visitor
from tests.marketplace.web.opened import opened_by_python, row_of, written
from tests.marketplace.web.queries import JOINED_RECORDS, WEEKS
from tests.marketplace.web.stage import Stage, open_with, table_rows

pytestmark = pytest.mark.browser


@pytest.fixture
def page(stage: Stage, standing_buyer: Visitor):
    with stage.page(standing_buyer) as page:
        yield page


def test_a_joined_answer_says_of_each_number_which_record_it_is_from(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, JOINED_RECORDS)
    (row,) = opened_by_python(stage, standing_buyer, order, keys).answer.rows

    stage.show(page, order)
    open_with(page, keys)

    average = row_of("Average: Age (Health check)", row.estimates[1], 1)
    figures = table_rows(page, "The figures")
    assert figures[1][0] == average[0]
    assert figures[1][1].startswith(average[1])
    assert [line[0] for line in table_rows(page, "Distribution: Sex (Health check)")] == ["female", "male"]
    method = page.locator(".method").inner_text()
    assert "Exam results + Health check" in method
    assert "health/1#" not in page.locator("main").inner_text()


def test_windows_are_told_apart_and_count_readings(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, WEEKS)
    (row,) = opened_by_python(stage, standing_buyer, order, keys).answer.rows

    stage.show(page, order)
    open_with(page, keys)

    figures = table_rows(page, "The figures")
    assert [line[0] for line in figures] == [
        "Average: Steps a day, weeks 1 to 4",
        "Average: Steps a day, weeks 5 to 8",
        "Average: Steps a day, weeks 9 to 12",
        "Number of readings: Steps a day, weeks 1 to 12",
    ]
    readings = row.estimates[3].value
    assert readings is not None
    assert figures[3][1] == f"{written(readings, 0)} readings"
    bars = table_rows(page, "Distribution: Resting heart rate, weeks 1 to 12")
    assert len(bars) == 10
    assert "@" not in page.locator("main").inner_text()
