"""Asking and buying in the browser: the preview follows along, and the page of an order does, too."""

import pytest
from playwright.sync_api import Page, expect

from marketplace.domain.job import JobState
from tests.marketplace.web.house import PASSWORD, House, Visitor
from tests.marketplace.web.queries import NOISY
from tests.marketplace.web.stage import REFUSED_ANSWERS, Stage

pytestmark = pytest.mark.browser

TYPE = """(field, text) => {
    for (const letter of text) {
        field.value += letter;
        field.dispatchEvent(new InputEvent("input", { bubbles: true, data: letter }));
    }
}"""
"""Types faster than any pause of a busy machine between two keys."""


@pytest.fixture
def page(stage: Stage, standing_buyer: Visitor):
    with stage.page(standing_buyer, expected=REFUSED_ANSWERS) as page:
        yield page


def test_the_preview_follows_what_is_ticked(stage: Stage, page: Page):
    page.goto(stage.url + "/ask/exam/1")
    glance = page.locator("#glance")
    expect(glance).to_contain_text("Tick what you want to know.")

    page.get_by_role("checkbox", name="Number of people").check()
    expect(glance).to_contain_text("Number of people, over at least 50 people, with a random error.")
    expect(glance).to_contain_text("€171.43")

    page.get_by_role("radio", name="Light protection").check()
    expect(glance).to_contain_text("This question cannot be answered")
    glance.get_by_role("link", name="Ask this instead").click()
    expect(page.locator("#glance")).to_contain_text("€171.43")
    assert page.get_by_role("checkbox", name="Number of people").is_checked()


def test_the_preview_waits_until_the_crowd_is_typed(stage: Stage, page: Page):
    page.goto(stage.url + "/ask/exam/1?statistic=count")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "glance" in request.url else None)

    page.get_by_label("Smallest crowd").evaluate(TYPE, "00")

    expect(page.locator("#glance")).to_contain_text("Fewer than 5000 people take part in this.")
    assert len(asked) == 1


def test_a_question_is_asked_and_bought_with_the_keyboard_alone(stage: Stage, page: Page, standing: House):
    page.goto(stage.url + "/ask/exam/1?level=2")
    box = page.get_by_role("checkbox", name="Average").first
    box.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="See price and accuracy").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Buy this answer for at most").wait_for()
    page.get_by_role("button", name="Buy this answer for at most").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Your question")).to_be_visible()
    expect(page.locator("#progress")).to_contain_text("Waiting for the nodes")


def test_a_relation_among_some_of_the_people_is_asked_with_the_keyboard_alone(stage: Stage, page: Page):
    page.goto(stage.url + "/ask/exam/1?level=2")
    for fold in ("How do several numbers go together?", "Only some of the people, by what is never shown"):
        page.get_by_text(fold).focus()
        page.keyboard.press("Enter")

    def choose(label: str, option: str) -> None:
        page.get_by_label(label).first.focus()
        page.keyboard.type(option)

    choose("Relation", "How closely")
    choose("What it is about", "Exam score")
    page.get_by_role("checkbox", name="Reading score", exact=True).focus()
    page.keyboard.press("Space")
    choose("Only people with this: sex", "female")
    page.get_by_label("School average, from").focus()
    page.keyboard.type("-0.5")
    page.get_by_role("checkbox", name="Check the nodes’ arithmetic (slower)").focus()
    page.keyboard.press("Space")

    asked = (
        "How closely exam score goes together with reading score, only school average: -0.5 to 1, only sex:"
        " female, over at least 50 people, with a random error, with the calculation checked."
    )
    expect(page.locator("#glance")).to_contain_text(asked)
    page.get_by_role("button", name="See price and accuracy").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Price and accuracy")).to_be_visible()


def test_two_quick_clicks_buy_once(stage: Stage, page: Page, standing: House, standing_buyer: Visitor):
    account_id = standing.account_of(standing_buyer).account_id
    before = len(standing.services.list_orders(account_id))
    page.goto(stage.url + "/ask/exam/1/price?statistic=count&level=2&floor=30")

    page.get_by_role("button", name="Buy this answer for at most").dblclick()

    expect(page.get_by_role("heading", name="Your question")).to_be_visible()
    assert len(standing.services.list_orders(account_id)) == before + 1


def test_the_page_of_an_order_follows_the_job_to_its_answer(
    stage: Stage, page: Page, standing: House, standing_buyer: Visitor
):
    standing.nodes.stays = "ADMITTING"
    order = standing.order(standing_buyer, NOISY)
    stage.show(page, order)
    expect(page.locator("[aria-current=step]")).to_contain_text("Waiting for the nodes")

    standing.nodes.stays = "COMPUTING"
    standing.work_on(20)
    expect(page.locator("[aria-current=step]")).to_contain_text("The nodes compute together")

    standing.nodes.stays = None
    standing.work_on(20)
    expect(page.get_by_role("heading", name="The answer is sealed")).to_be_visible()
    assert standing.order_of(standing_buyer, order.order_id).state is JobState.RELEASED


def test_signing_in_leads_back_to_the_question(stage: Stage, standing: House):
    standing.account("late@institute.example")
    with stage.page() as page:
        page.goto(stage.url + "/ask/exam/1?statistic=count")
        page.get_by_label("E-mail").fill("late@institute.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", name="Ask about Exam results")).to_be_visible()
        assert page.get_by_role("checkbox", name="Number of people").is_checked()


def test_a_session_that_ended_leads_to_the_door(stage: Stage, page: Page):
    page.goto(stage.url + "/ask/exam/1")
    page.context.clear_cookies()

    page.get_by_role("checkbox", name="Number of people").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
