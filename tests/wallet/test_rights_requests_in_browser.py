"""Asking the marketplace by law in a real browser: wide and narrow, with and without scripts, in German."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.domain.choices import PolicyChoices
from wallet.domain.rights_case import CaseOutcome
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World) -> Iterator[str]:
    session = world.services.create_wallet("anna", PASSWORD)
    record = world.services.receive_credential(session, world.issuers.offer())
    world.services.publish_offer(session, record.credential_id, PolicyChoices())
    world.services.refresh(session)
    with serving(create_app(world.services)) as address:
        yield address


def _sign_in(page: Page, url: str, *, german: bool = False) -> None:
    page.goto(f"{url}/sign-in")
    if german:
        page.get_by_role("button", name="Deutsch").click()
    page.get_by_label("Passwort" if german else "Password").fill(PASSWORD)
    page.get_by_label("Name").fill("anna")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="anna").wait_for()


def _choose(page: Page, right: str, button: str) -> None:
    page.locator("input[name=agreement]").first.check()
    page.get_by_label(right).check()
    page.get_by_role("button", name=button, exact=True).focus()
    page.keyboard.press("Enter")


def test_a_person_asks_and_sees_what_came_of_it(browser: Browser, url: str, world: World) -> None:
    with quiet_page(browser, expected="422") as page:
        _sign_in(page, url)
        page.goto(f"{url}/rights")
        page.get_by_role("link", name="Ask, and see what came of it").click()
        look(page, says="You have not asked for anything yet.")
        page.get_by_label("In your own words").fill("Which rows of mine do you have?\nAnd since when?")
        _choose(page, "Tell me what there is", "Send it")
        look(page, says="Waits for an answer")
        _choose(page, "Delete it", "Send it")
        look(page, says="Tick that you want the agreement to end.")
        page.get_by_label("I want the agreement to end").check()
        page.get_by_role("button", name="Send it").click()
        page.get_by_text("The agreement has ended.").wait_for()
        world.rights.answer(CaseOutcome.PARTLY, "The rows are deleted. The public log stays as it is.")
        page.get_by_role("button", name="Check now").click()
        look(page, says="Done in part, as the marketplace says:")

    assert [withdrawal is None for _, withdrawal in world.rights.received] == [True, False]


def test_it_works_without_scripts(browser: Browser, url: str, world: World) -> None:
    with quiet_page(browser, java_script_enabled=False) as page:
        _sign_in(page, url)
        page.goto(f"{url}/rights/requests/")
        _choose(page, "Hand it over for other programs", "Send it")
        page.get_by_text("Your request has arrived").wait_for()

    assert len(world.rights.received) == 1


def test_it_fits_in_german(browser: Browser, url: str, world: World) -> None:
    with quiet_page(browser, expected="422") as page:
        _sign_in(page, url, german=True)
        page.goto(f"{url}/rights/requests/")
        look(page, says="Sie haben noch nichts verlangt.")
        _choose(page, "Nicht mehr verwenden, aus Gründen", "Senden")
        look(page, says="Es wurde nichts gesendet.")
        _choose(page, "Auskunft über alles, was da ist", "Senden")
        look(page, says="Wartet auf Antwort")
        world.rights.extend("Viele Anträge auf einmal.")
        page.get_by_role("button", name="Jetzt nachsehen").click()
        look(page, says="Warum es länger dauert, laut Marktplatz:")
