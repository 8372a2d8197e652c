"""In which language the screens speak, and who chooses it."""

from datetime import UTC, datetime

import pytest
from flask_babel import force_locale

from ssi.hosting.design import words as english
from tests.wallet.browsing import Browser
from wallet.web import local_words
from wallet.web.languages import LANGUAGES

AT = datetime(2026, 11, 22, 14, 5, 9, tzinfo=UTC)


def page(browser, path="/sign-in", **headers):
    return browser.client.get(path, headers=headers)


def test_the_browsers_language_is_spoken_before_anybody_chose(browser):
    answer = page(browser, **{"Accept-Language": "fr-CH;q=0.4, de-AT, en;q=0.3"})

    assert '<html lang="de">' in answer.text
    assert "Zum Inhalt springen" in answer.text
    assert answer.headers["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)


@pytest.mark.parametrize("wanted", ["", "nl, sv;q=0.5", "x" * 5000, "de;q=nonsense, ,;", "\x7f"])
def test_english_is_spoken_to_who_wants_nothing_that_is_known(browser, wanted):
    answer = page(browser, **{"Accept-Language": wanted})

    assert '<html lang="en">' in answer.text
    assert "Skip to the content" in answer.text


def test_who_chose_a_language_keeps_it_whatever_the_browser_prefers(browser):
    browser.get("/sign-in")

    told = browser.post("/language", language="de", onward="/sign-up")

    assert "Von jetzt an spricht die Wallet Deutsch." in told
    assert browser.path == "/sign-up"
    assert '<html lang="de">' in page(browser, **{"Accept-Language": "en"}).text


def test_the_choice_at_the_foot_leads_back_to_the_page_it_stood_on(browser):
    page = browser.get("/how-it-works?from=here")

    assert 'name="onward" value="/how-it-works?from=here"' in page
    assert 'value="en" lang="en" aria-current="true"' in page


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "/a\r\nX: y", "evil"]
)
def test_choosing_a_language_leads_to_nobody_elses_page(browser, onward):
    browser.get("/sign-in")

    browser.post("/language", language="de", onward=onward)

    assert browser.path == "/sign-in"


@pytest.mark.parametrize("language", ["", "xx", "../de", "de_DE", "\x00", "d" * 300])
def test_a_language_that_is_not_offered_is_not_kept(browser, language):
    browser.get("/sign-in")

    browser.post("/language", 400, language=language, onward="/sign-in")

    assert browser.client.get_cookie("language") is None


@pytest.mark.parametrize("kept", ["xx", "../../etc", "de_DE", "%00"])
def test_a_cookie_that_names_no_language_counts_for_nothing(browser, kept):
    browser.client.set_cookie("language", kept)

    assert '<html lang="de">' in page(browser, **{"Accept-Language": "de"}).text


def test_choosing_a_language_needs_the_form_that_was_shown(browser):
    answer = browser.client.post("/language", data={"language": "de", "onward": "/"})

    assert answer.status_code in (302, 400)
    assert browser.client.get_cookie("language") is None


def test_errors_are_said_in_the_language_of_the_person(browser):
    answer = page(browser, "/nothing-here", **{"Accept-Language": "de"})

    assert answer.status_code == 404
    assert "Hier ist nichts" in answer.text


@pytest.mark.parametrize(
    ("language", "amount", "due", "when", "figure"),
    [
        ("en", "€1,234.50", "22 Nov 2026", "22 Nov 2026, 14:05 UTC", "12,345.68"),
        ("de", "1.234,50 €", "22. Nov. 2026", "22. Nov. 2026, 14:05 UTC", "12.345,68"),
        ("fr", "1 234,50 €", "22 nov. 2026", "22 nov. 2026, 14:05 UTC", "12 345,68"),
        ("es", "1.234,50 €", "22 nov 2026", "22 nov 2026, 14:05 UTC", "12.345,68"),
        ("it", "1.234,50 €", "22 nov 2026", "22 nov 2026, 14:05 UTC", "12.345,68"),
        ("el", "1.234,50 €", "22 Νοε 2026", "22 Νοε 2026, 14:05 UTC", "12.345,68"),
    ],
)
def test_amounts_days_and_numbers_follow_the_language(browser, language, amount, due, when, figure):
    with browser.client.application.test_request_context(), force_locale(language):
        assert spaced(local_words.money(123450)) == amount
        assert local_words.day_text(AT) == due
        assert local_words.moment(AT).striptags() == when
        assert spaced(local_words.number(12345.678, 2)) == figure


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cents", [0, 1, -5, 99, 100, 2**63, -(10**20) - 1])
def test_no_cent_is_lost_in_any_language(browser, language, cents):
    with browser.client.application.test_request_context(), force_locale(language):
        written = local_words.money(cents)

    assert "".join(filter(str.isdigit, written)).lstrip("0") == str(abs(cents)).lstrip("0")
    assert ("−" in written) is (cents < 0)


@pytest.mark.parametrize("value", [0.5, 1.5, 2.5, -0.125, 1e15, -0.0])
def test_a_number_is_rounded_alike_in_every_language(browser, value):
    with browser.client.application.test_request_context(), force_locale("de"):
        german = local_words.number(value, 2)

    assert german.replace(".", "").replace(",", ".") == english.number(value, 2).replace(",", "")


def spaced(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_what_was_chosen_in_a_wallet_is_spoken_in_every_browser(app, browser):
    browser.sign_up()
    browser.post("/language", language="de", onward="/home")
    elsewhere = Browser(app)

    assert "Guten Tag, anna" in elsewhere.sign_in()
    assert elsewhere.client.get_cookie("language") is None


def test_the_wallet_counts_more_than_the_browser_it_is_opened_in(app, browser):
    browser.sign_up()
    browser.post("/language", language="de", onward="/home")
    elsewhere = Browser(app)
    elsewhere.get("/sign-in")
    elsewhere.post("/language", language="fr", onward="/sign-in")

    elsewhere.sign_in()

    assert '<html lang="de">' in elsewhere.page


def test_a_choice_before_the_wallet_is_made_goes_on_in_it(browser):
    browser.get("/sign-up")
    browser.post("/language", language="de", onward="/sign-up")

    assert "Guten Tag, anna" in browser.sign_up()


def test_a_choice_can_be_changed_in_the_settings(browser):
    browser.sign_up()
    page = browser.get("/settings")
    assert "In which language should your wallet speak?" in page

    changed = browser.press("/language", language="de", onward="/settings")

    assert browser.path == "/settings"
    assert "Einstellungen" in changed
    assert 'value="de" checked' in changed


def test_the_settings_are_behind_the_door(browser):
    browser.get("/settings")

    assert browser.path == "/sign-in"
