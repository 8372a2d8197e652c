"""Opening an answer in the browser: the numbers of the Python tools, shown with their error."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.marketplace.web.house import Visitor
from tests.marketplace.web.opened import opened_by_python, row_of, written
from tests.marketplace.web.queries import (
    BY_REASONING,
    BY_SCHOOL,
    EXACT,
    HEALTH,
    NOISY,
    RELATED,
)
from tests.marketplace.web.stage import Stage, open_with, table_rows

pytestmark = pytest.mark.browser


@pytest.fixture
def page(stage: Stage, standing_buyer: Visitor):
    with stage.page(standing_buyer) as page:
        yield page


def test_a_noisy_answer_shows_the_numbers_of_the_python_tools(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, NOISY)
    (row,) = opened_by_python(stage, standing_buyer, order, keys).answer.rows

    stage.show(page, order)
    open_with(page, keys)

    people, average = (
        row_of("Number of people", row.estimates[0], 0),
        row_of("Average: Exam score", row.estimates[1], 3),
    )
    assert table_rows(page, "The figures") == [[people[0], f"{people[1]} people", people[2]], average]
    expect(page.locator(".figure-value").first).to_have_text(f"{people[1]} people")
    expect(page.locator(".figure-note").last).to_have_text(f"95 %: noise, {average[2]}")


def test_an_exact_answer_is_called_exact(stage: Stage, standing_buyer: Visitor, page: Page, keys: Path):
    order = stage.house.answer(standing_buyer, EXACT)
    (row,) = opened_by_python(stage, standing_buyer, order, keys).answer.rows

    stage.show(page, order)
    open_with(page, keys)

    lines = table_rows(page, "The figures")[1:]
    assert [line[:3] for line in lines] == [
        row_of("Average: Exam score", row.estimates[1], 3),
        row_of("Spread: Exam score", row.estimates[2], 3),
    ]
    assert [line[3] == "not known" for line in lines] == [False, True]
    assert "No noise was added." in page.locator(".method").inner_text()


def test_groups_are_compared_and_the_withheld_one_is_named(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, BY_SCHOOL)
    answer = opened_by_python(stage, standing_buyer, order, keys).answer

    stage.show(page, order)
    open_with(page, keys)

    assert answer.withheld_groups == ("boys",)
    shown = table_rows(page, "Average: Exam score")
    assert shown[:2] == [
        row_of(label, row.estimates[1], 3)
        for label, row in zip(["girls and boys", "girls only"], answer.rows, strict=True)
    ]
    assert shown[2] == ["boys only", "withheld", "Not shown: there are too few people in this group."]
    expect(page.get_by_text("One group is withheld")).to_be_visible()
    expect(page.get_by_text("Not computed, because fewer than 25 people")).to_contain_text("boys only")
    assert page.locator(".drawing-withheld").count() == 2
    assert page.locator(".drawing-whisker").count() == 0


def test_a_distribution_shows_every_class_with_its_error(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, BY_REASONING)
    answer = opened_by_python(stage, standing_buyer, order, keys).answer

    stage.show(page, order)
    open_with(page, keys)

    bars = [estimate for estimate in answer.rows[2].estimates if estimate.label is not None]
    shown = table_rows(page, "Distribution: Exam score, highest quarter")
    assert shown == [row_of(str(bar.label).replace("-", "−"), bar, 0) for bar in bars]
    assert len(shown) == 16
    assert page.get_by_role("table", name="Distribution: Exam score").count() == 3


def test_units_and_missing_values_of_a_health_check(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, HEALTH)
    (row,) = opened_by_python(stage, standing_buyer, order, keys).answer.rows

    stage.show(page, order)
    open_with(page, keys)

    pressure = row_of("Average: Blood pressure, upper value", row.estimates[1], 1)
    assert [pressure[0], f"{pressure[1]} mmHg", pressure[2]] in table_rows(page, "The figures")
    assert [line[0] for line in table_rows(page, "Distribution: Sex")] == ["female", "male"]


def test_a_regression_is_a_table_of_coefficients_with_their_standard_errors(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, RELATED)
    (row,) = opened_by_python(stage, standing_buyer, order, keys).answer.rows
    terms = [each for each in row.estimates if each.kind.value == "linear_regression"]

    stage.show(page, order)
    open_with(page, keys)

    labels = ["Constant", "Reading score", "School average", "Share explained (R²)"]
    assert table_rows(page, "Regression of Exam score") == [
        [
            label,
            written(term.value or 0, 3),
            "" if term.standard_error is None else written(term.standard_error, 3),
            "exact",
        ]
        for label, term in zip(labels, terms, strict=True)
    ]
    correlation = next(each for each in row.estimates if each.kind.value == "correlation")
    assert table_rows(page, "Correlation: Exam score") == [row_of("Reading score", correlation, 3)]
