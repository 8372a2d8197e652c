"""What a person meets after she agreed, in a browser: reminders, details of a use, letters about it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.domain.choices import PolicyChoices
from wallet.domain.withdrawal import ToldRecipient
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World) -> Iterator[str]:
    """A wallet whose agreement was used twice, and then not for two months."""
    anna = world.services.create_wallet("anna", PASSWORD)
    record = world.services.receive_credential(anna, world.issuers.offer())
    held = world.services.publish_offer(anna, record.credential_id, PolicyChoices())
    for number in range(2):
        world.market.use(held.consent_id, f"job-{number}", cents=75 + number)
    world.services.refresh(anna)
    world.clock.forward(days=61)
    with serving(create_app(world.services)) as address:
        yield address


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_a_reminder_is_seen_and_answered_by_the_keyboard(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        look(page, says="Nobody has used it for two months")
        page.get_by_role("button", name="All is well").focus()
        page.keyboard.press("Enter")
        expect(page.locator("body")).to_contain_text("You are not reminded of this again.")


def test_the_details_of_a_use_lead_to_letters_about_it(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.get_by_role("link", name="Who used my data", exact=True).click()
        page.locator(".use-more summary").first.click()
        look(page, says="Known as")
        page.locator(".use-more a[href^='/letters/']").first.click()
        look(page, says="Your wallet sends nothing.")


def test_they_can_be_read_in_german(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.get_by_role("button", name="Deutsch").click()
        look(page, says="Seit zwei Monaten")
        page.goto(f"{url}/uses/")
        page.locator(".use-more summary").first.click()
        look(page, says="Bekannt als")
        page.locator(".use-more a[href^='/letters/']").first.click()
        look(page, says="sendet nichts")


def test_who_ended_an_agreement_sees_who_deleted_and_who_was_told(
    browser: Browser, url: str, world: World
) -> None:
    world.market.recipients = (ToldRecipient("Institute of Public Health", "job-0", world.clock()),)
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.get_by_role("link", name="Agreements", exact=True).click()
        page.get_by_role("link", name="End this agreement").first.click()
        page.get_by_role("button", name="End it now").click()
        page.goto(f"{url}/uses/")
        page.get_by_role("button", name="Check now").click()
        page.get_by_role("link", name="your agreement").first.click()
        look(page, says="Who holds an answer with your data")
        expect(page.locator("main")).to_contain_text("Save all proofs of deletion in one file")
        page.get_by_role("button", name="Deutsch").click()
        look(page, says="Wer eine Antwort mit Ihren Daten hat")
