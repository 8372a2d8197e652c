"""A pod's pages in a real browser: wide and narrow, light and dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.small_pod import SmallPod, back_at, small_pod
from tests.wallet.world import World
from wallet.bootstrap import sql_stores
from wallet.storage.schema import open_wallet_database
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

REFUSED = "status of"
"""What Chromium says of the pages that are to show what went wrong."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    database = open_wallet_database(f"sqlite:///{tmp_path / 'wallet.db'}")
    yield World(stores=sql_stores(database))
    database.close()


@pytest.fixture
def pod(world: World) -> Iterator[SmallPod]:
    with small_pod(world.clock) as running:
        running.files["health/pressure.csv"] = b"time;mmHg\n2026-02-01T08:00:00Z;121\n"
        yield running


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with serving(create_app(world.services)) as address:
        yield address


def signed_up(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-up")
    page.locator("[name=login]").fill("anna")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=again]").fill(PASSWORD)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(f"{url}/home")


def connected(page: Page, url: str, pod: SmallPod) -> None:
    page.goto(f"{url}/pod/")
    page.locator("[name=address]").fill(pod.webid)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"{url}/pod/sign-in")
    address = page.locator("main a.btn").get_attribute("href")
    assert address
    page.goto(url + back_at(address, pod.approve(address)))
    page.wait_for_url(f"{url}/pod/")


def test_connecting_a_pod_step_by_step(browser: Browser, url: str, pod: SmallPod):
    with quiet_page(browser, expected=REFUSED) as page:
        signed_up(page, url)
        page.goto(f"{url}/pod/")
        page.get_by_text("What your pod’s provider learns").click()
        look(page, says="Connect your pod")
        page.locator("[name=address]").fill(f"{pod.url}/nothing/")
        page.get_by_role("button", name="Find it").click()
        look(page, says="This is not in your pod any more.")
        page.locator("[name=address]").fill(pod.webid)
        page.get_by_role("button", name="Find it").click()
        look(page, says="Is this your pod?")
        connected(page, url, pod)
        look(page, says="Your pod is connected.")


def test_looking_into_a_pod_and_choosing_a_file(browser: Browser, url: str, pod: SmallPod):
    with quiet_page(browser, expected=REFUSED) as page:
        signed_up(page, url)
        connected(page, url, pod)
        page.goto(f"{url}/pod/folder")
        page.get_by_role("button", name="health").click()
        look(page, says="One folder up")
        page.get_by_role("button", name="pressure.csv").click()
        look(page, says="What kind of file is it?")
        page.get_by_text("Another kind").click()
        page.get_by_role("link", name="Apple Health").click()
        look(page, says="How fine your wallet keeps it")
        pod.answer("GET", "/anna/health/", status=503)
        page.goto(f"{url}/pod/folder")
        page.get_by_role("link", name="Look at your pod").wait_for()
        look(page, says="The pod cannot be reached now.")


def test_copies_of_a_wallet(browser: Browser, url: str, pod: SmallPod):
    with quiet_page(browser, expected=REFUSED) as page:
        signed_up(page, url)
        connected(page, url, pod)
        page.goto(f"{url}/pod/copies/restore")
        look(page, says="No copies in your pod")
        page.goto(f"{url}/pod/copies")
        look(page, says="There is none yet.")
        page.locator("[name=password]").fill(PASSWORD)
        for name in ("file_password", "again"):
            page.locator(f"[name={name}]").fill("a sentence for the copy")
        page.get_by_role("button", name="Make a copy now").click()
        look(page, says="This wallet")
        page.goto(f"{url}/pod/copies/restore")
        look(page, says="Which copy")
