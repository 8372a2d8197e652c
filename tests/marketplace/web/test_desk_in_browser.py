"""The operator's desk in a real browser: wide and narrow, light and dark, and axe finds no fault."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

from marketplace.services.keep_nodes import KeepNodes
from tests.browsing import look
from tests.marketplace.web.desk import BREACH, NAME, PAYOUT, REQUEST, WORDS, ask_for_a_copy, ask_for_a_payout
from tests.marketplace.web.house import House, Visitor
from tests.marketplace.web.stage import Stage
from tests.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def operator(house: House) -> Visitor:
    """An operator with a full desk, in a market whose nodes changed."""
    desk = house.services.oversight.nodes.desk
    known = desk.registry()
    before = replace(known, nodes=(replace(known.nodes[0], operator="Old Ltd."), *known.nodes[1:]))
    KeepNodes(replace(desk, registry=lambda: before)).take_first()
    ask_for_a_payout(house)
    ask_for_a_copy(house)
    return house.operator()


def test_every_page_of_a_full_desk(house: House, operator: Visitor, browser: Browser):
    operator.send("/operations/breaches", **BREACH)
    operator.send(f"/operations/requests/{REQUEST}/look", because="To answer it.")
    operator.send("/operations/processing/health/1/approval", reference="DSFA 3")
    with serving(house.app) as url, Stage(house, url, browser).page(operator) as page:
        for path, says in (
            ("", "Who is trusted, and until when"),
            ("/breaches", "Each has 72 hours"),
            ("/breaches/breach-1", "The clock runs"),
            ("/requests", "A copy of her data"),
            (f"/requests/{REQUEST}", "What the person reads"),
            ("/payouts", "waits for approval"),
            ("/processing", "Measures in force"),
            ("/processing/health/1", "Risks to people"),
            ("/looks", "To answer it."),
            ("/nodes", "The nodes are not those that were approved"),
        ):
            page.goto(f"{url}/operations{path}")
            _open_folds(page)
            look(page, says=says)


def _open_folds(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def test_a_breach_is_recorded_and_told_with_the_keyboard(house: House, operator: Visitor, browser: Browser):
    with serving(house.app) as url, Stage(house, url, browser).page(operator) as page:
        page.goto(f"{url}/operations/breaches")
        page.get_by_label("When did you become aware?").fill(str(BREACH["aware_at"]))
        page.get_by_label("What happened?").fill("A copy was taken.")
        page.get_by_label("Somebody saw or may have seen data").check()
        page.get_by_label("What may follow for people?").fill("Little.")
        page.get_by_label("What is done or planned").fill("The door is closed.")
        page.get_by_role("button", name="Record it").press("Enter")
        page.get_by_text("Its clock runs").wait_for()
        page.get_by_text("Tell the people", exact=True).press("Enter")
        page.get_by_label("What happened, in plain words").fill("A copy was taken.")
        page.get_by_label("What may follow for people", exact=True).fill("Little.")
        page.get_by_label("What is done, and what people can do").fill("Nothing.")
        page.get_by_label("Whom people can ask").fill("dpo@market.example")
        page.get_by_role("button", name="Publish the notice").press("Enter")
        look(page, says="Each wallet finds by itself")
    assert len(house.services.oversight.breaches.notices()) == 1


def test_the_glass_is_broken_once(house: House, operator: Visitor, browser: Browser):
    with serving(house.app) as url, Stage(house, url, browser).page(operator) as page:
        page.goto(f"{url}/operations/payouts")
        page.get_by_text("See who is paid").press("Enter")
        page.get_by_label("Why do you have to see this?").fill("The bank sent it back.")
        page.keyboard.press("Enter")
        look(page, says=NAME)
        page.goto(f"{url}/operations/requests/{REQUEST}")
        page.get_by_text("Look at what she wrote").press("Enter")
        page.get_by_label("Why do you have to see this?").fill("To answer it.")
        page.get_by_role("button", name="Show it once").press("Enter")
        look(page, says=WORDS)
        page.goto(f"{url}/operations/payouts")
        assert NAME not in page.content()
        page.goto(f"{url}/operations/looks")
        look(page, says=f"payout {PAYOUT}")
