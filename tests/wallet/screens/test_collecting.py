"""Collecting a record at the screens, without scripts, in English and in German."""

import re

import pytest

from crypto.encoding import canonical_json
from tests.wallet.browsing import PASSWORD
from tests.wallet.issuers import ISSUER_URL
from tests.wallet.screens.moments import session_of
from wallet.domain.acceptance import refused
from wallet.domain.collecting_trouble import trouble
from wallet.domain.collecting_words import ENGLISH
from wallet.domain.collecting_words_german import GERMAN, said
from wallet.errors import Doubt, Trouble

STRANGER = "https://stranger.example"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def pasted(browser, link, status=200):
    browser.get("/records/add")
    return browser.post("/records/add", status, link=link)


def in_german(browser):
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-AT,de;q=0.9,en;q=0.5"
    return browser


def leaving(browser):
    """Press the button that leads to the issuer; where it leads."""
    (action,) = {each for each in re.findall(r'action="([^"]+)"', browser.page) if each.endswith("/sign-in")}
    token = TOKEN.search(browser.page)
    assert token is not None
    answer = browser.client.post(action, data={"csrf_token": token.group(1)})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_what_would_come_and_from_whom_is_shown_before_anything_is_fetched(signed_in, world):
    world.issuers.copies = 5

    page = pasted(signed_in, world.issuers.offer())

    assert "What you would get" in page
    assert "University" in page
    assert "You get 5 copies" in page
    assert world.issuers.requested == []


def test_the_pages_speak_german_to_a_german_browser(signed_in, world):
    browser = in_german(signed_in)

    page = pasted(browser, world.issuers.offer(tx_code="4321"))
    assert '<div lang="de">' in page
    assert "Was Sie bekämen" in page
    assert "Prüfungsergebnisse" in page
    assert "Die Stelle hat den Code nicht angenommen" in browser.press("/collect", 422, code="1")
    assert "Ist das Ihr Nachweis?" in browser.press("/collect", code="4321")
    assert "Der Nachweis ist in Ihrer Wallet" in browser.press("/keep")


def test_who_chose_german_collects_in_german_whatever_the_browser_prefers(signed_in, world):
    signed_in.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    signed_in.get("/records/add")
    signed_in.post("/language", language="de", onward="/records/add")

    assert "Was Sie bekämen" in pasted(signed_in, world.issuers.offer())
    assert '<div lang="de">' in signed_in.page
    assert GERMAN["preview"] in signed_in.press("/collect")
    assert GERMAN["kept"] in signed_in.press("/keep")


def test_both_languages_say_the_same_things():
    assert ENGLISH.table.keys() == GERMAN.table.keys()
    for key in ENGLISH.table:
        assert set(re.findall(r"{\w+}", ENGLISH[key])) == set(re.findall(r"{\w+}", GERMAN[key])), key


@pytest.mark.parametrize("error", [*map(trouble, Trouble), *map(refused, Doubt)], ids=str)
def test_every_failure_has_words_in_both_languages(error):
    english, german = said(error, ENGLISH), said(error, GERMAN)

    assert english != german
    assert english.endswith((".", "//"))
    assert german.endswith((".", "//"))


def test_signing_in_leads_away_and_back_without_a_code_in_the_address(signed_in, world):
    pasted(signed_in, world.issuers.offer(signs_in="yes"))
    assert "Sign in at university.example" in signed_in.page

    assert leaving(signed_in).startswith(f"{ISSUER_URL}/authorize")
    page = signed_in.get(f"/records/callback?state=state-1&code=code-0&iss={ISSUER_URL}")

    assert "Is this your record?" in page
    assert signed_in.path.startswith("/records/add/")


def test_a_page_lets_its_forms_lead_to_the_issuer_and_nowhere_else(signed_in, world):
    pasted(signed_in, world.issuers.offer(signs_in="yes"))

    policy = signed_in.client.get(signed_in.path).headers["Content-Security-Policy"]

    assert "form-action 'self' https://university.example" in policy
    assert "default-src 'self'" in policy


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=unknown&code=x",
        f"state=state-1&state=state-1&code=code-0&iss={ISSUER_URL}",
        f"state=state-1&code=code-0&code=x&iss={ISSUER_URL}",
    ],
)
def test_a_lost_or_foreign_callback_ends_in_a_clear_page(signed_in, world, query):
    pasted(signed_in, world.issuers.offer(signs_in="yes"))
    leaving(signed_in)

    page = signed_in.get(f"/records/callback?{query}")

    assert signed_in.path == "/records/not-fetched"
    assert "The record was not fetched" in page
    assert "nothing was lost" in page
    assert "Start again" in page
    assert not world.issuers.promises["code-0"].used


