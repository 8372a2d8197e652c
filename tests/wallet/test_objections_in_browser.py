"""Saying no in a browser: to secondary use of health data and to a purpose; by keyboard, and in German."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from consent.vocabulary import Purpose
from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.domain.choices import PolicyChoices
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World) -> Iterator[str]:
    """A wallet whose health record is offered for research."""
    services = world.services
    anna = services.create_wallet("anna", PASSWORD)
    record = services.receive_credential(anna, world.issuers.offer(parties.HEALTH, "health/1"))
    choices = PolicyChoices(purposes=(Purpose.SCIENTIFIC_RESEARCH,), explicit_consent=True)
    services.publish_offer(anna, record.credential_id, choices)
    with serving(create_app(services)) as address:
        yield address


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="My rights").click()


def test_a_person_says_no_to_secondary_use_by_the_keyboard(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        look(page, says="These run now and allow it:")
        page.get_by_label("Pause them").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Say no to secondary use").focus()
        page.keyboard.press("Enter")
        look(page, says="You said no")
        page.get_by_role("link", name="Agreements").first.click()
        expect(page.locator("main")).to_contain_text("Paused by you")
        page.get_by_role("link", name="My rights").first.click()
        page.get_by_role("button", name="Take it back").click()
        page.get_by_text("What you said, and when").click()
        look(page, says="Your objection is taken back.")


def test_a_person_objects_to_a_purpose(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.get_by_label("Which purpose").select_option(label="scientific research")
        page.get_by_role("button", name="What it would do").click()
        look(page, says="Wider purposes are met too:")
        page.get_by_role("button", name="Say no to it").click()
        look(page, says="Your objection stands.")
        expect(page.locator("main")).to_contain_text("scientific research")


def test_it_can_be_read_in_german(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.get_by_role("button", name="Deutsch").click()
        look(page, says="Keine Sekundärnutzung meiner Gesundheitsdaten")
        page.get_by_role("button", name="Nein zur Sekundärnutzung sagen").click()
        look(page, says="Ihr Widerspruch gilt.")
        page.get_by_role("link", name="Per Brief dem widersprechen").click()
        look(page, says="sendet nichts")
