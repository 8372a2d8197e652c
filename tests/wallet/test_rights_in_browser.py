"""The screens of a person's rights in a real browser; wide and narrow, with the keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
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
    anna = world.services.create_wallet("anna", PASSWORD)
    record = world.services.receive_credential(anna, world.issuers.offer())
    world.services.publish_offer(anna, record.credential_id, PolicyChoices())
    with serving(create_app(world.services)) as address:
        yield address


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="My rights").click()


def test_a_person_copies_corrects_erases_and_changes_her_mind(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.get_by_text("Authorities by country").click()
        look(page, says="What is yours by law, in one place")
        page.get_by_label("Your password").fill(PASSWORD)
        with page.expect_download() as saved:
            page.keyboard.press("Enter")
        assert saved.value.suggested_filename == "my-wallet.zip"
        page.get_by_role("link", name="Write to").first.click()
        look(page, says="A draft for you to complete and send")
        page.get_by_role("link", name="Auf Deutsch").click()
        page.get_by_text("Berichtigung meines Nachweises").wait_for()
        page.get_by_role("link", name="My rights").first.click()
        page.get_by_role("link", name="What happens, and how").click()
        look(page, says="This cannot be taken back")
        page.get_by_label("I understand").focus()
        page.keyboard.press("Space")
        page.get_by_label("Your password").fill(PASSWORD)
        page.keyboard.press("Enter")
        look(page, says="You can still keep it")
        page.get_by_role("button", name="Keep my wallet").focus()
        page.keyboard.press("Enter")
        look(page, says="Your wallet stays")


def test_it_works_without_scripts(browser: Browser, url: str) -> None:
    with quiet_page(browser, java_script_enabled=False) as page:
        _sign_in(page, url)
        page.get_by_role("link", name="What happens, and how").click()
        page.get_by_label("I understand").check()
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Erase my wallet").click()
        page.get_by_text("You can still keep it").wait_for()
