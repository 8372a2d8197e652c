"""The page on which a person says yes, in a real browser: accessible, and it leads back to the wallet."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browsing import RULES, chromium, quiet_page
from tests.serving import serving
from tests.ssi.issuer_service.offices import found_office
from tests.ssi.issuer_service.protocol_wallet import CLIENT_ID, claim_code_of, protocol_wallet

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with quiet_page(browser, expected="422") as page:
        yield page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    folder: Path = tmp_path_factory.mktemp("office") / "university"
    office = found_office(folder, f"sqlite:///{folder.parent / 'issuer.sqlite'}")
    with serving(office.app) as address:
        yield office, address
    office.issuer.database.close()


@pytest.fixture(scope="module")
def wallet() -> Iterator[str]:
    """Where a wallet takes its answer; it outlives the pages, which may still be asking it for an icon."""
    answers = Flask("wallet")
    answers.add_url_rule("/callback", "callback", lambda: "back in the wallet")
    answers.add_url_rule("/favicon.ico", "icon", lambda: "")
    with serving(answers) as address:
        yield address


def opened(served: tuple[Any, str], page: Page, redirect_uri: str, **changes: str) -> None:
    """Open the page for a wallet whose answer goes to an address."""
    office, address = served
    request_uri = protocol_wallet(office).pushed(redirect_uri=redirect_uri, **changes)
    page.goto(f"{address}/authorize?client_id={CLIENT_ID}&request_uri={request_uri}")


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_is_accessible_and_fits(served, page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    opened(served, page, "https://wallet.example/callback")
    page.get_by_role("button", name="Let this wallet have it").click()
    page.get_by_text("This claim code is not known").first.wait_for()

    found = Axe().run(page, options=RULES)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_saying_yes_by_keyboard_leads_back_to_the_wallet(served, wallet: str, page: Page):
    office, _ = served
    claim_code = claim_code_of(office.wallet(), office.institution.hand_in("person")["offer_uri"])
    opened(served, page, f"{wallet}/callback")
    page.get_by_label("Claim code").fill(claim_code)
    page.keyboard.press("Enter")
    page.get_by_text("back in the wallet").wait_for()

    assert "code=" in page.url
    assert "iss=" in page.url


def test_saying_no_leads_back_too(served, wallet: str, page: Page):
    opened(served, page, f"{wallet}/callback")
    page.get_by_role("button", name="No, go back").click()
    page.get_by_text("back in the wallet").wait_for()

    assert "error=access_denied" in page.url
