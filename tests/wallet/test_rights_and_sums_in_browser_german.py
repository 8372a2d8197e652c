"""Rights, scores and sums in German in a real browser: long words fit a narrow screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def record(world: World) -> str:
    anna = world.services.create_wallet("anna", PASSWORD)
    return str(world.services.receive_credential(anna, world.issuers.offer()).credential_id)


@pytest.fixture
def url(world: World, record: str) -> Iterator[str]:
    with serving(create_app(world.services)) as address:
        yield address


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name="Deutsch").click()
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_label("Name").fill("anna")
    page.keyboard.press("Enter")
    page.locator("main").get_by_text("Guten Tag").first.wait_for()


@pytest.mark.parametrize(("path", "says"), [("/rights", "Sich beschweren"), ("/rights/erase", "Danach:")])
def test_rights_fit_in_german(browser: Browser, url: str, path: str, says: str) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.goto(f"{url}{path}")
        look(page, says=says)


@pytest.mark.parametrize(
    ("kind", "asks", "none"),
    [
        ("crowds", "Wie groß muss die Gruppe sein?", "Ihre Wallet war noch in keiner Summe."),
        ("scores", "Wer entscheidet über jede Anfrage?", "Noch hat niemand eine Punktzahl bekommen."),
    ],
)
def test_an_offer_is_made_and_ended_in_german(
    browser: Browser, url: str, record: str, kind: str, asks: str, none: str
) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, url)
        page.goto(f"{url}/{kind}/offer/{record}")
        for field in ("recipient_kinds", "purposes"):
            page.locator(f"input[name={field}]").first.check()
        look(page, says=asks)
        page.get_by_role("button", name="Weiter").click()
        look(page, says="Was Ihre Wallet verlässt")
        page.get_by_role("button", name="Ich stimme zu").click()
        look(page, says=none)
        page.get_by_role("link", name="Dieses Angebot beenden").click()
        look(page, says="Hört sofort auf:")
