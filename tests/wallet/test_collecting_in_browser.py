"""Collecting in a real browser: before, while and after; wide and narrow, light and dark, two languages."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from playwright.sync_api import expect as soon

from tests.browsing import RULES, chromium, quiet_page
from tests.serving import serving
from tests.ssi.foreign import ACADEMY
from tests.wallet.browsing import PASSWORD
from tests.wallet.test_collecting_strangers import BY_DID, gives
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 640}
AS_EXPECTED = "status of 422"
PICTURES = os.environ.get("ARGONAUTA_PICTURES")
"""A folder for pictures of every page, for people who want to look at them."""


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
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{page.url} is {width} px wide on {size['width']} px"
        if PICTURES:
            name = "".join(mark if mark.isalnum() else "-" for mark in expect)[:40]
            page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}.png", full_page=True)
    for colours in ("dark", "light"):
        page.emulate_media(color_scheme=colours)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{page.url} in {colours}: {found.generate_report()}"


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _signed_up(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-up")
    page.locator("[name=login]").fill("anna")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=again]").fill(PASSWORD)
    page.locator("main form button").first.click()


def _pasted(page: Page, url: str, link: str, button: str = "Continue") -> None:
    page.goto(f"{url}/records/add")
    page.get_by_label("Link").fill(link)
    _press(page, button)


def test_a_record_comes_by_code_and_by_sign_in(browser, url, world):
    world.issuers.copies = 4
    with quiet_page(browser, expected=AS_EXPECTED) as page:
        _signed_up(page, url)
        _pasted(page, url, world.issuers.offer(tx_code="4321"))
        _look(page, expect="What you would get")
        page.get_by_label("Code").fill("1111")
        _press(page, "Get the record")
        _look(page, expect="The issuer did not accept the code")
        page.get_by_label("Code").fill("4321")
        _press(page, "Get the record")
        _look(page, expect="Is this your record?")
        _press(page, "Keep it in my wallet")

        _pasted(page, url, world.issuers.offer(signs_in="yes"))
        _look(page, expect="shows you a page of its own")
        page.goto(f"{url}/records/callback?state=state-9&code=code-1")
        _look(page, expect="The record was not fetched")


def test_a_sign_in_goes_to_the_issuer_by_one_press_of_a_key(browser, url, world):
    world.issuers.begins_at = "http://127.0.0.1:9"
    with quiet_page(browser, expected="ERR_") as page:
        _signed_up(page, url)
        _pasted(page, url, world.issuers.offer(signs_in="yes"))
        page.get_by_role("button", name="Sign in at 127.0.0.1:9").focus()
        with page.expect_request(lambda request: request.url.startswith("http://127.0.0.1:9/")) as asked:
            page.keyboard.press("Enter")

    assert asked.value.url.startswith("http://127.0.0.1:9/authorize")


def test_a_strangers_record_is_told_apart_everywhere(browser, url, world):
    gives(world, BY_DID, copies=2)
    with quiet_page(browser, expected=AS_EXPECTED) as page:
        _signed_up(page, url)
        _pasted(page, url, world.issuers.offer(issuer=ACADEMY))
        _look(page, expect="Be careful with this link")
        _press(page, "Look at this address")
        _look(page, expect="Not from the register")
        _press(page, "Get the record")
        _look(page, expect="Can be shown, cannot be used for computations")
        _press(page, "Keep it in my wallet")
        _look(page, expect="Who signed it")
        page.goto(f"{url}/records")
        _look(page, expect="Can only be shown")


def test_waiting_is_told_in_german_and_without_scripts(browser, url, world):
    world.issuers.makes_later = True
    with quiet_page(browser, expected=AS_EXPECTED, locale="de-AT") as page:
        _signed_up(page, url)
        _pasted(page, url, world.issuers.offer(), "Weiter")
        _look(page, expect="Was Sie bekämen")
        _press(page, "Nachweis holen")
        _look(page, expect="Ihr Nachweis wird erstellt")
        page.goto(f"{url}/home")
        _look(page, expect="Wird erstellt")
    with quiet_page(browser, expected=AS_EXPECTED, locale="de-AT", java_script_enabled=False) as page:
        world.issuers.makes_later = False
        world.clock.forward(minutes=2)
        page.goto(f"{url}/sign-in")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        _press(page, "Öffnen")
        page.get_by_role("link", name="Wird erstellt").click()
        _press(page, "Jetzt nachfragen")
        soon(page.locator("main")).to_contain_text("Ist das Ihr Nachweis?")
        _press(page, "In meiner Wallet behalten")
        soon(page.locator("main")).to_contain_text("Prüfungsergebnisse")
