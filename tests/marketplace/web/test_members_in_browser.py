"""Members, oneself, joining and signing up in a real browser: wide and narrow, and axe finds no fault."""

import pytest
from playwright.sync_api import Browser

from tests.browsing import look
from tests.marketplace.web.house import PASSWORD, House, Visitor
from tests.marketplace.web.stage import Stage
from tests.marketplace.web.test_signing_up import ask
from tests.serving import serving

pytestmark = pytest.mark.browser


def test_somebody_is_invited_and_joins_by_the_link(house: House, buyer: Visitor, browser: Browser):
    with serving(house.app) as url:
        stage = Stage(house, url, browser)
        with stage.page(buyer) as page:
            page.goto(f"{url}/organisation/members")
            page.get_by_label("E-mail").fill("grace@institute.example")
            page.get_by_label("Role").last.select_option("buyer")
            page.get_by_role("button", name="Make a link").click()
            look(page, says="Pass this link on")
            link = page.locator("#invitation").input_value()
            code = link.partition("#")[2]
        with stage.page() as page:
            page.goto(f"{url}/join#{code}")
            page.wait_for_url(f"{url}/join")  # the secret is out of the address again
            assert page.get_by_label("Code or link").input_value() == code
            look(page, says="Join your organisation")
            page.get_by_label("Your name").fill("Grace")
            page.get_by_label("Choose a password").fill(PASSWORD)
            page.get_by_role("button", name="Join").click()
            page.get_by_text("You act for your organisation").wait_for()
            page.goto(f"{url}/you")
            look(page, says="Where you are signed in")
        with stage.page(buyer) as page:
            page.goto(f"{url}/organisation/members")
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            look(page, says="Grace")
            page.goto(f"{url}/organisation/acts")
            look(page, says="joined")


def test_asking_for_an_account_and_deciding(house: House, browser: Browser):
    operator = house.operator()
    with serving(house.app) as url:
        stage = Stage(house, url, browser)
        with stage.page() as page:
            for path, says in (
                ("/sign-up", "Send the request"),
                ("/sign-up/sent", "Your request was sent"),
                ("/new-password", "Set a new password"),
                ("/sign-in", "No account yet?"),
            ):
                page.goto(f"{url}{path}")
                look(page, says=says)
        ask(house)
        with stage.page(operator) as page:
            page.goto(f"{url}/operations/accounts")
            look(page, says="University of Graz")
            page.get_by_role("button", name="Open an account").click()
            look(page, says="Pass this link on")
