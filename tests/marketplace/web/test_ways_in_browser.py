"""In with a passkey of a virtual device, and with one's organisation, in a real browser; wide and narrow."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browsing import look
from tests.marketplace.provider import CLIENT, SECRET, provider
from tests.marketplace.web.house import PASSWORD, House
from tests.marketplace.web.stage import REFUSED_ANSWERS, Stage

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def url(stage: Stage) -> str:
    return stage.url.replace("127.0.0.1", "localhost")


@contextmanager
def device(page: Page, **changes: Any) -> Iterator[None]:
    """A device with passkeys of its own at a page."""
    talk = page.context.new_cdp_session(page)
    talk.send("WebAuthn.enable")
    added = talk.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE | changes})
    yield
    talk.send("WebAuthn.removeVirtualAuthenticator", added)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    _press(page, "Sign in")
    page.get_by_role("button", name="Sign out").wait_for()
    page.goto(f"{url}/account/sign-in/")


def test_a_passkey_is_made_signs_in_alone_and_is_the_last_way(
    stage: Stage, url: str, standing: House
) -> None:
    standing.account("passkey@institute.example")
    with stage.page(expected=REFUSED_ANSWERS) as page, device(page):
        _sign_in(page, url, "passkey@institute.example")
        look(page, says="You have no passkey yet")
        page.get_by_role("link", name="Add a passkey").click()
        look(page, says="What you call it")
        page.get_by_label("What you call it").fill("my phone")
        page.get_by_label("Your password").fill(PASSWORD)
        _press(page, "Add this passkey")
        page.get_by_text("This passkey signs you in from now on").wait_for()

        page.get_by_role("link", name="Sign in with passkeys only").click()
        look(page, says="Your password is taken away")
        _press(page, "Take my password away, confirmed with a passkey")
        look(page, says="You have no password")
        _press(page, "Sign out")

        page.goto(f"{url}/sign-in")
        look(page, says="Sign in with a passkey")
        page.get_by_role("button", name="Sign in with a passkey").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Sign out").wait_for()

        page.goto(f"{url}/account/sign-in/")
        page.get_by_role("link", name="Take away: my phone").click()
        look(page, says="It signs you in no more")
        _press(page, "Take it away, confirmed with a passkey")
        look(page, says="This passkey is your only way in")


def test_a_passkey_that_was_not_unlocked_is_told(stage: Stage, url: str) -> None:
    with stage.page() as page, device(page, isUserVerified=False):
        page.goto(f"{url}/sign-in")
        _press(page, "Sign in with a passkey")
        look(page, says="No passkey was given, or it was stopped")


def test_without_scripts_the_password_is_offered_and_no_passkey(stage: Stage, url: str) -> None:
    context = stage.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/sign-in")

    assert page.get_by_label("Password").is_visible()
    assert page.get_by_role("link", name="Sign in with your organisation").is_visible()
    assert not page.get_by_text("Sign in with a passkey").is_visible()
    context.close()


def test_an_organisation_is_set_up_and_signs_its_people_in(stage: Stage, url: str, standing: House) -> None:
    standing.account("owner@institute.example")
    with provider(lambda: standing.clock.now) as idp, stage.page(expected=REFUSED_ANSWERS) as page:
        _sign_in(page, url, "owner@institute.example")
        page.get_by_role("link", name="Set up your organisation’s sign-in").click()
        look(page, says="What your e-mail addresses end in")
        for label, text in (
            ("The name that your people type", "institute"),
            ("Address of your sign-in", "http://127.0.0.1:1"),
            ("What it calls this market", CLIENT),
            ("Its secret for this market", SECRET),
            ("What your e-mail addresses end in", "institute.example"),
            ("Your password here", PASSWORD),
        ):
            page.get_by_label(label).fill(text)
        _press(page, "Save")
        look(page, says="This address does not answer")
        page.get_by_label("Address of your sign-in").fill(idp.issuer)
        page.get_by_label("Its secret for this market").fill(SECRET)
        page.get_by_label("Your password here").fill(PASSWORD)
        _press(page, "Save")
        look(page, says="Your people choose")
        page.goto(f"{url}/account/sign-in/")
        look(page, says="Connect your organisation")
        _press(page, "Sign out")

        page.goto(f"{url}/sign-in")
        page.get_by_role("link", name="Sign in with your organisation").click()
        look(page, says="An owner of your organisation’s account knows it")
        page.get_by_label("Your organisation’s name here").fill("nobody")
        _press(page, "Go on")
        look(page, says="No organisation signs in here by this name")
        page.get_by_label("Your organisation’s name here").fill("institute")
        _press(page, "Go on")
        look(page, says="you stay signed in there")

        page.get_by_role("link", name="Go on to").click()
        page.get_by_role("button", name="Sign out").wait_for()
        page.goto(f"{url}/account/sign-in/")
        look(page, says="You can sign in with your organisation")
