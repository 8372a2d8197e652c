"""Signing in and offering a record with the keyboard alone."""

import pytest

from tests.browser import officer, person
from tests.browser.hand import Hand
from tests.browsing import quiet_page

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(400)]

NAME = "clara"


@pytest.fixture
def hand(browser, town, crowd):
    """Clara, whose wallet is locked again; from here on nothing is clicked."""
    with quiet_page(browser) as page:
        hand = Hand(page)
        officer.sign_in(hand, town)
        handover = officer.issue(hand, crowd.newcomers[2])
        person.sign_up(hand, town, NAME)
        person.keep(hand, handover)
        hand.press("Lock")
        hand.sees("Your wallet is locked")
        hand.clicks = 0
        yield hand


def test_a_person_signs_in_and_offers_a_record_without_a_mouse(hand):
    keyboard = hand.page.keyboard
    keyboard.type(NAME)
    keyboard.press("Tab")
    keyboard.type(person.PASSWORD)
    keyboard.press("Enter")
    hand.sees(f"Hello, {NAME}")
    hand.tab_to("Choose a record")
    keyboard.press("Enter")
    hand.sees("Only you can read them here")
    hand.tab_to("Exam results")
    keyboard.press("Enter")
    hand.sees("Who signed it")
    hand.tab_to("Offer this record")
    keyboard.press("Enter")
    hand.sees("Parts of the record")
    hand.tab_to("Sex")
    keyboard.press("Space")
    hand.tab_to("Continue")
    keyboard.press("Enter")
    hand.sees("Who may ask?")
    hand.tab_to("Hospitals")
    keyboard.press("Space")
    hand.tab_to("Continue")
    keyboard.press("Enter")
    hand.sees("How large must the group be?")
    hand.tab_to("At least 50 people")
    keyboard.press("ArrowDown")
    hand.tab_to("Continue")
    keyboard.press("Enter")
    hand.sees("At least, for each use")
    hand.tab_to("Continue")
    keyboard.press("Enter")
    hand.sees("Do you agree?")
    hand.tab_to("I agree")
    keyboard.press("Enter")
    hand.sees("Your agreement is signed")

    assert hand.clicks == 0
    assert "hospitals" in hand.words()
    assert "100" in hand.words()
