"""Why somebody was in an answer, what asks too much, and trying an agreement out, in a browser."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from consent.query import Query
from consent.vocabulary import Purpose, RecipientKind
from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import QUESTION, World
from wallet.domain.choices import PolicyChoices
from wallet.domain.use import Buyer, Outcome, UseEntry
from wallet.web.app import create_app

pytestmark = pytest.mark.browser
ASKED = Query.from_json(QUESTION)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World) -> Iterator[str]:
    """A wallet whose agreement was used once, and was not to be used another time."""
    anna = world.services.create_wallet("anna", PASSWORD)
    record = world.services.receive_credential(anna, world.issuers.offer())
    held = world.services.publish_offer(anna, record.credential_id, PolicyChoices())
    world.market.tells_questions = True
    world.market.use(held.consent_id, cents=75)
    sharp = replace(ASKED, purpose=Purpose.PERSONNEL_HIRING, epsilon=Decimal(10))
    world.market.others = [
        UseEntry(
            consent_id=held.consent_id,
            job_id="job-2",
            at=world.clock(),
            buyer=Buyer("Acme Staff", RecipientKind.COMPANY, "DE", "urn:argonauta:organisation:acme"),
            purpose=sharp.purpose,
            statistics=sharp.statistics,
            group_by=None,
            outcome=Outcome.LEFT_OUT,
            query=sharp,
            offered_cents=10,
        )
    ]
    world.services.refresh(anna)
    with serving(create_app(world.services)) as address:
        yield address


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Who used my data", exact=True).click()


def test_a_person_reads_why_she_was_left_out_and_why_she_was_not(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        look(page, says="Asks for more than it needs")
        page.locator(".use-more summary").first.click()
        page.get_by_role("link", name="Why your data is not in this answer").click()
        look(page, says="It was not allowed")
        expect(page.locator("main")).to_contain_text("This would be enough")
        page.get_by_role("link", name="Who used my data").first.click()
        page.locator(".use-more summary").last.click()
        page.get_by_role("link", name="Why your data is in this answer").click()
        look(page, says="It was allowed")


def test_a_person_tries_her_agreement_out_by_the_keyboard(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.get_by_role("link", name="your agreement").first.click()
        page.get_by_role("link", name="Try out who could use your data").click()
        look(page, says="nothing is sent, and nothing is kept")
        page.get_by_label("Who asks").select_option(label="insurers")
        page.get_by_label("What for").select_option(label="commercial research")
        page.get_by_label("What would be computed").select_option(label="averages")
        page.get_by_label("About which part").select_option(label="Exam score")
        page.get_by_role("button", name="Try it").focus()
        page.keyboard.press("Enter")
        look(page, says="Your data would not be used.")
        page.get_by_label("Who asks").select_option(label="universities")
        page.get_by_label("What for").select_option(label="academic research")
        page.get_by_role("button", name="Try it").click()
        look(page, says="Your data would be used")


def test_all_of_it_can_be_read_in_german(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.get_by_role("button", name="Deutsch").click()
        look(page, says="Fragt nach mehr als nötig")
        page.locator(".use-more summary").first.click()
        page.get_by_role("link", name="Warum Ihre Daten nicht in dieser Antwort sind").click()
        look(page, says="Es war nicht erlaubt")
        page.get_by_role("link", name="Ihre Vereinbarung").click()
        page.get_by_role("link", name="Ausprobieren, wer Ihre Daten").click()
        look(page, says="nichts wird gesendet")
