"""The page of a described data set in a real browser: with scripts and without, wide and narrow."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browsing import NARROW, look, quiet_page
from tests.marketplace.web.house import INSTITUTE, House, open_house
from tests.marketplace.web.published import DESCRIBED, publish
from tests.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(tmp_path_factory, settings, database) -> Iterator[str]:
    house: House = open_house(tmp_path_factory.mktemp("described"), settings=settings, database=database)
    publish(house, house.buyer("buyer@institute.example", INSTITUTE, euros=10_000))
    with serving(house.app) as address:
        yield address
    house.store.database.close()


@pytest.mark.parametrize(
    ("path", "says"), [("/data/exam/1", "Published counts"), ("/data/health/1", "Nothing is published yet")]
)
def test_the_page_has_no_fault_in_either_colour_and_at_either_width(browser: Browser, url, path, says):
    with quiet_page(browser) as page:
        page.goto(url + path)

        look(page, says=says)


def test_the_charts_are_there_without_scripts_and_their_bars_can_be_seen(browser: Browser, url):
    with quiet_page(browser, java_script_enabled=False, viewport=NARROW) as page:
        page.goto(url + "/data/exam/1")

        tables = page.locator("table.bars")
        assert tables.count() == len(DESCRIBED)
        box = tables.first.locator("svg.bar").first.bounding_box()
        assert box is not None
        assert box["width"] > 100
        assert box["height"] > 8
