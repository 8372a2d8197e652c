"""A score from asking to paying: the command asks and opens, the pages follow; wide, narrow, and by axe."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from marketplace.config import Settings
from marketplace.sdk import score_offers
from tests.browsing import look
from tests.marketplace.scorers import EQUAL, scorer
from tests.marketplace.sdk.direct_desk import DirectDesk, direct_desk
from tests.marketplace.web.direct_house import DirectHouse, direct_page, open_direct_house
from tests.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

ANNA = scorer()


@pytest.fixture
def house(tmp_path: Path, settings: Settings) -> Iterator[DirectHouse]:
    with open_direct_house(tmp_path, settings) as house:
        yield house


def test_a_score_is_asked_for_by_command_and_its_page_reaches_the_end(
    house: DirectHouse, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(score_offers, "require_in_force", lambda offer, registry, now: None)
    with (
        serving(house.app) as url,
        direct_desk(house.market, tmp_path, url, monkeypatch, account_id=house.account_id) as desk,
        direct_page(house, browser, url, expected="422") as page,
    ):
        page.goto(f"{url}/scores/offers/exam/1")
        look(page, says="Nobody offers this now")
        house.market.services.scores.accept_offer(ANNA.offer().to_json())
        _choose(page, url)
        command = page.locator("pre.code").inner_text()
        request_id = _ask(desk, command)

        page.goto(f"{url}/scores")
        look(page, says="waiting for the person")
        page.get_by_role("link", name="1 × exam score + 1 × reading score").click()
        look(page, says="The person decides herself")
        house.answer(ANNA, request_id)
        page.get_by_role("heading", name="The score is sealed").wait_for()  # by itself
        page.locator("summary", has_text="The command that opens it").click()
        look(page, says="buyer score collect")
        got = desk("score", "collect", desk.path("score.json"))
        assert f"Score: {ANNA.score(EQUAL):.3f}" in got.output
        page.reload()
        look(page, says="Of it for the person")
        page.goto(f"{url}/money")
        page.get_by_role("link", name="Paid for a score").click()
        look(page, says="Your score")


def test_what_runs_out_and_what_stalls_is_said_on_the_page(
    house: DirectHouse, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(score_offers, "require_in_force", lambda offer, registry, now: None)
    house.market.services.scores.accept_offer(ANNA.offer().to_json())
    with (
        serving(house.app) as url,
        direct_desk(house.market, tmp_path, url, monkeypatch, account_id=house.account_id) as desk,
    ):
        words = (
            "--weight",
            "exam_score=1",
            "--weight",
            "reading_score=1",
            "--purpose",
            "dpv:PersonnelHiring",
        )
        desk("score", "ask", ANNA.id, *words, "--accept-cents", "608", "--out", desk.path("score.json"))
        house.market.clock.forward(seconds=8 * 24 * 3600)
        with direct_page(house, browser, url) as page:
            page.goto(f"{url}/scores")
            page.get_by_role("link", name="1 × exam score").click()
            look(page, says="This does not move at the moment")
            house.market.duties.tend_scores()
            page.reload()
            look(page, says="There is no score, and you paid nothing")


def _choose(page: Page, url: str) -> None:
    """From the list of people to the price, by way of weights that are too much."""
    page.goto(f"{url}/scores")
    look(page, says="No requests yet")
    page.get_by_role("link", name="Exam results").click()
    look(page, says="decides on each request")
    page.get_by_role("link", name="Type of school").click()
    page.get_by_label("Weight of: exam score").fill("1")
    look(page, says="This is too much")
    page.get_by_role("button", name="See the price").last.click()
    look(page, says="This is too much")
    page.get_by_label("Weight of: reading score").fill("1")
    page.get_by_text("between -8 and 8").wait_for()
    page.get_by_role("button", name="See the price").last.click()
    look(page, says="You pay at most")


def _ask(desk: DirectDesk, shown: str) -> str:
    """Do what the page says, in the buyer's folder."""
    words = shown.split("\n", 1)[1].replace("\\\n", " ").split()
    assert words[:2] == ["buyer", "score"]
    done = desk(*words[1:-1], desk.path("score.json"))
    assert done.exit_code == 0, done.output
    return str(json.loads(Path(desk.path("score.json")).read_text())["id"])
