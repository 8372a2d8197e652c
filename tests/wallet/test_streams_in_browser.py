"""Streams in a real browser: a narrow and a wide screen, by keyboard, without scripts, with much to draw."""

import os
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browsing import chromium, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.streaming import DAY, pulse, pulses, used
from tests.wallet.world import World
from wallet.domain.measured import Measured
from wallet.domain.session import Session
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 720}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PICTURES = os.environ.get("ARGONAUTA_PICTURES")
"""Where to leave a picture of each page, for whoever wants to look at them."""
CIRCLE = 400


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World):
    with serving(create_app(world.services)) as address:
        yield address


@pytest.fixture
def anna(world: World) -> Session:
    return world.services.create_wallet("anna", PASSWORD)


def a_day_with_gaps() -> list[Measured]:
    """A pulse each minute, with two holes and a lonely reading."""
    found = pulses(1_440, begin=DAY)
    kept = [each for place, each in enumerate(found) if not (300 <= place < 480 or 900 <= place < 1_000)]
    return [*kept, pulse(DAY + timedelta(minutes=390), 88)]


def energy(begin: datetime, days: int) -> list[Measured]:
    hours = (place for place in range(24 * days) if not 30 <= place < 54)
    return [used(begin + timedelta(hours=each), Decimal(each * 37 % 100) / 100) for each in hours]


def _enter(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Open").click()


def _look(page: Page, name: str, *, expect: str) -> None:
    """The page says what it should, fits the screen, and axe finds no fault in it."""
    assert expect in page.inner_text("main")
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{page.url} is {width} px wide on {size['width']} px"
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}.png", full_page=True)
    for colours in ("dark", "light"):
        page.emulate_media(color_scheme=colours)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{page.url} in {colours}: {found.generate_report()}"


def test_streams_are_looked_at_on_every_screen(browser, url, world, anna):
    keep = world.services.streams.keep
    with quiet_page(browser) as page:
        _enter(page, url)
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Streams").click()
        _look(page, "empty", expect="No streams yet")

        keep(anna, "Watch", a_day_with_gaps())
        keep(anna, "Watch", [pulse(DAY, 64)])
        keep(anna, "Smart meter", energy(DAY, 40))
        keep(anna, "Phone", [Measured("visited-cell", DAY, DAY + timedelta(hours=2), Decimal(613), "")])
        page.goto(f"{url}/streams/")
        _look(page, "list", expect="Heart rate")

        page.get_by_role("link", name="Heart rate").click()
        _look(page, "pulse-day", expect="Sunday, 1 March 2026")
        page.get_by_text("The same as a table").click()
        page.get_by_text("Corrected values: 1").click()
        _look(page, "pulse-day-table", expect="no readings")
        for view in ("Week", "Month", "Year"):
            page.get_by_role("link", name=view, exact=True).click()
            _look(page, f"pulse-{view.lower()}", expect="readings")

        page.goto(f"{url}/streams/")
        page.get_by_role("link", name="Electricity used").click()
        for view in ("Day", "Week", "Month", "Year"):
            page.get_by_role("link", name=view, exact=True).click()
            _look(page, f"energy-{view.lower()}", expect="together")

        page.goto(f"{url}/streams/")
        page.get_by_role("link", name="Places by cell").click()
        _look(page, "places", expect="1 reading.")


def test_a_limit_is_set_told_seen_and_removed(browser, url, world, anna):
    world.services.streams.keep(anna, "Smart meter", energy(DAY, 1))
    with quiet_page(browser, expected="status of 422") as page:
        _enter(page, url)
        page.goto(f"{url}/streams/")
        page.get_by_role("link", name="Electricity used").click()
        page.get_by_label("Limit").fill("much")
        page.get_by_role("button", name="Set this limit").click()
        _look(page, "limit-wrong", expect="Type a number such as 7.5.")
        page.get_by_label("Limit").fill("12,5")
        page.get_by_role("button", name="Set this limit").click()
        _look(page, "limit-set", expect="Above 12.5 kWh in a day")

        world.services.streams.keep(anna, "Smart meter", [used(DAY + timedelta(hours=23, minutes=30), 9)])
        page.goto(f"{url}/home")
        _look(page, "home", expect="Electricity used above 12.5 kWh in a day")
        page.get_by_role("link", name="Electricity used").click()
        _look(page, "limit-told", expect="1 Mar 2026:")
        page.get_by_role("button", name="I have seen this").click()
        assert "I have seen this" not in page.inner_text("main")
        page.get_by_role("button", name="Remove").click()
        assert "The limit is removed." in page.inner_text("main")


def test_a_stream_is_used_by_keyboard_alone_and_deleted(browser, url, world, anna):
    world.services.streams.keep(anna, "Watch", pulses(10, begin=DAY))
    with quiet_page(browser) as page:
        _enter(page, url)
        page.goto(f"{url}/streams/")
        _tab_to(page, "Heart rate")
        page.keyboard.press("Enter")
        page.wait_for_url("**/streams/*-*")
        _tab_to(page, "Month")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="March 2026").wait_for()
        _tab_to(page, "Delete this stream")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Delete this stream?").wait_for()
        _look(page, "delete", expect="Is deleted:")
        _tab_to(page, "Delete it now")
        page.keyboard.press("Enter")
        page.get_by_text("The stream is deleted.").wait_for()
        assert "No streams yet" in page.inner_text("main")


def _tab_to(page: Page, text: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText")[: len(text) + 1].strip().startswith(text):
            return
    pytest.fail(f"{text!r} is not reached by the keyboard")


def test_everything_works_without_scripts(browser, url, world, anna):
    world.services.streams.keep(anna, "Watch", a_day_with_gaps())
    with quiet_page(browser, java_script_enabled=False, accept_downloads=True) as page:
        _enter(page, url)
        page.goto(f"{url}/streams/")
        page.get_by_role("link", name="Heart rate").click()
        page.get_by_role("link", name="Year", exact=True).click()
        page.get_by_label("Day", exact=True).fill("2026-03-01")
        page.get_by_role("button", name="Go").click()
        assert "2026" in page.inner_text("h2")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download everything").click()
        lines = Path(download.value.path()).read_text().splitlines()

    assert len(lines) == 1 + len(a_day_with_gaps())


def test_fifty_thousand_readings_are_drawn_as_one_line(browser, url, world, anna):
    world.services.streams.keep(anna, "Watch", pulses(50_000, begin=DAY, every=1.7))
    with quiet_page(browser) as page:
        _enter(page, url)
        page.goto(f"{url}/streams/")
        page.get_by_role("link", name="Heart rate").click()
        page.get_by_text("50,000 readings").first.wait_for()
        (line,) = page.query_selector_all("path.stream-line")
        drawn = str(line.get_attribute("d"))
        box = line.bounding_box()

        assert drawn.count("M") == 1
        assert 1_200 < drawn.count("L") < 4 * 1_200
        assert box is not None
        assert box["width"] > CIRCLE
        _look(page, "many", expect="50,000 readings from 50 to 106")
