"""Pausing in a real browser, on wide and narrow screens, by the keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browsing import chromium, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.domain.choices import PolicyChoices
from wallet.domain.score_choices import ScoreChoices
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

WIDTHS = (1280, 320)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World):
    world.services.create_wallet("anna", PASSWORD)
    session = world.services.open_wallet("anna", PASSWORD)
    record = world.services.receive_credential(session, world.issuers.offer())
    world.services.publish_offer(session, record.credential_id, PolicyChoices())
    world.services.scores.offer(session, record.credential_id, ScoreChoices(budget_bits=20))
    world.services.refresh(session)
    with serving(create_app(world.services)) as address:
        yield address


def _look(page: Page, *, expect: str) -> None:
    assert expect in page.inner_text("main")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url} is {wide} px wide on {width} px"
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{page.url} at {width} px: {found.generate_report()}"


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    page.goto(f"{url}/agreements/")


def _press_by_keyboard(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_person_pauses_one_agreement_and_everything_and_goes_on(browser, url):
    with quiet_page(browser) as page:
        _sign_in(page, url)
        _look(page, expect="Pause everything")
        _press_by_keyboard(page, "Pause")
        _look(page, expect="Paused by you")
        _press_by_keyboard(page, "Go on")
        _look(page, expect="This agreement goes on")

        page.goto(f"{url}/agreements/")
        _press_by_keyboard(page, "Pause everything")
        _look(page, expect="Everything is paused")
        page.goto(f"{url}/uses/")
        _look(page, expect="When you paused")
        page.get_by_role("link", name="Scores of").first.click()
        _look(page, expect="Paused by you")
        page.goto(f"{url}/agreements/")
        _press_by_keyboard(page, "Go on with everything")
        _look(page, expect="Everything goes on")


def test_each_partner_is_shown_as_confirmed_or_pending_until_it_has(browser, url, world: World):
    world.nodes.down = {"node-b"}
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.get_by_role("link", name="Exam").first.click()
        _press_by_keyboard(page, "Pause")
        _look(page, expect="Not confirmed yet")
        pending = page.locator(".deletions li", has_text="Not confirmed yet").count()
        confirmed = page.locator(".deletions li", has_text="Confirmed, proof checked").count()

        world.nodes.down = set()
        world.services.refresh(world.services.open_wallet("anna", PASSWORD))
        page.reload()
        _look(page, expect="Confirmed, proof checked")
        after = page.locator(".deletions li", has_text="Confirmed, proof checked").count()

    assert (pending, confirmed, after) == (1, 2, 3)
