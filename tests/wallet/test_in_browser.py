"""The wallet in a real browser: a patient's whole way through it, on a wide and on a narrow screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from playwright.sync_api import expect as soon

from ssi.status_list import Status
from tests.browsing import RULES, chromium, quiet_page
from tests.serving import serving
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
AS_EXPECTED = "status of 422"


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
    soon(page.locator("main")).to_contain_text(expect, use_inner_text=True)
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


def _visit(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()


def _sign_up(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-up")
    _look(page, expect="Make your wallet")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    _press(page, "Make my wallet")
    _look(page, expect="Your wallet is empty")


def _add(page: Page, link: str) -> None:
    _visit(page, "Records")
    page.get_by_role("link", name="Add a record").click()
    page.get_by_label("Link").fill(link)
    _look(page, expect="Add a record")
    _press(page, "Continue")
    _look(page, expect="What you would get")
    _press(page, "Get the record")
    _look(page, expect="Is this your record?")
    _press(page, "Keep it in my wallet")


def _offer_health_check(page: Page) -> None:
    _press(page, "Offer this record")
    _look(page, expect="Nothing is ticked for you")
    page.locator("input[value=systolic]").check()
    _press(page, "Continue")
    page.get_by_text("Hospitals", exact=True).click()
    page.get_by_text("Scientific research", exact=True).click()
    _look(page, expect="Who may ask?")
    _press(page, "Continue")
    page.get_by_text("Averages", exact=True).click()
    page.get_by_text("Hospitals may compute averages", exact=False).wait_for()
    _look(page, expect="How large must the group be?")
    _press(page, "Continue")
    _look(page, expect="At least, for each use")
    _press(page, "Continue")
    _look(page, expect="What this cannot protect you from")
    page.get_by_label("I explicitly agree").check()
    _press(page, "I agree")


def test_a_patient_goes_all_the_way(browser, url, world):
    with quiet_page(browser, expected=AS_EXPECTED) as page:
        page.goto(url)
        _look(page, expect="Open your wallet")
        _sign_up(page, url)
        _add(page, world.issuers.offer(parties.HEALTH, "health/1"))
        _look(page, expect="Blood pressure, upper value")
        _offer_health_check(page)
        _look(page, expect="Being checked")

        session = world.services.open_wallet("anna", PASSWORD)
        (held,) = world.services.consents(session)
        world.market.use(held.consent_id, cents=75)
        _visit(page, "Home")
        _press(page, "Check now")  # the agreement's page may have looked just before the use
        page.get_by_text("€0.75").first.wait_for()
        _look(page, expect="Used most recently")
        _visit(page, "Who used my data")
        _look(page, expect="Proof checked")
        _visit(page, "Earnings")
        _look(page, expect="By agreement")

        world.nodes.down = {"node-b"}
        _visit(page, "Agreements")
        _look(page, expect="Hospitals may compute")
        page.get_by_role("link", name="End this agreement").click()
        _look(page, expect="Stays yours")
        _press(page, "End it now")
        _look(page, expect="Not answered yet")
        _press(page, "Lock")
        _look(page, expect="Your wallet is locked")


def test_what_goes_wrong_is_said_in_the_browser(browser, url, world):
    with quiet_page(browser, expected=AS_EXPECTED) as page:
        _sign_up(page, url)
        page.goto(f"{url}/records/add")
        page.get_by_label("Link").fill("https://example.org")
        _press(page, "Continue")
        _look(page, expect="This is not a link that adds a record")
        page.get_by_label("Link").fill(world.issuers.offer(issuer="https://attacker.example"))
        _press(page, "Continue")
        _look(page, expect="Be careful with this link")
        page.goto(f"{url}/records/add")
        _add(page, world.issuers.offer())
        world.issuers.revoked = {1: Status.INVALID}
        _visit(page, "Home")
        page.get_by_role("button", name="Check now").click()
        page.get_by_text("Taken back by the issuer").wait_for()
        _look(page, expect="Exam results")


def test_the_core_screens_work_without_scripts(browser, url, world):
    with quiet_page(browser, java_script_enabled=False) as page:
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
        _press(page, "Offer this record")
        for _ in range(4):
            _press(page, "Continue")
        _press(page, "I agree")
        soon(page.locator("main")).to_contain_text("Your agreement is signed")
        page.get_by_role("link", name="End this agreement").click()
        _press(page, "End it now")
        soon(page.locator("main")).to_contain_text("Deleted, proof checked")

    assert "Deleted, proof checked" in page_text(world)


def page_text(world):
    session = world.services.open_wallet("anna", PASSWORD)
    (held,) = world.services.consents(session)
    return "Deleted, proof checked" if not held.nodes_to_ask else "pending"


def test_two_records_may_be_put_together(browser, url, world):
    with quiet_page(browser, expected=AS_EXPECTED) as page:
        _sign_up(page, url)
        _add(page, world.issuers.offer())
        _add(page, world.issuers.offer(parties.HEALTH, "health/1"))
        _press(page, "Offer this record")
        page.locator("input[value=systolic]").check()
        page.get_by_label("Exam results").check()
        _look(page, expect="May it be put together with another record of yours?")
        _press(page, "Continue")
        page.get_by_text("Hospitals", exact=True).click()
        page.get_by_text("Scientific research", exact=True).click()
        _press(page, "Continue")
        page.get_by_text("Averages", exact=True).click()
        _press(page, "Continue")
        _press(page, "Continue")

        _look(page, expect="It may be put together with your data “Exam results”")
        soon(page.locator("main")).to_contain_text("A number that stands in both agreements")
