"""What opens a wallet, and taking it along, in a real browser; wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browsing import RULES, chromium, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 740}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World):
    with serving(create_app(world.services)) as address:
        yield address


def _look(page: Page, *, expect: str) -> None:
    """The page says what it should, fits the screen, and axe finds no fault in it."""
    page.locator("main").get_by_text(expect).first.wait_for()
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{page.url} is {width} px wide on {size['width']} px"
        for colours in ("dark", "light"):
            page.emulate_media(color_scheme=colours)
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, f"{page.url} in {colours}: {found.generate_report()}"
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


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
        _look(page, expect="You have no recovery code")
        page.get_by_label("Your password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        _look(page, expect="Write these 15 words on paper")
        words = " ".join(page.locator(".recovery-words li").all_text_contents())
        page.get_by_role("link", name="I have written them down").click()
        _press(page, "Lock")
        page.get_by_role("link", name="Use your recovery code").click()
        _look(page, expect="Your 15 words")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Your 15 words").fill(words)
        page.get_by_label("New password", exact=True).fill("a loud harbour")
        page.get_by_label("The same new password again").fill("a loud harbour")
        _press(page, "Open my wallet")
        _look(page, expect="Your wallet is open and has a new password")
        page.get_by_role("link", name="anna").click()
        _look(page, expect="You have a recovery code")
        page.get_by_role("link", name="Make the file, or put one into this wallet").click()
        _look(page, expect="Into an empty wallet only")