def test_whoever_comes_back_to_a_locked_wallet_unlocks_it_first(signed_in, world):
    pasted(signed_in, world.issuers.offer(signs_in="yes"))
    leaving(signed_in)
    signed_in.get("/home")
    signed_in.press("/lock")

    signed_in.get(f"/records/callback?state=state-1&code=code-0&iss={ISSUER_URL}")
    page = signed_in.post("/sign-in", login="anna", password=PASSWORD)

    assert "Is this your record?" in page


def test_an_offer_in_the_address_fills_in_the_form_and_asks_nobody(signed_in, world):
    offer = canonical_json({"credential_issuer": STRANGER}).decode()

    page = signed_in.get(f"/records/add?credential_offer={offer}&x=y")

    assert "openid-credential-offer://?credential_offer=" in page
    assert world.issuers.asked == []
    assert world.stores.arrivals.all(session_of(world)) == ()


def test_a_stranger_is_asked_only_after_a_warning(signed_in, world):
    page = pasted(signed_in, world.issuers.offer(issuer=STRANGER))
    assert "Be careful with this link" in page

    page = signed_in.press("/visit")

    assert "Not from the register" in page
    assert "It calls itself “What the issuer calls itself”" in page


def test_a_record_that_is_made_later_can_be_asked_for_and_forgotten(signed_in, world):
    world.issuers.makes_later = True
    pasted(signed_in, world.issuers.offer())

    assert "Your record is being made" in signed_in.press("/collect")
    where = signed_in.path
    assert "Being made" in signed_in.get("/home")
    assert "Being made" in signed_in.get("/records")
    signed_in.get(where)
    world.clock.forward(minutes=2)
    assert "Your record is being made" in signed_in.press("/again")
    world.issuers.makes_later = False
    world.clock.forward(minutes=2)
    assert "Is this your record?" in signed_in.press("/again")
    assert "Nothing was added" in signed_in.press("/discard")


@pytest.mark.parametrize("signs_in", [None, "yes"])
def test_what_the_issuer_agreed_to_is_not_given_up_when_its_answer_cannot_be_used(signed_in, world, signs_in):
    honest = world.issuers.request

    def garbled(*_):
        raise trouble(Trouble.UNFIT_ANSWER)

    world.issuers.request = garbled
    pasted(signed_in, world.issuers.offer(signs_in=signs_in))
    if signs_in:
        leaving(signed_in)
        signed_in.get(f"/records/callback?state=state-1&code=code-0&iss={ISSUER_URL}")
        signed_in.get("/records")
        (where,) = set(re.findall(r'href="(/records/add/[^"]+)"', signed_in.page))
        page = signed_in.get(where)
    else:
        page = signed_in.press("/collect", 502)
    assert "Not finished yet" in page
    assert "nothing is lost" in page

    world.issuers.request = honest
    assert "Is this your record?" in signed_in.press("/again")


def test_what_cannot_be_checked_yet_is_kept_apart_and_checked_again(signed_in, world):
    world.issuers.status_down = True
    pasted(signed_in, world.issuers.offer())

    assert "Something has come and could not be checked yet" in signed_in.press("/collect", 503)
    world.issuers.status_down = False
    assert "Is this your record?" in signed_in.press("/again")


def test_markup_of_an_issuer_is_shown_as_text(signed_in, world):
    world.issuers.plan_title = {"en": "<script>alert(1)</script>"}

    pasted(signed_in, world.issuers.offer())

    assert "<script>alert(1)" not in signed_in.page
    assert "&lt;script&gt;alert(1)" in signed_in.page


def test_what_an_issuer_says_about_its_code_is_quoted_as_its_words(signed_in, world):
    page = pasted(signed_in, world.issuers.offer(tx_code="4321", hint="Ask\u202e us"))

    assert "says about it: “Ask us”" in page


def test_a_link_that_a_first_click_used_up_is_not_forgotten_by_the_second(signed_in, world):
    pasted(signed_in, world.issuers.offer())
    where = signed_in.path
    world.issuers.promises["code-0"].used = True  # and the answer to the first is still on its way

    assert "This link was used already" in signed_in.press("/collect", 422)
    assert "What you would get" in signed_in.get(where)
