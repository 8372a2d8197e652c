"""The core screens in a browser that runs no scripts: everything works but opening an answer."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from examples.town import Town
from tests.browser import customer, officer, person
from tests.browser.hand import Hand
from tests.browsing import quiet_page

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(400)]

BERTA = "berta"

FARTHEST = 45
"""Eight standard deviations of the noise, and a few people who came or left."""


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
    # With noise: exact answers were given about these people before, and one of them may have left since.
    customer.pick(hand, "The crowd", "Number of people")
    hand.fill("Smallest crowd", "20")
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
        reader.sees("How this answer was made")
        reader.look("Number of people")
        answer = customer.saved_answer(reader)

    (people,) = answer.values()
    assert float(people) == pytest.approx(len(crowd.members), abs=FARTHEST)
