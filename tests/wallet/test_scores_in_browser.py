"""Scores in a real browser: offering, deciding by keyboard, ending; wide and narrow, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browsing import RULES, chromium, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.score_market import DOUBLE, EQUAL
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


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
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    for colours in ("dark", "light"):
        page.emulate_media(color_scheme=colours)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{page.url} in {colours}: {found.generate_report()}"


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _press_by_keyboard(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def _with_a_record(page: Page, url: str, world: World) -> None:
    page.goto(f"{url}/sign-up")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    _press(page, "Make my wallet")
    page.goto(f"{url}/records/add")
    page.get_by_label("Link").fill(world.issuers.offer())
    _press(page, "Continue")
    _press(page, "Get the record")
    _press(page, "Keep it in my wallet")


def _offer(page: Page) -> None:
    _look(page, expect="Scores of this record")
    page.get_by_role("link", name="Let organisations ask for a score").click()
    _look(page, expect="Who decides on each request?")
    _press(page, "Continue")
    _look(page, expect="What this cannot protect you from")
    _press(page, "I agree")
    _look(page, expect="Your offer is signed")


def test_a_student_offers_decides_and_ends(browser, url, world):
    with quiet_page(browser) as page:
        _with_a_record(page, url, world)
        _offer(page)
        session = world.services.open_wallet("anna", PASSWORD)
        (held,) = world.services.scores.read.offers(session)
        request = world.scores.ask(held.consent_id, DOUBLE, 1)
        world.scores.ask(held.consent_id, {"exam_score": 1}, 2)
        world.services.refresh(session)

        page.goto(f"{url}/home")
        _look(page, expect="2 organisations ask for a score of your record")
        page.get_by_role("link", name="2 organisations ask").click()
        _look(page, expect="Your wallet would refuse this, even if you agree")
        page.get_by_role("button", name="Agree: Harbour Works").first.focus()
        page.keyboard.press("Enter")
        _look(page, expect="Harbour Works gets this score")
        _press_by_keyboard(page, "Decline: Harbour Works")
        _look(page, expect="Nobody is waiting for your decision")
        assert world.scores.answered(request).sealed

        world.scores.pay(request)
        world.services.refresh(session)
        page.get_by_role("link", name="Scores of Exam results").click()
        _look(page, expect="Given and paid")
        page.goto(f"{url}/uses/")
        _look(page, expect="Your score: 2 × exam score + 1 × reading score")
        page.goto(f"{url}/earnings/")
        _look(page, expect="Scores of Exam results")
        page.goto(f"{url}/scores/{held.row_id}")
        page.get_by_role("link", name="End this offer").click()
        _look(page, expect="Stays yours")
        _press(page, "End it now")
        _look(page, expect="You ended this offer")


def test_a_request_is_decided_without_scripts(browser, url, world):
    with quiet_page(browser, java_script_enabled=False) as page:
        _with_a_record(page, url, world)
        page.get_by_role("link", name="Let organisations ask for a score").click()
        _press(page, "Continue")
        _press(page, "I agree")
        session = world.services.open_wallet("anna", PASSWORD)
        (held,) = world.services.scores.read.offers(session)
        request = world.scores.ask(held.consent_id, EQUAL)
        world.services.refresh(session)
        page.goto(f"{url}/scores/")
        _press(page, "Agree: Harbour Works")

        page.locator("main").get_by_text("gets this score").first.wait_for()
        assert world.scores.answered(request).sealed
