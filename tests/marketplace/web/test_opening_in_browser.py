"""Opening an answer in the browser: the numbers of the Python tools, shown with their error, and paid."""

import csv
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from consent.answer import Answer, decode
from consent.computation import Computation, compile_groups
from consent.estimate import Estimate
from consent.query import Query
from crypto.signing import VerifyingKey
from marketplace.domain.job import JobState
from marketplace.domain.view import OrderView
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import OpenedResult, Placed, open_result, read_result
from ssi.dataset import data_set
from tests.marketplace.fakes import deterministic
from tests.marketplace.web.house import COMPANY, JARGON, Visitor
from tests.marketplace.web.queries import (
    BLURRED,
    BY_REASONING,
    BY_SCHOOL,
    COUNT,
    EXACT,
    FITS,
    FITTED,
    FREQUENT,
    HEALTH,
    MEAN_SCORE,
    NOISY,
    PLACED,
    PLACES,
    RELATED,
    RELATIONS,
    SCORES,
    SPREAD_OF_SCORES,
    ask,
)
from tests.marketplace.web.stage import Stage, key_file, open_with, table_rows

pytestmark = pytest.mark.browser

NUMBERS = ("value", "noiseSd", "low", "high", "standardError", "noiseRankSd")
DECODE = """async ({ computation, totals }) => {
    const { decode } = await import("/market/answer.js");
    return decode(computation, totals.map(BigInt));
}"""


def opened_by_python(stage: Stage, buyer: Visitor, order: OrderView, keys: Path) -> OpenedResult:
    """The same answer, opened by the Python tools."""
    document = buyer.get(f"/orders/{order.order_id}/result").json
    assert document is not None
    authority = VerifyingKey.from_jwk(document["authority"])
    sealed = read_result(document, authority, now=stage.house.clock.now)
    return open_result(sealed, BuyerKeys.from_json(keys.read_bytes()), Placed(order.order_id, sealed.query))


def written(number: float, decimals: int) -> str:
    return f"{number:,.{decimals}f}".replace("-", "−")


def number_in(text: str) -> object:
    """The number in a field of a table file, None where it is empty."""
    return pytest.approx(float(text)) if text else None


def row_of(label: str, estimate: Estimate, decimals: int) -> list[str]:
    """A row of a table as the page writes it."""
    assert estimate.value is not None
    assert estimate.interval95 is not None
    low, high = (written(end, decimals) for end in estimate.interval95)
    return [label, written(estimate.value, decimals), f"{low} to {high}" if estimate.noise_sd else "exact"]


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

    assert table_rows(page, "The figures")[1:] == [
        row_of("Average: Exam score", row.estimates[1], 3),
        row_of("Spread: Exam score", row.estimates[2], 3),
    ]
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
    assert places[0].label == "2.5 %"
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
        (ask(*PLACES[:2], epsilon=None), (None,)),
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


def test_opening_pays_the_people_and_shows_the_new_bill(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, NOISY)

    stage.show(page, order)
    open_with(page, keys)

    expect(page.locator("#bill")).to_contain_text(
        "Everybody who took part has been paid: €120.00 for 120 people."
    )
    expect(page.locator("#confirmation")).to_have_count(0)
    assert stage.house.order_of(standing_buyer, order.order_id).state is JobState.SETTLED


def test_an_answer_that_was_paid_for_opens_again(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, NOISY)
    standing_buyer.send(f"/orders/{order.order_id}/confirmation")

    stage.show(page, order)
    open_with(page, keys)

    expect(page.get_by_text("Opened and checked")).to_be_visible()


def test_nothing_of_the_answer_or_the_keys_is_sent(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, NOISY)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))

    stage.show(page, order)
    open_with(page, keys)
    expect(page.locator("#bill")).to_contain_text("has been paid")

    secrets = json.loads(keys.read_text())["result_keys"]
    shown = [line[1] for line in table_rows(page, "The figures")]
    everything = " ".join(sent)
    assert "/confirmation" in everything
    assert [secret for secret in [*secrets, *shown] if secret in everything] == []


def test_the_method_says_what_over_whom_how_protected_and_by_whom(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, BY_SCHOOL)

    stage.show(page, order)
    open_with(page, keys)

    said = page.locator(".method").inner_text()
    assert (
        "Number of people and average exam score by type of school, over at least 25 people, exact." in said
    )
    assert "120 people, each of whom allowed it" in said
    assert "node-a (Operator of node-a), node-b (Operator of node-b), node-c (Operator of node-c)" in said
    assert "No group of fewer than 25 people was computed." in said
    assert order.order_id in said


def test_the_table_file_is_made_in_the_browser_in_full_precision(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, BY_REASONING)
    answer = opened_by_python(stage, standing_buyer, order, keys).answer

    stage.show(page, order)
    open_with(page, keys)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a table (CSV)").click()

    assert download.value.suggested_filename == f"argonauta-{order.order_id}.csv"
    with Path(download.value.path()).open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    averages = [line for line in lines if line["statistic"] == "Average: Exam score"]
    expected = [row.estimates[1] for row in answer.rows]
    assert [line["group_or_class"] for line in averages] == [
        "lowest quarter",
        "middle half",
        "highest quarter",
    ]
    assert [number_in(line["answer"]) for line in averages] == [each.value for each in expected]
    assert [number_in(line["noise_standard_deviation"]) for line in averages] == [
        each.noise_sd for each in expected
    ]
    assert [line["withheld"] != "" for line in averages] == [each.withheld is not None for each in expected]
    assert len(lines) == 3 + 3 + 3 * 16


def test_the_signed_documents_can_be_kept_and_opened_by_the_python_tools(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, NOISY)

    stage.show(page, order)
    open_with(page, keys)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the signed documents").click()

    document = json.loads(Path(download.value.path()).read_bytes())
    sealed = read_result(document, VerifyingKey.from_jwk(document["authority"]), now=stage.house.clock.now)
    assert sealed.order_id == order.order_id


def test_the_drawing_fits_its_place_and_has_whiskers(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, BY_REASONING)

    page.set_viewport_size({"width": 320, "height": 800})
    stage.show(page, order)
    open_with(page, keys)
    page.locator(".drawing svg").first.wait_for()

    outside = page.eval_on_selector_all(
        ".drawing",
        """(places) => places.flatMap((place) => {
            const outer = place.getBoundingClientRect();
            return [...place.querySelectorAll("text, rect, line, circle")]
                .filter((part) => !part.closest("pattern"))
                .map((part) => part.getBoundingClientRect())
                .filter((inner) => inner.left < outer.left - 1 || inner.right > outer.right + 1);
        }).length""",
    )
    assert outside == 0
    assert page.locator(".drawing-whisker").count() > 3 * 16
    assert "NaN" not in page.locator("#opening").inner_html()


def test_the_opened_answer_speaks_plainly(stage: Stage, standing_buyer: Visitor, page: Page, keys: Path):
    order = stage.house.answer(standing_buyer, BY_REASONING)

    stage.show(page, order)
    open_with(page, keys)

    assert JARGON.findall(page.locator("#opening").inner_text()) == []


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
