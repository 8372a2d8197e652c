"""Taking an agreement along and checking it, in a real browser; wide and narrow, with and without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.domain.choices import PolicyChoices
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World) -> Iterator[str]:
    anna = world.services.create_wallet("anna", PASSWORD)
    record = world.services.receive_credential(anna, world.issuers.offer())
    held = world.services.publish_offer(anna, record.credential_id, PolicyChoices())
    world.market.use(held.consent_id, cents=75)
    world.services.refresh(anna)
    with serving(create_app(world.services)) as address:
        yield address


def _saved(page: Page, url: str, tmp_path: Path) -> Path:
    """What the person saved of her agreement."""
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Agreements", exact=True).click()
    page.get_by_role("link", name="Exam results").click()
    with page.expect_download() as paper:
        page.get_by_role("link", name="Save as a document (PDF)").click()
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF-")
    with page.expect_download() as file:
        page.get_by_role("link", name="Save the signed file").click()
    kept = tmp_path / file.value.suggested_filename
    file.value.save_as(kept)
    return kept


def test_what_a_person_saves_anybody_checks(browser: Browser, url: str, tmp_path: Path) -> None:
    with quiet_page(browser) as page:
        file = _saved(page, url, tmp_path)
    with quiet_page(browser) as page:
        page.goto(f"{url}/verify")
        look(page, says="You need no account")
        page.get_by_label("Choose the file").set_input_files(file)
        page.get_by_role("button", name="Check").focus()
        page.keyboard.press("Enter")
        look(page, says="Everything in it holds.")
        page.get_by_label("Or paste what is in it").fill(
            file.read_text().replace("Universities", "Everybody")
        )
        page.get_by_role("button", name="Check").click()
        look(page, says="Something in it does not hold.")
        page.goto(f"{url}/verify")
        page.get_by_role("button", name="Deutsch").click()
        look(page, says="Sie brauchen kein Konto")


def test_it_is_checked_without_scripts(browser: Browser, url: str, tmp_path: Path) -> None:
    with quiet_page(browser, java_script_enabled=False) as page:
        file = _saved(page, url, tmp_path)
        page.get_by_role("link", name="check an agreement").click()
        page.get_by_label("Choose the file").set_input_files(file)
        page.get_by_role("button", name="Check").click()
        page.get_by_text("Everything in it holds.").wait_for()
