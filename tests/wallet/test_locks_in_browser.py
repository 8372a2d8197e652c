"""What opens a wallet, and taking it along, in a real browser; wide and narrow."""

import pytest
from playwright.sync_api import Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World):
    with serving(create_app(world.services)) as address:
        yield address


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_person_makes_a_code_and_comes_back_with_it(browser, url):
    with quiet_page(browser) as page:
        page.goto(f"{url}/sign-up")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        _press(page, "Make my wallet")
        page.get_by_role("link", name="anna").click()
        look(page, says="You have no recovery code")
        page.get_by_label("Your password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        look(page, says="Write these 15 words on paper")
        words = " ".join(page.locator(".recovery-words li").all_text_contents())
        page.get_by_role("link", name="I have written them down").click()
        _press(page, "Lock")
        page.get_by_role("link", name="Use your recovery code").click()
        look(page, says="Your 15 words")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Your 15 words").fill(words)
        page.get_by_label("New password", exact=True).fill("a loud harbour")
        page.get_by_label("The same new password again").fill("a loud harbour")
        _press(page, "Open my wallet")
        look(page, says="Your wallet is open and has a new password")
        page.get_by_role("link", name="anna").click()
        look(page, says="You have a recovery code")
        page.get_by_role("link", name="Make the file, or put one into this wallet").click()
        look(page, says="Into an empty wallet only")


def test_sheets_for_people_are_made_and_used(browser, url):
    with quiet_page(browser) as page:
        page.goto(f"{url}/sign-up")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        _press(page, "Make my wallet")
        page.get_by_role("link", name="anna").click()
        page.get_by_role("link", name="Choose how many").click()
        look(page, says="One of them alone can do nothing")
        page.get_by_label("Your password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        look(page, says="They are shown this once")
        sheets = page.locator(".sheet").all_text_contents()
        page.get_by_role("link", name="I have given them out").click()
        look(page, says="You gave out sheets")
        _press(page, "Lock")
        page.get_by_role("link", name="Use your recovery code").click()
        page.get_by_role("link", name="Open it with people you trust").click()
        look(page, says="Their sheets")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Their sheets").fill("\n".join(sheets[:2]))
        page.get_by_label("New password", exact=True).fill("a loud harbour")
        page.get_by_label("The same new password again").fill("a loud harbour")
        _press(page, "Open my wallet")
        page.get_by_text("Your wallet is open and has a new password").wait_for()
