"""To a hospital's sign-in and back in a real browser, and a device that is told how to publish."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.smart_server import SmartServer, open_hospital
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
    with serving(create_app(world.services, broker="mqtts://broker.example")) as address:
        yield address


@pytest.fixture
def server(world: World) -> Iterator[SmartServer]:
    with open_hospital(world.clock) as opened:
        yield opened


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="anna").wait_for()


def _connect(page: Page, server: SmartServer) -> None:
    page.get_by_label("Address of its server").fill(f"{server.address}/fhir")
    page.get_by_label("Let my wallet ask again").check()
    page.get_by_role("button", name="See what would be asked").click()


def test_a_hospital_is_connected_read_and_left(browser: Browser, url: str, server: SmartServer) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.goto(f"{url}/sources/")
        page.get_by_role("link", name="Fetch it from a hospital").click()
        look(page, says="Your wallet reads from no hospital yet.")
        _connect(page, server)
        look(page, says="What your wallet asks for there")
        page.get_by_role("button", name="Sign in at").focus()
        page.keyboard.press("Enter")
        look(page, says="Your wallet has it: 1 new value.")
        page.goto(f"{url}/sources/hospitals/")
        look(page, says="Last read on")
        page.get_by_role("link", name="Look at 127.0.0.1").click()
        page.get_by_role("button", name="Read now").wait_for()
        page.get_by_role("button", name="End it and forget this hospital").click()
        page.get_by_text("Your wallet reads nothing there any more").wait_for()

    assert server.refreshing == set()


def test_it_works_without_scripts(browser: Browser, url: str, server: SmartServer) -> None:
    with quiet_page(browser, java_script_enabled=False) as page:
        _sign_in(page, url)
        page.goto(f"{url}/sources/hospitals/")
        _connect(page, server)
        page.get_by_role("button", name="Sign in at").click()
        page.get_by_text("Your wallet has it: 1 new value.").wait_for()


def test_a_trouble_on_the_way_says_what_to_do(browser: Browser, url: str, server: SmartServer) -> None:
    server.next_links[1] = "https://elsewhere.example/fhir"
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.goto(f"{url}/sources/hospitals/")
        page.get_by_label("Address of its server").fill(f"{server.address}/fhir")
        page.get_by_role("button", name="See what would be asked").click()
        page.get_by_role("button", name="Sign in at").click()
        look(page, says="No data were lost")
        page.get_by_role("link", name="Back to the hospital").click()
        page.get_by_role("heading", name="127.0.0.1").wait_for()


def test_a_device_is_told_how_to_publish(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.goto(f"{url}/sources/devices/")
        page.get_by_label("What you call it").fill("watch")
        page.get_by_label("A device of your own").check()
        page.get_by_label("Every single value").check()
        look(page, says="It tells each value with its time")
        page.get_by_role("button", name="Make its address").click()
        look(page, says="Or publishing by MQTT")
