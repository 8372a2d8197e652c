"""The page about a connector in a real browser: wide and narrow, and axe finds no fault."""

import pytest
from playwright.sync_api import Browser

from tests.browsing import look
from tests.marketplace.web.house import House, Visitor
from tests.marketplace.web.stage import Stage
from tests.marketplace.web.talking import talking
from tests.marketplace.web.test_connector import PLACE
from tests.serving import serving

pytestmark = pytest.mark.browser


def test_a_connector_is_told_of_and_a_negotiation_is_ended(house: House, buyer: Visitor, browser: Browser):
    with (
        serving(house.app) as url,
        talking(house, buyer) as talk,
        Stage(house, url, browser).page(buyer) as page,
    ):
        page.goto(f"{url}{PLACE}")
        look(page, says="Nothing yet")
        talk.transfers(talk.agreed())
        talk.asks(cents=1)
        talk.work()
        page.goto(f"{url}{PLACE}")
        look(page, says="Your connector has to accept our offer")
        offered = page.get_by_role("row").filter(has_text="Your connector has to accept our offer")
        offered.get_by_role("button", name="End it").click()
        look(page, says="We tell your connector")
        talk.work()
        page.goto(f"{url}{PLACE}")
        look(page, says="Your connector can begin another one")
