"""An organisation shows who it is from a wallet instead of pasting its credential, without scripts."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest

from marketplace.domain.presentation import MOST_OPEN, PresentationQuestion
from tests.marketplace.asking import KnownStatus
from tests.marketplace.web.house import INSTITUTE, House, Visitor, text_of
from tests.marketplace.web.wallets import answer, asking_house

WALLET = "/organisation/wallet"


@pytest.fixture
def status() -> KnownStatus:
    return KnownStatus()


@pytest.fixture
def asking(house: House, settings, status) -> House:
    return asking_house(house, settings, status)


@pytest.fixture
def newcomer(asking: House) -> Visitor:
    return asking.buyer("new@institute.example")


def link_on(visitor: Visitor, page: str) -> str:
    (link,) = re.findall(r'href="(openid4vp://[^"]+)"', visitor.get(page).text)
    return unescape(link)


def begin(visitor: Visitor, device: str) -> str:
    return str(visitor.send(WALLET, device=device).location)


def test_a_wallet_on_another_device_is_shown_a_code(newcomer: Visitor):
    page = newcomer.get(begin(newcomer, "other"))

    assert page.text.count('class="segno"') == 1
    assert 'viewBox="0 0 ' in page.text  # so that a narrow screen makes it smaller and does not cut it off
    assert "Scan this code with your wallet." in text_of(page)
    assert "Look again" in text_of(page)


def test_a_request_that_is_too_long_for_a_code_is_opened_on_this_device(asking, newcomer: Visitor):
    ask = asking.services.presentations.start
    claims = [{"path": ["x" * 100, str(number)]} for number in range(20)]
    credential: dict[str, Any] = {
        "id": "a",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": ["urn:x"]},
        "claims": claims,
    }
    account = asking.services.add_account("long@institute.example", "correct horse battery")
    session = ask(
        account.account_id,
        PresentationQuestion({"credentials": [credential]}, identity="redirect_uri", mode="direct_post"),
    )

    page = asking.app.test_client().get(f"/openid4vp/{session.session_id}")

    assert page.status_code == 200
    assert 'class="segno"' not in page.text
    assert "too long for a code" in text_of(page)


def test_what_was_shown_stands_in_the_form_and_is_registered(asking, settings, newcomer: Visitor):
    page = begin(newcomer, "other")
    assert answer(asking, settings.directory, link_on(newcomer, page), INSTITUTE) is None

    onward = newcomer.get(page)
    form = newcomer.get(onward.location)

    assert INSTITUTE.credential().split("~")[0] in form.text
    credential = re.search(r'<textarea[^>]*name="credential"[^>]*>\s*([^<]+)</textarea>', form.text)
    assert credential is not None
    registered = newcomer.send(
        "/organisation", credential=unescape(credential[1]).strip(), mandate=INSTITUTE.mandate()
    )
    assert registered.location == "/organisation"
    assert "Name Institute of Education" in text_of(newcomer.get("/organisation"))


def test_a_wallet_on_the_same_device_comes_back_with_what_opens_it(asking, settings, newcomer: Visitor):
    page = begin(newcomer, "this")
    assert 'class="segno"' not in newcomer.get(page).text

    back = answer(asking, settings.directory, link_on(newcomer, page), INSTITUTE)

    assert back is not None
    assert newcomer.get(page).status_code == 200  # not without the code
    parts = urlsplit(back)
    waiting = newcomer.get(f"{parts.path}?{parts.query}")
    onward = newcomer.get(waiting.location)
    assert INSTITUTE.credential().split("~")[0] in newcomer.get(onward.location).text


def test_a_browser_that_did_not_start_the_session_gets_nothing_from_the_code(
    asking, settings, newcomer: Visitor
):
    page = begin(newcomer, "this")
    back = answer(asking, settings.directory, link_on(newcomer, page), INSTITUTE)
    assert back is not None
    parts = urlsplit(back)

    other = asking.buyer("other@institute.example")

    assert other.get(f"{parts.path}?{parts.query}").location == WALLET
    assert other.get(f"{page}?{parts.query}").status_code == 404
    stolen = f"/organisation?shown={page.rsplit('/', 1)[1]}&{parts.query}"
    assert INSTITUTE.credential().split("~")[0] not in other.get(stolen).text


def test_a_refusal_is_explained_and_can_be_tried_again(asking, settings, status, newcomer: Visitor):
    status.revoked = True
    page = begin(newcomer, "other")
    answer(asking, settings.directory, link_on(newcomer, page), INSTITUTE)

    text = text_of(newcomer.get(page))

    assert "The issuer has taken the credential back." in text
    assert "Start again" in text


def test_whoever_begins_too_often_is_asked_to_wait(newcomer: Visitor):
    for _ in range(MOST_OPEN):
        begin(newcomer, "other")

    refused = newcomer.send(WALLET, device="other")

    assert refused.status_code == 429
    assert "One moment, please" in text_of(refused)


def test_a_request_that_ran_out_says_so(asking, newcomer: Visitor):
    page = begin(newcomer, "other")
    asking.clock.now = asking.clock.now.replace(year=asking.clock.now.year + 1)
    newcomer.sign_in()

    assert "The request has expired; start again." in text_of(newcomer.get(page))


def test_a_page_that_looks_by_itself_goes_on_as_a_whole(asking, settings, newcomer: Visitor):
    page = begin(newcomer, "other")
    answer(asking, settings.directory, link_on(newcomer, page), INSTITUTE)

    asked = newcomer.client.get(page, headers={"HX-Request": "true"})

    assert asked.status_code == 204
    assert asked.headers["HX-Redirect"].startswith("/organisation?shown=")


def test_whoever_has_the_link_sees_how_to_answer_and_never_what_was_shown(
    asking, settings, newcomer: Visitor
):
    session_id = begin(newcomer, "other").rsplit("/", 1)[1]
    stranger = asking.app.test_client()

    assert 'class="segno"' in stranger.get(f"/openid4vp/{session_id}").text
    answer(asking, settings.directory, link_on(newcomer, f"{WALLET}/{session_id}"), INSTITUTE)
    shown = text_of(stranger.get(f"/openid4vp/{session_id}"))
    assert "has been shown" in shown
    assert "Institute of Education" not in shown
    assert stranger.get("/openid4vp/unheard-of").status_code == 404


def test_a_market_that_cannot_ask_wallets_offers_none(house: House):
    visitor = house.buyer("new@institute.example")

    assert "Show it from your wallet" not in text_of(visitor.get("/organisation"))
    assert visitor.get(WALLET).status_code == 404


def test_the_page_offers_the_wallet(newcomer: Visitor):
    assert f'href="{WALLET}"' in newcomer.get("/organisation").text
    assert "On another device" in text_of(newcomer.get(WALLET))
