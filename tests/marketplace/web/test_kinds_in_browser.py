"""The further kinds of answer in the browser, and the same estimates as in Python for all of them."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page

from consent.answer import Answer, decode
from consent.computation import Computation, compile_groups
from consent.query import Query
from ssi.dataset import data_set
from tests.marketplace.fakes import deterministic
from tests.marketplace.web.house import JARGON, Visitor
from tests.marketplace.web.opened import opened_by_python, row_of, written
from tests.marketplace.web.queries import (
    BLURRED,
    COUNT,
    EXACT,
    FITS,
    FITTED,
    FREQUENT,
    HEALTH,
    MEAN_SCORE,
    PLACED,
    PLACES,
    RELATIONS,
    SCORES,
    SPREAD_OF_SCORES,
    ask,
)
from tests.marketplace.web.stage import Stage, open_with, table_rows

pytestmark = pytest.mark.browser

NUMBERS = ("value", "noiseSd", "low", "high", "standardError", "noiseRankSd")
DECODE = """async ({ computation, totals }) => {
    const { decode } = await import("/market/answer.js");
    return decode(computation, totals.map(BigInt));
}"""


@pytest.fixture
def page(stage: Stage, standing_buyer: Visitor):
    with stage.page(standing_buyer) as page:
        yield page


def test_quantiles_are_a_table_and_a_box(stage: Stage, standing_buyer: Visitor, page: Page, keys: Path):
    order = stage.house.answer(standing_buyer, PLACED)
    (row,) = opened_by_python(stage, standing_buyer, order, keys).answer.rows

    stage.show(page, order)
    open_with(page, keys)
    page.locator(".drawing-box").wait_for()

    places = row.estimates[1:]
    assert table_rows(page, "Quantiles: Exam score") == [
        row_of(f"{each.label} are below", each, 3) for each in places
    ]
    assert places[0].label == "12.5 %"
    assert page.locator(".drawing-dot").count() == len(places)


def test_the_most_frequent_are_bars_with_their_error(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, FREQUENT)
    opened = opened_by_python(stage, standing_buyer, order, keys)
    (row,) = opened.answer.rows
    words = {each.code: each.label["en"] for each in data_set("exam/1").attribute("intake").categories}

    stage.show(page, order)
    open_with(page, keys)
    page.locator(".drawing-bar").first.wait_for()

    assert table_rows(page, "Most frequent: Level at entry") == [
        row_of(words[each.label or ""], each, 0) for each in row.estimates
    ]
    assert opened.computation.filters
    assert "only sex: female" in page.locator(".method").inner_text()


def test_groups_of_people_are_a_table_of_averages_and_small_ones_are_withheld(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, FITTED)
    (row,) = opened_by_python(stage, standing_buyer, order, keys).answer.rows
    clusters = [each for each in row.estimates if each.kind.value == "k_means"]

    stage.show(page, order)
    open_with(page, keys)

    shown = table_rows(page, "Groups of similar people by Exam score, Reading score")
    assert [line[0] for line in shown] == ["Group 1", "Group 2", "Group 3"]
    for place, line in enumerate(shown):
        exam, reading, people = clusters[3 * place : 3 * place + 3]
        if people.value is None:
            assert line[1:] == ["withheld"] * 3
        else:
            assert line[1:] == [
                written(exam.value or 0, 3),
                written(reading.value or 0, 3),
                written(people.value, 0),
            ]
    terms = [line[0] for line in table_rows(page, "Yes-or-no regression of Sex")]
    assert terms == ["Constant", "Exam score", "Reading score"]


def test_every_new_answer_can_be_saved_as_a_table_without_gaps(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    for query, numbers in ((BLURRED, 9), (FITTED, 3 + 9)):
        order = stage.house.answer(standing_buyer, query)
        stage.show(page, order)
        open_with(page, keys)
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as a table (CSV)").click()

        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert "undefined" not in text
        assert "null" not in text
        assert "NaN" not in text
        assert len(list(csv.DictReader(text.splitlines()))) == numbers
        assert JARGON.findall(page.locator("#opening").inner_text()) == []


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        (ask(COUNT, MEAN_SCORE, SPREAD_OF_SCORES, SCORES), (None,)),
        (ask(COUNT, MEAN_SCORE, SPREAD_OF_SCORES, epsilon="0.5"), (None,)),
        (EXACT, (None,)),
        (ask(COUNT, MEAN_SCORE, SPREAD_OF_SCORES, group_by="sex"), ("female", "male")),
        (ask(MEAN_SCORE, group_by="school_type", floor=10), ("mixed", "girls")),
        (HEALTH, (None,)),
        (ask(*RELATIONS), (None,)),
        (ask(*RELATIONS, epsilon=None), (None,)),
        (ask(*RELATIONS, group_by="school_type", floor=10), ("mixed", "girls")),
        (ask(*PLACES, group_by="sex"), ("female", "male")),
        (PLACED, (None,)),
        (ask(*FITS, epsilon=None, group_by="school_type", floor=10), ("mixed", "girls")),
    ],
)
def test_sums_become_the_same_estimates_as_in_python(stage: Stage, query: Query, groups):
    described = data_set(query.data_set)
    computation = compile_groups(query, described, groups=groups, people=5000)
    cases = [plausible_totals(computation, described.columns, seed) for seed in range(25)]

    with stage.page() as page:
        page.goto(stage.url + "/how-it-works")
        for totals in cases:
            rows = page.evaluate(
                DECODE, {"computation": computation.to_json(), "totals": [str(total) for total in totals]}
            )
            assert_same(rows, decode(computation, totals))


def plausible_totals(computation: Computation, columns, seed: int) -> list[int]:
    """Sums as a crowd between nobody and thousands could have them, with wild noise now and then."""
    random = deterministic(f"totals {seed}")

    def draw(bound: int) -> int:
        return int.from_bytes(random(8), "big") % max(1, bound)

    people = draw(6000)
    totals = []
    for cell in computation.cells:
        most = columns[cell.left if cell.right is None else cell.right].maximum
        wild = draw(4) == 0
        totals.append(draw(2**50) - 2**49 if wild else draw(people * most + 1))
    return [*totals, *(draw(7000) - 500 for _ in range(computation.results - len(totals)))]


def assert_same(rows, answer: Answer) -> None:
    assert [row["group"] for row in rows] == [row.group for row in answer.rows]
    for row, expected in zip(rows, answer.rows, strict=True):
        for found, estimate in zip(row["estimates"], expected.estimates, strict=True):
            if estimate.withheld is not None:
                assert found["withheld"] == estimate.withheld.value
                continue
            assert found.get("withheld") is None
            numbers = [found.get(name) for name in NUMBERS]
            low, high = estimate.interval95 or (None, None)
            expected_numbers = [estimate.value, estimate.noise_sd, low, high]
            expected_numbers += [estimate.standard_error, estimate.noise_rank_sd]
            assert [each is None for each in numbers] == [each is None for each in expected_numbers]
            assert [each or 0.0 for each in numbers] == pytest.approx(
                [each or 0.0 for each in expected_numbers], rel=1e-7, abs=1e-9
            )
            assert found.get("label") == estimate.label
            assert found.get("index") == estimate.index
