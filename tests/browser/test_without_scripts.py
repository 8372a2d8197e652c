"""The core screens in a browser that runs no scripts: everything works but opening an answer."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from examples import clear
from examples.town import Town
from tests.browser import customer, officer, person
from tests.browser.hand import Hand
from tests.browsing import quiet_page

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(400)]

BERTA = "berta"


@pytest.fixture
def hand(browser: Browser) -> Iterator[Hand]:
    with quiet_page(browser, java_script_enabled=False) as page:
        yield Hand(page, scripts=False)


def test_a_person_adds_a_record_offers_it_and_withdraws(hand, town, crowd):
    officer.sign_in(hand, town)
    handover = officer.issue(hand, crowd.newcomers[1])
    person.sign_up(hand, town, BERTA)
    person.keep(hand, handover)
    hand.press("Offer this record")
    for _ in range(4):
        hand.press("Continue")
    hand.look("Do you agree?")
    hand.press("I agree")
    hand.sees("Your agreement is signed")
    hand.visit("Agreements")
    hand.press_until("Check now", "Active")
    hand.follow("End this agreement")
    hand.press("End it now")

    expect(hand.page.get_by_text("Deleted, proof checked")).to_have_count(len(Town.NODES))


def test_a_buyer_asks_and_pays_and_the_answer_opens_where_scripts_run(hand, browser, town, crowd, buyer):
    customer.sign_in(hand, town, buyer.email, buyer.password)
    customer.begin_question(hand)
    customer.pick(hand, "Exam score", "Average")
    hand.fill("Compare groups", "school_type")
    hand.fill("Smallest crowd", "20")
    hand.tick("No noise: the exact answer")
    hand.press("See price and accuracy")
    hand.look("You pay at most")
    hand.click(hand.page.get_by_role("button", name=re.compile("^Buy this answer")))
    hand.sees("About this order")
    expect(hand.page.get_by_role("heading", name="Your answer")).to_be_visible()
    hand.look()
    assert "Opening an answer needs scripts" in hand.words()

    with quiet_page(browser) as page:
        reader = Hand(page)
        customer.sign_in(reader, town, buyer.email, buyer.password)
        page.goto(hand.page.url)
        customer.open_with(reader, buyer)
        expect(page.locator("figure.chart svg")).to_be_visible()
        reader.look("Some groups are withheld", "boys only, girls only")
        answer = customer.saved_answer(reader)

    mixed = clear.grouped([member.record.values for member in crowd.members], "school_type")["mixed"]
    shown = {group: float(value) for (_, group), value in answer.items() if value}
    assert shown == pytest.approx({"girls and boys": clear.mean(mixed, "exam_score")}, rel=1e-9)
