"""Showing a record in a real browser: every page, wide and narrow, in both languages and without scripts."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from playwright.sync_api import expect as soon

from ssi.openid4vp.transaction_data import write_transaction
from tests.browsing import RULES, chromium, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.showing import SEX, one, query
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 640}
PICTURES = "ARGONAUTA_PICTURES"


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World):
    with serving(create_app(world.services)) as address:
        yield address


def _look(page: Page, name: str, *, expect: str) -> None:
    """The page says what it should, fits both screens, and axe finds no fault in it in either colours."""
    soon(page.locator("main")).to_contain_text(expect, use_inner_text=True)
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{page.url} is {width} px wide on {size['width']} px"
        if os.environ.get(PICTURES):
            path = Path(os.environ[PICTURES]) / f"{name}-{size['width']}.png"
            page.screenshot(path=path, full_page=True)
        for colours in ("dark", "light"):
            page.emulate_media(color_scheme=colours)
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, f"{page.url} in {colours}: {found.generate_report()}"


def _begin(page: Page, url: str, world: World) -> None:
    """A wallet with an exam record, open in the browser."""
    anna = world.services.create_wallet("anna", PASSWORD)
    world.services.receive_credential(anna, world.issuers.offer())
    page.goto(f"{url}/sign-in")
    page.locator("[name=login]").fill("anna")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit]").click()


def _asked(world: World) -> str:
    """A request with a choice among sets of claims, something optional, a purpose and a transaction."""
    claims = [{"id": name, "path": [name]} for name in ("exam_score", "reading_score", "sex")]
    exam = one(*claims, claim_sets=[["exam_score", "sex"], ["reading_score"]])
    sets = [
        {"options": [["exam"]], "purpose": "To give you a library card"},
        {"options": [["school"]], "required": False, "purpose": "To greet you from your school"},
    ]
    asked = query(exam, one("school_type", name="school"), credential_sets=sets)
    payment = write_transaction("payment", ["exam"], {"amount": "3 EUR", "payee": "City Library"})
    return world.asker.ask(asked, transactions=(payment,))


def test_a_record_is_shown_on_every_screen(browser, url, world):
    with quiet_page(browser, expected="status of 422") as page:
        _begin(page, url, world)
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Records").click()
        page.get_by_role("link", name="Show a record").click()
        _look(page, "begin", expect="Nothing is shown before you have said yes")
        page.get_by_label("The link or code").fill(_asked(world))
        page.get_by_role("button", name="Look at the request").click()
        _look(page, "question", expect="What would be shown")
        page.get_by_role("button", name="Share", exact=True).click()
        _look(page, "question-again", expect="Choose here what you want to show")
        page.get_by_label("Way 2").check()
        page.get_by_role("button", name="Share", exact=True).click()
        _look(page, "shown", expect="Shown to verifier.example")
        page.get_by_role("link", name="What you have shown").click()
        _look(page, "history", expect="Reading score")

    assert "reading_score" in world.asker.saw[0]["exam"][0]
    assert list(world.asker.saw[0]) == ["exam"]


def test_what_goes_wrong_is_said_on_every_screen(browser, url, world):
    with quiet_page(browser, expected="status of 422") as page:
        _begin(page, url, world)
        page.goto(f"{url}/show?{urlsplit(world.asker.ask(SEX, nonce=None)).query}")
        _look(page, "refused", expect="This request was not opened")
        page.goto(f"{url}/show?{urlsplit(world.asker.ask(query(one(vct='urn:x')))).query}")
        _look(page, "missing", expect="Your wallet has nothing that fits")
        page.goto(f"{url}/show?{urlsplit(world.asker.ask()).query}")
        world.asker.down = True
        page.get_by_role("button", name="Share", exact=True).click()
        _look(page, "unsent", expect="It is not certain that your answer arrived")
        world.asker.down = False
        world.asker.says = "revoked"
        page.get_by_role("button", name="Send it again", exact=True).click()
        _look(page, "not-accepted", expect="did not accept it")


def test_it_works_in_german_and_without_scripts(browser, url, world):
    with quiet_page(browser, java_script_enabled=False, locale="de-AT") as page:
        _begin(page, url, world)
        page.goto(f"{url}/show?{urlsplit(world.asker.ask(query(one('exam_score')))).query}")
        soon(page.locator("main")).to_contain_text("Was gezeigt würde")
        if os.environ.get(PICTURES):
            page.screenshot(path=Path(os.environ[PICTURES]) / "german.png", full_page=True)
        page.get_by_role("button", name="Nicht teilen").click()
        soon(page.locator("main")).to_contain_text("Sie haben nichts geteilt")

    assert len(world.asker.declined) == 1
