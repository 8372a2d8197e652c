"""The pages about events in a real browser: wide and narrow, and axe finds no fault."""

import pytest
from playwright.sync_api import Browser

from tests.browsing import look
from tests.marketplace.hooks import Heard
from tests.marketplace.web.house import House, Visitor
from tests.marketplace.web.stage import Stage
from tests.marketplace.web.test_webhooks import PLACE, happen, send
from tests.serving import serving

pytestmark = pytest.mark.browser
LONG = "https://buyer.example/a-very-long-path-without-any-break/of-more-than-sixty-letters/events"


def test_an_address_is_registered_tested_stops_goes_on_and_is_ended(
    house: House, buyer: Visitor, browser: Browser
):
    with serving(house.app) as url:
        stage = Stage(house, url, browser)
        with stage.page(buyer, expected="422") as page:
            page.goto(f"{url}{PLACE}")
            look(page, says="Nothing is sent anywhere yet")
            page.get_by_label("Address of your server").fill("http://buyer.example")
            page.get_by_role("button", name="Register it").click()
            look(page, says="https address")
            page.get_by_label("Address of your server").fill(LONG)
            page.get_by_role("button", name="Register it").click()
            look(page, says="This secret is shown once")
            page.get_by_role("button", name="Send a test").click()
            look(page, says="is on its way")
            place = page.url
            send(house, Heard())
            happen(house, buyer)
            send(house, Heard("answered 500"))
            page.goto(place)
            look(page, says="answered 500")
            page.get_by_role("button", name="Go on now").click()
            page.get_by_text("It goes on with the next event").wait_for()
            page.get_by_label("From event").fill("99")
            page.get_by_role("button", name="Send once more").click()
            look(page, says="There is no event 98 yet")
        for _ in range(12):
            send(house, Heard("no answer in time"))
            house.clock.forward(hours=3)
        buyer = house.visitor(buyer.email)
        with stage.page(buyer) as page:
            page.goto(place)
            look(page, says="Stopped")
            page.goto(f"{url}{PLACE}")
            look(page, says="stopped")
            page.goto(place)
            page.locator("summary", has_text="End this address").click()
            page.get_by_role("button", name="End it").click()
            look(page, says="Nothing is sent there any more")
