"""Asking to be paid in a real browser, on wide and narrow screens, with and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.domain.choices import PolicyChoices
from wallet.domain.payout import PayoutState
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World) -> Iterator[str]:
    session = world.services.create_wallet("anna", PASSWORD)
    for number, person in enumerate(("4711", "4712")):
        record = world.services.receive_credential(session, world.issuers.offer(person=person))
        held = world.services.publish_offer(session, record.credential_id, PolicyChoices())
        world.market.use(held.consent_id, f"job-{number}", cents=(700, 905)[number])
    world.services.refresh(session)
    with serving(create_app(world.services)) as address:
        yield address


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="anna").wait_for()


def _fill_in(page: Page, iban: str) -> None:
    page.get_by_label("Name on the account").fill("Anna Müller")
    page.get_by_label("IBAN").fill(iban)
    page.get_by_label("I want the marketplace to learn this").check()
    page.get_by_role("button", name="Ask to be paid").focus()
    page.keyboard.press("Enter")


def test_a_person_asks_for_one_agreement_and_sees_it_paid(browser: Browser, url: str, world: World) -> None:
    with quiet_page(browser, expected="422") as page:
        _sign_in(page, url)
        page.goto(f"{url}/earnings/")
        page.get_by_role("link", name="Get paid out").click()
        look(page, says="You have not asked to be paid yet.")
        page.get_by_label("€9.05").check()
        _fill_in(page, "AT61 1904 3002 3457 3202")
        look(page, says="a digit may be wrong")
        _fill_in(page, "AT61 1904 3002 3457 3201")
        look(page, says="It has arrived and waits to be paid.")
        world.payouts.decide(PayoutState.PAID)
        page.get_by_role("button", name="Check now").click()
        look(page, says="Your account shows whether it came.")

    assert [each.amount_cents for each in world.payouts.lines()] == [905]


def test_it_works_without_scripts(browser: Browser, url: str, world: World) -> None:
    with quiet_page(browser, java_script_enabled=False) as page:
        _sign_in(page, url)
        page.goto(f"{url}/earnings/payouts/")
        page.get_by_label("€7.00").check()
        _fill_in(page, "AT611904300234573201")
        page.get_by_text("Your request has arrived").wait_for()

    assert [each.amount_cents for each in world.payouts.lines()] == [700]
