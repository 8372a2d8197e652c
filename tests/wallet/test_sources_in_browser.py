"""Bringing a file and letting a sensor send, in a real browser; wide and narrow, with the keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.screens.test_sources import heart_rates
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World) -> Iterator[str]:
    world.services.create_wallet("anna", PASSWORD)
    with serving(create_app(world.services)) as address:
        yield address


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="anna").wait_for()


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_a_file_is_chosen_read_and_found_in_a_stream(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.goto(f"{url}/streams/")
        page.get_by_role("link", name="Bring a file").first.click()
        look(page, says="Files that you can get from your phone")
        page.get_by_role("link", name="Open mHealth").click()
        look(page, says="How fine your wallet keeps it")
        page.get_by_label("The file").set_input_files(_file("day.json", heart_rates(30)))
        page.get_by_label("Every single value").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Read the file").focus()
        page.keyboard.press("Enter")
        look(page, says="Your wallet has it: 30 new values.")
        page.get_by_role("link", name="Heart rate").click()
        page.get_by_role("heading", name="Heart rate").first.wait_for()


def test_a_table_is_looked_at_in_the_browser(browser: Browser, url: str) -> None:
    with quiet_page(browser, expected="422") as page:
        _sign_in(page, url)
        page.goto(f"{url}/sources/table")
        table = "time,reading\n2026-02-01 08:00,61\n2026-02-01 09:00,62\n"
        page.get_by_label("The file").set_input_files(_file("table.csv", table.encode()))
        page.get_by_role("button", name="Look at the columns").click()
        look(page, says="What are the columns?")
        page.get_by_role("button", name="Read the table").click()
        look(page, says="Choose what was measured.")
        page.get_by_label("What was measured").select_option("heart-rate")
        page.get_by_role("button", name="Read the table").click()
        look(page, says="Your wallet has it: 1 new value.")


def test_a_broken_file_says_what_to_do(browser: Browser, url: str) -> None:
    with quiet_page(browser, java_script_enabled=False) as page:
        _sign_in(page, url)
        page.goto(f"{url}/sources/open-mhealth")
        page.get_by_label("The file").set_input_files(_file("day.json", b'[{"header"'))
        page.get_by_role("button", name="Read the file").click()
        page.get_by_text("Nothing was lost").wait_for()


def test_a_sensor_gets_its_address(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.goto(f"{url}/sources/devices/")
        look(page, says="No device of yours sends yet.")
        page.get_by_label("What you call it").fill("balcony")
        page.keyboard.press("Enter")
        look(page, says="The password is shown this once")
        page.get_by_role("link", name="I have told it").click()
        look(page, says="Nothing has come yet.")
