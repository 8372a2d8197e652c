"""The whole story from the browser: issue, hold, offer, ask, pay, open, look back, withdraw, revoke, oversee.

The tests are the chapters of one story and run in their order; where one fails, the rest is not told.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, expect

from examples import clear
from examples.clear import Person as Values
from examples.records import Record
from examples.town import WORKER, Town
from marketplace.domain.split import price_of
from tests.browser import customer, officer, person
from tests.browser.conftest import Crowd
from tests.browser.hand import Hand
from tests.browser.officer import EXAM, Handover
from tests.browsing import quiet_page

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(400)]

ANNA = "anna"
CENTS = 50
PAID = f"€{CENTS / 100:.2f}"
REFUSED = "status of 422"


@dataclass
class Story:
    """What earlier chapters leave to later ones."""

    handover: Handover | None = field(default=None, repr=False)
    clicks_to_agree: int = 0


@pytest.fixture(scope="module")
def so_far() -> Story:
    return Story()


@contextmanager
def at_a_page(browser: Browser, *, expected: str = "\0") -> Iterator[Hand]:
    with quiet_page(browser, expected=expected) as page:
        yield Hand(page)


@contextmanager
def town_without_worker(town: Town) -> Iterator[None]:
    """Nobody drives the jobs meanwhile, so that what happens next waits to be looked at."""
    town.stop(WORKER)
    yield
    town.start(WORKER)


def record_of_anna(crowd: Crowd) -> Record:
    return crowd.newcomers[0]


def everybody(crowd: Crowd) -> list[Values]:
    """Everybody who is in the answer: those who were there, and Anna."""
    return [*(member.record.values for member in crowd.members), record_of_anna(crowd).values]


def test_an_officer_issues_a_record_by_the_form_that_its_data_set_makes(browser, town, crowd, so_far):
    record = record_of_anna(crowd)
    with at_a_page(browser, expected=REFUSED) as hand:
        hand.page.goto(town.url(officer.UNIVERSITY))
        hand.look("The registry office of Example University")
        officer.sign_in(hand, town)
        hand.look("Waiting", "Collected")
        officer.fill_in(hand, record)
        hand.fill("Valid for", "often")
        hand.press("Check it")
        hand.look("Please look at one thing again", "Valid for: enter a number of days")
        hand.fill("Valid for", "365")
        hand.press("Check it")
        hand.look("This is how the person will see it", "Verbal reasoning")
        hand.press("Issue it")
        so_far.handover = officer.hand_over(hand)
        hand.look("Tell the code another way")
        hand.visit("Records")
        hand.look("Records", "Waiting")

        row = hand.page.get_by_role("row").filter(has_text=record.external_id)
        expect(row).to_contain_text("Waiting")


def test_a_new_person_makes_a_wallet_and_keeps_the_record(browser, town, crowd, so_far):
    assert so_far.handover is not None
    with at_a_page(browser, expected=REFUSED) as hand:
        hand.page.goto(town.url("wallet"))
        hand.look("Open your wallet")
        hand.click(hand.page.get_by_role("link", name="Make one"))
        hand.look("Make your wallet")
        person.sign_up(hand, town, ANNA)
        hand.look("Add your first record")
        hand.follow("Add your first record")
        hand.look("You see what you would get before anything is fetched")
        hand.fill("Link", so_far.handover.link)
        hand.press("Continue")
        hand.look("What you would get", "Verified issuer")
        hand.fill("Code", "000000" if so_far.handover.code != "000000" else "111111")
        hand.press("Get the record")
        hand.look("code")
        hand.fill("Code", so_far.handover.code)
        hand.press("Get the record")
        hand.look("Is this your record?", "Example University signed exactly this")
        hand.press("Keep it in my wallet")
        hand.look("Who signed it", "Verified issuer", "Nobody else can read it")

        for attribute in EXAM.attributes:
            hand.sees(attribute.label["en"])
        hand.visit("Home")
        hand.look("Two steps to your first earnings")


def test_she_offers_it_in_five_steps_and_three_nodes_accept(browser, town, so_far):
    with at_a_page(browser) as hand:
        person.sign_in(hand, town, ANNA)
        hand.follow("Choose a record")
        hand.look("Only you can read them here")
        hand.click(hand.page.get_by_role("link", name="Exam results"))
        hand.clicks = 0
        hand.press("Offer this record")
        hand.look("Parts of the record")
        hand.press("Continue")
        hand.look("Who may ask?", "Research institutes")
        hand.press("Continue")
        hand.tick("Medium protection")
        hand.tick("Also allow exact answers, without a random error")
        hand.look("How large must the group be?", "exact")
        hand.press("Continue")
        hand.look("At least, for each use")
        hand.press("Continue")
        hand.look(
            "Nothing has been shared yet", "What leaves your wallet", "What this cannot protect you from"
        )
        hand.press("I agree")
        so_far.clicks_to_agree = hand.clicks
        hand.look("Your agreement is signed", "Compensation")
        hand.sees("All three computing partners have accepted it")
        hand.look("Nobody has used it yet")
        hand.visit("Agreements")
        hand.look("Active")
        hand.look("What you allowed, and how to end it")


def test_a_buyer_is_told_why_a_question_is_too_narrow_and_what_to_ask_instead(browser, town, buyer, so_far):
    with at_a_page(browser, expected=REFUSED) as hand:
        customer.sign_in(hand, town, buyer.email, buyer.password)
        customer.begin_question(hand)
        customer.pick(hand, "Exam score", "Average")
        hand.fill("Smallest crowd", "500")
        hand.tick("No noise: the exact answer")
        hand.press("See price and accuracy")
        hand.look("This question cannot be answered", "Ask this instead")
        hand.click(hand.page.get_by_role("link", name="Ask this instead").first)
        hand.sees("You pay at most") if "price" in hand.page.url else hand.sees("Price at most")
        hand.look()


def test_a_buyer_asks_pays_and_opens_the_answer_with_the_key_file(browser, town, crowd, buyer, so_far):
    people = everybody(crowd)
    price = price_of(len(people), CENTS, Town.NODES)
    with at_a_page(browser) as hand:
        hand.page.goto(town.url("marketplace"))
        hand.look("Data you can ask about", "Only you open the answer")
        hand.click(hand.page.get_by_role("link", name="Sign in"))
        hand.look("For organisations that buy answers")
        customer.sign_in(hand, town, buyer.email, buyer.password)
        hand.look("To your first answer")
        hand.follow("Look closer at Exam results")
        hand.look("Questions to begin with", "never shown")
        hand.follow("Ask a question")
        hand.look("Tick what you want to know")
        customer.pick(hand, "The crowd", "Number of people")
        customer.pick(hand, "Exam score", "Average", "Spread")
        hand.tick("No noise: the exact answer")
        hand.look(f"€{price.gross_cents / 100:,.2f}")
        hand.press("See price and accuracy")
        hand.look("You pay at most", f"€{price.gross_cents / 100:,.2f}", "exact")
        with town_without_worker(town):
            hand.press(f"Buy this answer for at most €{price.gross_cents / 100:,.2f}")
            hand.look("Your question", "This takes a minute or two")
        hand.look(customer.SEALED)
        customer.open_with(hand, buyer)
        hand.sees(f"Everybody who took part has been paid: €{CENTS * len(people) / 100:.2f}")
        hand.look(f"{len(people)} people took part", "How this answer was made")
        answer = customer.saved_answer(hand)
        for page in ("Orders", "Money", "Organisation"):
            hand.visit(page)
            hand.look(page)

    assert {name: float(value) for name, value in answer.items()} == pytest.approx(
        {
            ("Number of people", ""): clear.count(people),
            ("Average: Exam score", ""): clear.mean(people, "exam_score"),
            ("Spread: Exam score", ""): clear.sd(people, "exam_score"),
        },
        rel=1e-9,
    )


def test_she_sees_who_asked_and_what_she_earned_to_the_cent(browser, town, buyer, so_far):
    with at_a_page(browser) as hand:
        person.sign_in(hand, town, ANNA)
        hand.press_until("Check now", "Used most recently")
        hand.look(PAID, buyer.name)
        hand.visit("Who used my data")
        hand.press_until("Check now", "Proof checked")
        hand.look(buyer.name, "Research institute", "average exam score", "Proof checked", PAID, "Intact")
        hand.visit("Earnings")
        hand.look("By agreement", PAID)
        with hand.page.expect_download() as coming:
            hand.follow("Download as a table")
        (use,) = customer.rows(coming.value.path())

    assert buyer.name in use.values()
    assert f"{CENTS / 100:.2f}" in use.values()


def test_she_withdraws_in_no_more_clicks_than_she_agreed_and_three_nodes_delete(browser, town, so_far):
    with at_a_page(browser) as hand:
        person.sign_in(hand, town, ANNA)
        hand.clicks = 0
        hand.visit("Agreements")
        hand.follow("End this agreement")
        hand.look("Stops at once", "Stays yours", "Cannot be undone", PAID)
        hand.press("End it now")
        clicks = hand.clicks
        hand.look("You ended this agreement")
        receipts = hand.page.get_by_text("Deleted, proof checked")
        expect(receipts).to_have_count(len(Town.NODES))
        hand.visit("Agreements")
        hand.look("Ended by you")

    assert clicks <= so_far.clicks_to_agree


def test_the_officer_takes_a_record_back_and_its_holder_sees_it(browser, town, crowd, so_far):
    holder = crowd.bystander
    with at_a_page(browser) as hand:
        officer.sign_in(hand, town)
        hand.visit("Records")
        hand.fill("Number of the person", holder.record.external_id)
        hand.press("Search")
        hand.follow(holder.record.external_id)
        hand.look("Collected", "Take back for good")
        hand.tick("Take back for good")
        hand.fill("Reason", "issued by mistake")
        hand.tick(f"I have checked that this is the record of person {holder.record.external_id}.")
        hand.press("Change it")
        hand.look("It does not count any more", "issued by mistake")

    with at_a_page(browser) as hand:
        person.sign_in(hand, town, holder.login, holder.password)
        hand.press_until("Check now", "Taken back by the issuer")
        hand.look("Taken back by the issuer")
        hand.click(hand.page.get_by_role("link", name=re.compile("Exam results.*Taken back")))
        hand.look("This record does not count any more", "Not used now")
        hand.click(hand.page.get_by_role("link", name=re.compile("^Agreement of")))
        hand.look("Nothing is computed now")


def test_the_operator_sees_nodes_jobs_balanced_books_and_the_signed_log(browser, town, operator, so_far):
    with at_a_page(browser) as hand:
        customer.sign_in(hand, town, *operator)
        hand.look("Operations", "answer ready, all paid", "All accounts add up to €0.00", "entries")

        expect(hand.page.get_by_text("reachable", exact=True)).to_have_count(len(Town.NODES))
        expect(hand.page.locator("pre")).to_contain_text("market.example")
        hand.click(hand.page.get_by_text(re.compile("^Trial balance: ")))
        hand.look("platform:fee")
        hand.click(hand.page.get_by_role("link", name="How it works"))
        hand.look("works")
