"""Every screen in a real browser: no fault that axe finds, nothing overflows, nothing is blocked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from marketplace.clients.sandbox_rail import SandboxRail
from marketplace.domain.job import NodeJobStatus
from tests.browsing import RULES
from tests.marketplace.invoice_fakes import FRENCH
from tests.marketplace.web.house import House, Visitor
from tests.marketplace.web.nodes import with_another_number
from tests.marketplace.web.queries import (
    BLURRED,
    BY_REASONING,
    BY_SCHOOL,
    EXACT,
    FITTED,
    FREQUENT,
    HEALTH,
    JOINED_RECORDS,
    NOISY,
    PLACED,
    RELATED,
    SCORES,
    WEEKS,
    ask,
)
from tests.marketplace.web.stage import REFUSED_ANSWERS, Stage, open_with

pytestmark = pytest.mark.browser

QUESTION = "statistic=count&statistic=mean:exam_score&statistic=sd:exam_score&level=1&group_by=school_type"
RELATION = (
    "relation=linear_regression&relation_of=exam_score&relation_with=reading_score&relation_with=school_average"
    "&statistic=quantiles:exam_score:0.1,0.9&level=2&where_sex=female&from_reading_score=-1&verified=yes"
)
JOINED = (
    "join=health/1&statistic=count&statistic=mean:exam_score&statistic=mean:health/1%23age&level=2"
    "&relation=correlation&relation_of=exam_score&relation_with=health/1%23age&group_by=health/1%23age_band"
    "&where_health/1%23sex=female&from_health/1%23age=20"
)
STRANGERS = [
    "/",
    "/?q=health&purpose=dpv:AcademicResearch&people=100",
    "/?q=gossip",
    "/data/exam/1",
    "/data/health/1",
    "/data/framingham/1",
    "/sign-in",
]
PAID, BEGUN = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
NEWCOMERS = [
    "/",
    "/organisation",
    "/money",
    "/orders",
    f"/ask/exam/1?{QUESTION}",
    f"/ask/exam/1/price?{QUESTION}",
]
BUYERS = [
    "/ask/exam/1",
    f"/ask/exam/1?{QUESTION}",
    "/ask/exam/1/price?floor=x",
    f"/ask/exam/1?{RELATION}",
    "/ask/exam/1?statistic=count&engine=additive",
    f"/ask/exam/1/price?{RELATION}",
    "/ask/exam/1/price?relation=k_means&relation_count=x&from_exam_score=many&verified=yes",
    "/ask/exam/1/price?statistic=quantiles:exam_score&statistic=median:exam_score:&level=2",
    "/ask/exam/1/price?statistic=histogram:exam_score&level=exact",
    "/ask/exam/1/price?statistic=mean:exam_score&floor=25&level=2&where_school_type=boys",
    f"/ask/exam/1?{JOINED}",
    "/ask/activity/1?statistic=mean:steps@1,4,4,3&statistic=count:steps@1,12,12,1&from_steps_02=100",
    "/ask/exam/1/price?join=health/1&statistic=mean:health/1%23age&statistic=count&level=2",
    "/ask/exam/1/price?join=exam/1&from_health/1%23age=many",
    f"/ask/exam/1/price?{QUESTION}",
    "/ask/exam/1/price?statistic=count&statistic=mean:exam_score&level=2",
    "/orders",
    "/money",
    "/organisation",
    "/account/invoices",
    "/account/invoices/1",
    "/account/payments",
    f"/account/payments/{PAID}",
    f"/account/payments/{BEGUN}",
    "/operations",
    "/nowhere",
]
ORDERS = ["running", "failed", "sealed", "lied"]
ANSWERS = [
    *("plain", "exact", "groups", "classes", "health"),
    *("related", "blurred", "placed", "frequent", "fitted", "joined", "weeks"),
]
WIDTHS = [1280, 320]
LIGHT: Literal["light"] = "light"
DARK: Literal["dark"] = "dark"


@pytest.fixture(scope="module")
def orders(stage: Stage, standing: House, standing_buyer: Visitor) -> Mapping[str, str]:
    """Orders in every state, by what they are."""
    made = {
        "sealed": standing.answer(standing_buyer, NOISY),
        "plain": standing.answer(standing_buyer, ask(*EXACT.statistics, SCORES)),
        "exact": standing.answer(standing_buyer, EXACT),
        "groups": standing.answer(standing_buyer, BY_SCHOOL),
        "classes": standing.answer(standing_buyer, BY_REASONING),
        "health": standing.answer(standing_buyer, HEALTH),
        "related": standing.answer(standing_buyer, RELATED),
        "blurred": standing.answer(standing_buyer, BLURRED),
        "placed": standing.answer(standing_buyer, PLACED),
        "frequent": standing.answer(standing_buyer, FREQUENT),
        "fitted": standing.answer(standing_buyer, FITTED),
        "joined": standing.answer(standing_buyer, JOINED_RECORDS),
        "weeks": standing.answer(standing_buyer, WEEKS),
    }
    account_id = standing.account_of(standing_buyer).account_id
    standing.services.invoices.set_billing(account_id, FRENCH)
    pay_in(standing, account_id)
    paid = standing.answer(standing_buyer, NOISY)
    standing.services.confirm_result(account_id, paid.order_id)
    standing.nodes.seals = {1: with_another_number}
    made["lied"] = standing.answer(standing_buyer, NOISY)
    standing.nodes.seals = {}
    standing.nodes.fails = NodeJobStatus("FAILED", 1, "protocol_violation", ("node-b",))
    made["failed"] = standing.answer(standing_buyer, NOISY)
    standing.nodes.fails, standing.nodes.stays = None, "COMPUTING"
    made["running"] = standing.order(standing_buyer, NOISY)
    standing.work_on(3)
    return {name: order.order_id for name, order in made.items()}


@pytest.fixture(scope="module")
def stranger(stage: Stage):
    with stage.page() as page:
        yield page


@pytest.fixture(scope="module")
def newcomer(stage: Stage, standing: House):
    with stage.page(standing.buyer("new@institute.example"), expected=REFUSED_ANSWERS) as page:
        yield page


@pytest.fixture(scope="module")
def operator(stage: Stage, standing_operator: Visitor, orders):
    with stage.page(standing_operator) as page:
        yield page


@pytest.fixture(scope="module")
def customer(stage: Stage, standing_buyer: Visitor, orders):
    with stage.page(standing_buyer, expected=REFUSED_ANSWERS) as page:
        yield page


def pay_in(house: House, account_id: str) -> None:
    """One payment that was paid, of which something is asked back, and one that is not paid yet."""
    payments = house.services.payments
    assert payments is not None
    for payment_id in (PAID, BEGUN):
        payments.begin(account_id, payment_id=payment_id, amount_cents=10_000, back_to="https://x.example/")
    payments.take_notice(*SandboxRail(b"k" * 32).pay(payments.read(account_id, PAID)[0]))
    payments.ask_back(account_id, payment_id=PAID, refund_id=PAID, amount_cents=2_000)


def assert_sound(page: Page, address: str) -> None:
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(address)
    assert_good_look(page)


def assert_good_look(page: Page) -> None:
    for fold in page.locator("details").all():
        fold.evaluate("fold => fold.open = true")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options=RULES)

        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", STRANGERS)
def test_what_strangers_see(stage: Stage, stranger: Page, path: str):
    assert_sound(stranger, stage.url + path)


@pytest.mark.parametrize("path", NEWCOMERS)
def test_what_new_buyers_see(stage: Stage, newcomer: Page, path: str):
    assert_sound(newcomer, stage.url + path)


@pytest.mark.parametrize("path", BUYERS)
def test_what_buyers_see(stage: Stage, customer: Page, path: str):
    assert_sound(customer, stage.url + path)


@pytest.mark.parametrize("state", ORDERS)
def test_an_order_in_every_state(stage: Stage, customer: Page, orders, state: str):
    assert_sound(customer, f"{stage.url}/orders/{orders[state]}")


@pytest.mark.parametrize("path", ["/operations", "/operations/billing", "/operations/refunds"])
def test_what_operators_see(stage: Stage, operator: Page, path: str):
    assert_sound(operator, stage.url + path)


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_opened_answer_in_both_colours(stage: Stage, customer: Page, orders, keys: Path, answer: str):
    customer.goto(f"{stage.url}/orders/{orders[answer]}")
    open_with(customer, keys)
    customer.locator("#bill").get_by_text("has been paid").wait_for()

    for colours in (DARK, LIGHT):
        customer.emulate_media(color_scheme=colours)
        assert_good_look(customer)


def test_an_answer_that_was_refused(stage: Stage, customer: Page, orders, keys: Path):
    customer.goto(f"{stage.url}/orders/{orders['lied']}")
    open_with(customer, keys)

    assert_good_look(customer)


@pytest.mark.parametrize("path", ["/ask/exam/1", "/organisation", "/money"])
def test_everything_to_press_is_large_enough_for_a_thumb(stage: Stage, customer: Page, path: str):
    customer.set_viewport_size({"width": 360, "height": 800})
    customer.goto(stage.url + path)

    heights = customer.eval_on_selector_all(
        "main .btn:not([hidden]), main .pill, main select, main .form-control",
        "found => found.map(each => each.getBoundingClientRect().height).filter(height => height > 0)",
    )

    assert min(heights) >= 40
