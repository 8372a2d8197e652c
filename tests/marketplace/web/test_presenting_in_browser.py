"""The pages that ask a wallet, in a real browser: no fault that axe finds, and they look by themselves."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browsing import RULES
from tests.marketplace.asking import KnownStatus
from tests.marketplace.web.house import INSTITUTE, House
from tests.marketplace.web.stage import Stage
from tests.marketplace.web.wallets import answer, asking_house
from tests.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def status() -> KnownStatus:
    return KnownStatus()


@pytest.fixture
def wallet_stage(house: House, settings, browser: Browser, status: KnownStatus) -> Iterator[Stage]:
    asking = asking_house(house, settings, status)
    with serving(asking.app) as url:
        yield Stage(asking, url, browser)


def assert_sound(page: Page) -> None:
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options=RULES).response["violations"]
        assert [each["id"] for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_each_page_is_sound_and_the_waiting_one_goes_on_by_itself(wallet_stage: Stage, settings):
    newcomer = wallet_stage.house.buyer("new@institute.example")
    with wallet_stage.page(newcomer) as page:
        page.goto(f"{wallet_stage.url}/organisation/wallet")
        assert_sound(page)
        page.get_by_role("button", name="On another device").click()
        page.locator(".qr svg").wait_for()
        assert_sound(page)
        link = page.get_by_role("link", name="Open in my wallet").get_attribute("href")
        assert link is not None

        answer(wallet_stage.house, settings.directory, link, INSTITUTE)
        page.wait_for_url("**/organisation?shown=*")

        assert (
            INSTITUTE.credential().split("~")[0] in page.get_by_label("Organisation credential").input_value()
        )
        assert_sound(page)


def test_a_refusal_is_sound(wallet_stage: Stage, settings, status: KnownStatus):
    newcomer = wallet_stage.house.buyer("new@institute.example")
    with wallet_stage.page(newcomer) as page:
        page.goto(f"{wallet_stage.url}/organisation/wallet")
        page.get_by_role("button", name="On another device").click()
        page.locator(".qr svg").wait_for()
        status.revoked = True
        link = page.get_by_role("link", name="Open in my wallet").get_attribute("href")
        assert link is not None
        answer(wallet_stage.house, settings.directory, link, INSTITUTE)
        page.get_by_text("The issuer has taken the credential back.").first.wait_for()
        assert_sound(page)
