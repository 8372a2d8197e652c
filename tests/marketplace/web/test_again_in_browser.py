"""Being asked again who one is, and why one was signed out, in a real browser; wide and narrow."""

import pytest

from tests.browsing import look
from tests.marketplace.web.house import PASSWORD, House
from tests.marketplace.web.stage import REFUSED_ANSWERS, Stage

pytestmark = pytest.mark.browser


def test_who_is_asked_again_shows_it_and_loses_nothing(stage: Stage, standing: House) -> None:
    buyer = standing.buyer("again@institute.example")
    with stage.page(buyer, expected=REFUSED_ANSWERS) as page:
        page.goto(f"{stage.url}/organisation/members")
        page.get_by_label("E-mail").fill("ada@institute.example")
        standing.clock.forward(minutes=10)
        page.get_by_role("button", name="Make a link").click()
        look(page, says="You are about to invite somebody.")
        page.get_by_label("Your password").fill("a guess and more")
        page.get_by_role("button", name="Go on: invite somebody").click()
        look(page, says="This is not your password")
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Go on: invite somebody").click()

        look(page, says="ada@institute.example")
        assert "/join#" in page.content()


def test_who_did_nothing_for_a_while_is_told_so_and_comes_back(stage: Stage, standing: House) -> None:
    buyer = standing.buyer("idle@institute.example")
    standing.clock.forward(minutes=60)
    with stage.page(buyer) as page:
        page.goto(f"{stage.url}/money")
        look(page, says="You were signed out because nothing was done here for 60 minutes.")
        page.get_by_label("E-mail").fill("idle@institute.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()

        page.get_by_role("heading", name="Money").first.wait_for()
