"""What becomes of an answer that was opened in the browser: it is paid, explained, drawn and kept."""

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from consent.cosignature import cosign
from consent.note import read_note
from crypto.encoding import canonical_json
from crypto.signing import VerifyingKey
from marketplace.domain.job import JobState
from marketplace.sdk.proof_check import verify_proof
from marketplace.sdk.result import read_result
from marketplace.sdk.table import rows_of
from tests.marketplace.web.crowd import NAMES
from tests.marketplace.web.house import JARGON, Visitor
from tests.marketplace.web.opened import opened_by_python
from tests.marketplace.web.queries import (
    BY_REASONING,
    BY_SCHOOL,
    COUNT,
    EXACT,
    MEAN_SCORE,
    NOISY,
    SPREAD_OF_SCORES,
    ask,
)
from tests.marketplace.web.stage import Stage, open_with, table_rows
from tests.ssi import parties

pytestmark = pytest.mark.browser


def number_in(text: str) -> object:
    """The number in a field of a table file, None where it is empty."""
    return pytest.approx(float(text)) if text else None


def witnessed(document: Any, now: datetime) -> None:
    """Let two nodes cosign the state of the log, which the nodes of this stage do not."""
    inclusion = document["papers"]["inclusion"]
    text, _ = read_note(inclusion["checkpoint"])
    for name in NAMES[:2]:
        inclusion["checkpoint"] += cosign(text, name, parties.ed25519(name), now).to_text()


@pytest.fixture
def page(stage: Stage, standing_buyer: Visitor):
    with stage.page(standing_buyer) as page:
        yield page


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
    assert "100 people, each of whom allowed it" in said  # 20 are in a group that is too small
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


def test_a_proof_is_saved_that_a_reader_checks_with_the_authoritys_key(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, NOISY)
    answer = opened_by_python(stage, standing_buyer, order, keys).answer

    stage.show(page, order)
    open_with(page, keys)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save a proof for others").click()

    document = json.loads(Path(download.value.path()).read_bytes())
    assert download.value.suggested_filename == f"argonauta-{order.order_id}-proof.json"
    secrets = json.loads(keys.read_text())["result_keys"]
    assert [secret for secret in secrets if secret in json.dumps(document)] == []
    now = stage.house.clock.now
    witnessed(document, now)
    assert verify_proof(canonical_json(document), parties.AUTHORITY.public, now=now).answer == answer


def test_the_answer_for_programs_has_the_numbers_in_full(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, EXACT)
    opened = opened_by_python(stage, standing_buyer, order, keys)

    stage.show(page, order)
    open_with(page, keys)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save for programs").click()

    document = json.loads(Path(download.value.path()).read_bytes())
    assert document["query"] == opened.query.to_json()
    table = rows_of(opened)
    for name, column in [
        ("answer", "value"),
        ("both_95_low", "both_95_low"),
        ("standard_error", "sampling_se"),
    ]:
        expected = [None if row[column] is None else pytest.approx(row[column]) for row in table]
        assert [row[name] for row in document["rows"]] == expected


def test_an_average_says_how_far_the_choice_of_people_may_move_it(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    query = ask(COUNT, MEAN_SCORE, SPREAD_OF_SCORES, epsilon=None, floor=25, group_by="school_type")
    order = stage.house.answer(standing_buyer, query)
    shown = opened_by_python(stage, standing_buyer, order, keys).answer.rows

    stage.show(page, order)
    open_with(page, keys)

    figure = page.locator("figure", has=page.get_by_text("Average: Exam score", exact=True))
    expect(figure.locator(".drawing").get_by_text("95 %: sampling")).to_be_visible()
    assert figure.locator(".drawing-wide").count() == 1 + len(shown)  # the first is the legend's
    assert page.locator("figure", has_text="Spread: Exam score").locator(".drawing-wide").count() == 0
    lines = table_rows(page, "Average: Exam score")
    assert [" to " in line[3] for line in lines] == [True] * len(shown) + [False]


def test_the_card_names_who_could_have_seen_a_record_and_the_limits(
    stage: Stage, standing_buyer: Visitor, page: Page, keys: Path
):
    order = stage.house.answer(standing_buyer, EXACT)

    stage.show(page, order)
    open_with(page, keys)

    said = page.locator(".method").inner_text()
    assert "Any two of the three nodes together could rebuild every record" in said
    assert "must not be compared" in said
    assert f"entry {order.log_index} of the public log" in said
    page.get_by_text("The same answer for programs").click()
    expect(page.locator(".method pre").first).to_contain_text("buyer collect order.json")


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
