"""Saved questions in a real browser: wide and narrow, and axe finds no fault."""

import pytest
from playwright.sync_api import Browser

from tests.browsing import look
from tests.marketplace.web.house import House, Visitor
from tests.marketplace.web.stage import Stage
from tests.marketplace.web.test_orders import PRICE_PAGE
from tests.marketplace.web.test_saved import run
from tests.serving import serving

pytestmark = pytest.mark.browser


def test_a_question_is_saved_and_asked_again_and_again(house: House, buyer: Visitor, browser: Browser):
    with serving(house.app) as url:
        stage = Stage(house, url, browser)
        with stage.page(buyer, expected="422") as page:
            page.goto(f"{url}/saved")
            look(page, says="No saved questions yet")
            page.goto(f"{url}{PRICE_PAGE}")
            page.locator("summary", has_text="Save this question").click()
            look(page, says="You find it under Orders")
            page.get_by_label("Name").fill("Scores of the spring term")
            page.get_by_role("button", name="Save this question").click()
            look(page, says="The question is saved")
            place = page.url
            page.get_by_label("How often").select_option("day")
            page.get_by_label("At most each time").fill("200")
            page.get_by_role("button", name="Ask it again and again").click()
            look(page, says="Give both amounts")
            page.get_by_label("At most in all").fill("300")
            page.get_by_role("button", name="Ask it again and again").click()
            page.get_by_role("button", name="Pause").wait_for()
        buyer = run(house, buyer, days=2)
        buyer = run(house, buyer, days=1)
        with stage.page(buyer) as page:
            page.goto(place)
            look(page, says="of the most in all")
            page.get_by_role("button", name="Pause").click()
            look(page, says="It rests until you let it go on")
            page.get_by_role("button", name="Go on").wait_for()
            page.goto(f"{url}/saved")
            look(page, says="paused")
