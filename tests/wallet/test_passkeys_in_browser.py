"""Into a wallet with a passkey of a virtual device, in a real browser; wide and narrow."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "hasPrf": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with serving(create_app(world.services)) as address:
        yield address.replace("127.0.0.1", "localhost")


@contextmanager
def device(page: Page, **changes: Any) -> Iterator[Any]:
    """A device with passkeys of its own at a page; the value is how to talk to it."""
    talk = page.context.new_cdp_session(page)
    talk.send("WebAuthn.enable")
    added = talk.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE | changes})
    yield talk
    talk.send("WebAuthn.removeVirtualAuthenticator", added)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _made(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-up")
    page.get_by_label("Name").fill("anna")
    _press(page, "Make my wallet with a passkey")
    page.get_by_text("Your wallet is ready").wait_for()


def test_a_wallet_is_made_locked_and_opened_without_a_password(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page, device(page):
        page.goto(f"{url}/sign-up")
        look(page, says="or with a password")
        page.get_by_label("Name").fill("anna")
        page.get_by_role("button", name="Make my wallet with a passkey").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Your wallet is ready").wait_for()

        _press(page, "Lock")
        look(page, says="Open with a passkey")
        page.get_by_role("button", name="Open with a passkey").focus()
        page.keyboard.press("Enter")

        page.get_by_role("link", name="anna").wait_for()


def test_the_recovery_words_and_a_first_password_come_with_a_passkey(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page, device(page):
        _made(page, url)
        page.get_by_role("link", name="anna").click()
        look(page, says="Your wallet has no password")

        _press(page, "Make my recovery code")
        page.locator("main").get_by_text("Write these 15 words on paper").wait_for()
        page.get_by_role("link", name="I have written them down").click()
        page.get_by_role("link", name="anna").click()
        page.get_by_label("New password", exact=True).fill(PASSWORD)
        page.get_by_label("The same new password again").fill(PASSWORD)
        _press(page, "Set it with a passkey")

        page.get_by_text("Your new password is set").wait_for()


def test_a_second_passkey_comes_and_goes(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        page.goto(f"{url}/sign-up")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        _press(page, "Make my wallet")
        page.get_by_role("link", name="anna").click()
        page.get_by_role("link", name="Add a passkey").click()
        with device(page):
            look(page, says="What you call it")
            page.get_by_label("What you call it").fill("my phone")
            page.get_by_label("Your password", exact=True).fill(PASSWORD)
            _press(page, "Add this passkey")
            look(page, says="This passkey opens your wallet from now on")

            page.get_by_role("link", name="Take away: my phone").click()
            look(page, says="It opens your wallet no more")
            _press(page, "Confirm with a passkey and take it away")
            look(page, says="You have no passkey")


def test_a_stopped_or_unfit_passkey_is_told_and_nothing_is_made(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page, device(page, isUserVerified=False):
        page.goto(f"{url}/sign-up")
        _press(page, "Make my wallet with a passkey")
        page.get_by_text("Choose a name first.").wait_for()
        page.get_by_label("Name").fill("anna")
        _press(page, "Make my wallet with a passkey")
        look(page, says="No passkey was given, or it was stopped")
    with quiet_page(browser) as page, device(page, hasPrf=False):
        page.goto(f"{url}/sign-up")
        page.get_by_label("Name").fill("anna")
        _press(page, "Make my wallet with a passkey")
        look(page, says="This passkey cannot lock a wallet")


def test_a_passkey_that_opens_nothing_here_is_told(browser: Browser, url: str, world: World) -> None:
    with quiet_page(browser, expected="422") as page, device(page):
        _made(page, url)
        _press(page, "Lock")
        for lock in world.stores.passkeys.of_wallet(_only_wallet(world)):  # type: ignore[union-attr]
            world.stores.passkeys.locks.pop(lock.credential_id)  # type: ignore[union-attr]
        _press(page, "Open with a passkey")
        look(page, says="This passkey does not open a wallet here")


def test_without_scripts_or_at_a_numbered_address_no_passkey_is_offered(browser: Browser, url: str) -> None:
    with quiet_page(browser, java_script_enabled=False) as page:
        page.goto(f"{url}/sign-in")
        assert not page.get_by_text("Open with a passkey").is_visible()
    with quiet_page(browser) as page:
        page.goto(url.replace("localhost", "127.0.0.1") + "/sign-in")
        assert page.get_by_text("Open with a passkey").count() == 0


def _only_wallet(world: World) -> str:
    (wallet_id,) = world.stores.wallets.wallets  # type: ignore[union-attr]
    return str(wallet_id)
