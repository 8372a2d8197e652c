"""A sum over wallets from ordering to paying: the command orders and opens, the pages follow the rounds."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from marketplace.config import Settings
from tests.browsing import look
from tests.marketplace.sdk.direct_desk import DirectDesk, direct_desk
from tests.marketplace.web.direct_house import DirectHouse, direct_page, open_direct_house
from tests.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def house(tmp_path: Path, settings: Settings) -> Iterator[DirectHouse]:
    with open_direct_house(tmp_path, settings) as house:
        yield house


def test_a_sum_is_ordered_by_command_and_its_page_follows_the_rounds(
    house: DirectHouse, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with (
        serving(house.app) as url,
        direct_desk(house.market, tmp_path, url, monkeypatch, account_id=house.account_id) as desk,
        direct_page(house, browser, url, expected="422") as page,
    ):
        _choose(page, url)
        crowd = house.crowd(_order(desk, page.locator("pre.code").inner_text()))

        page.goto(f"{url}/sums")
        look(page, says="people are joining")
        page.get_by_role("link", name="Sum of 2 × exam score").click()
        look(page, says="How many exactly is said when the first round begins.")
        crowd.joined().shared(silent=[0])
        page.get_by_text("This round waits for one wallet").wait_for()  # by itself
        look(page, says="1: the wallets agree on keys")
        crowd.say(crowd.sittings[0].share())
        crowd.masked().revealed()
        page.get_by_role("heading", name="The sum is sealed").wait_for()
        look(page, says="People in the sum")
        got = desk("sum", "collect", desk.path("sum.json"))
        assert "12 people" in got.output, got.output
        page.reload()
        look(page, says="Your sum")
        page.goto(f"{url}/money")
        page.get_by_role("link", name="Paid for a sum").click()
        look(page, says="Of it for the people")


def test_too_few_people_and_a_market_at_rest_are_said_on_the_page(
    house: DirectHouse, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with (
        serving(house.app) as url,
        direct_desk(house.market, tmp_path, url, monkeypatch, account_id=house.account_id) as desk,
    ):
        words = ("--weight", "exam_score=1", "--people", "12", "--floor", "10", "--epsilon", "8")
        money = ("--pay-cents", "50", "--accept-cents", "732", "--purpose", "dpv:AcademicResearch")
        done = desk("sum", "order", "exam/1", *words, *money, "--out", desk.path("sum.json"))
        assert done.exit_code == 0, done.output
        house.market.clock.forward(seconds=8 * 24 * 3600)
        with direct_page(house, browser, url) as page:
            page.goto(f"{url}/sums")
            page.get_by_role("link", name="Sum of 1 × exam score").click()
            look(page, says="This does not move at the moment")
            house.market.duties.tend_crowds()
            page.reload()
            look(page, says="Too few people joined")


def _choose(page: Page, url: str) -> None:
    """From the list of data to the price, by way of a form that is not complete."""
    page.goto(f"{url}/sums")
    look(page, says="No sums yet")
    page.get_by_role("link", name="Exam").first.click()
    look(page, says="Fill in the form")
    page.get_by_label("Weight of: exam score").fill("2")
    page.get_by_label("At most").fill("12")
    page.get_by_label("At least").fill("10")
    page.get_by_role("button", name="See the price").last.click()
    look(page, says="Choose what it is for.")
    page.get_by_label("Purpose").select_option(label="Scientific research")
    page.get_by_text("Over 10 people it is off by").wait_for()
    page.get_by_role("button", name="See the price").last.click()
    look(page, says="You pay at most")


def _order(desk: DirectDesk, shown: str) -> str:
    """Do what the page says, in the buyer's folder."""
    words = shown.split("\n", 1)[1].replace("\\\n", " ").split()
    assert words[:2] == ["buyer", "sum"]
    done = desk(*words[1:-1], desk.path("sum.json"))
    assert done.exit_code == 0, done.output
    return str(json.loads(Path(desk.path("sum.json")).read_text())["id"])
