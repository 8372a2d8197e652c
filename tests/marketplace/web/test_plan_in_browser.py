"""How a question will be computed, opened on the page of its price: wide and narrow, without a fault."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browsing import RULES
from tests.marketplace.web.house import Visitor
from tests.marketplace.web.stage import Stage

pytestmark = pytest.mark.browser

PRICE = "/ask/exam/1/price?statistic=count&statistic=median:exam_score&level=2&floor=50"


@pytest.mark.parametrize("width", [320, 1280])
def test_the_fold_says_how_it_is_computed(stage: Stage, standing_buyer: Visitor, width: int):
    with stage.page(standing_buyer) as page:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(stage.url + PRICE)
        page.locator("summary", has_text="How this will be computed").click()

        steps = page.get_by_role("table", name="Steps")
        expect(steps).to_contain_text("Compute together on the parts")
        expect(page.get_by_role("table", name="Other ways")).to_contain_text("Adding up locked numbers")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
