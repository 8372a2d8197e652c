"""Sums over many people in a real browser: taking part, seeing what runs, ending; wide and narrow."""

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


def _choose(page: Page) -> None:
    page.get_by_role("link", name="Let my wallet take part in sums").click()
    page.get_by_label("Companies").check()
    page.get_by_label("At least 10 people").check()
    page.get_by_label("Light protection").check()


def test_a_student_takes_part_sees_what_runs_and_ends(browser, url, world):
    with quiet_page(browser) as page:
        _with_a_record(page, url, world)
        page.goto(f"{url}/crowds/")
        _look(page, expect="Your wallet takes part in no sums")
        page.goto(f"{url}/records/")
        page.get_by_role("link", name="Exam results").first.click()
        _look(page, expect="Sums over many people")
        _choose(page)
        _look(page, expect="How large must the group be?")
        page.get_by_role("button", name="Continue").focus()
        page.keyboard.press("Enter")
        _look(page, expect="What this cannot protect you from")
        _press(page, "I agree")
        _look(page, expect="Your offer is signed")

        session = world.services.open_wallet("anna", PASSWORD)
        (held,) = world.services.crowds.read.offers(session)
        played = world.crowds.ask(1, epsilon=held.terms.epsilon_per_sum)
        world.services.refresh(session)
        page.goto(f"{url}/crowds/")
        _look(page, expect="Harbour Works asks for a sum")
        played.fix()
        for step in (played.end_sharing, played.end_masking, lambda: world.crowds.pay(played)):
            world.services.refresh(session)
            step()
        world.services.refresh(session)

        page.goto(f"{url}/crowds/{held.row_id}")
        _look(page, expect="Computed and paid")
        page.get_by_role("link", name="End this offer").click()
        _look(page, expect="Stays yours")
        _press(page, "End it now")
        _look(page, expect="You ended this offer")


def test_taking_part_needs_no_scripts(browser, url, world):
    with quiet_page(browser, java_script_enabled=False) as page:
        _with_a_record(page, url, world)
        _choose(page)
        _press(page, "Continue")
        _press(page, "I agree")

        page.locator("main").get_by_text("Your offer is signed").first.wait_for()
        assert len(world.crowds.offers) == 1
