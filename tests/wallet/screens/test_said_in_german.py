"""Texts from below the screens, and sentences that are made: each in the language of who reads them."""

import json

import pytest
from flask_babel import force_locale
from markupsafe import Markup

from ssi.dataset import data_set
from tests.wallet.screens.moments import only_consent, session_of
from wallet.web.said_elsewhere import translated


@pytest.fixture
def speaking(app):
    def speak(text, language="de"):
        with app.test_request_context(), force_locale(language):
            return translated(text)

    return speak


@pytest.fixture
def german(browser):
    browser.get("/sign-in")
    browser.post("/language", language="de", onward="/sign-in")
    return browser


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("This wallet is not here any more.", "Diese Wallet ist nicht mehr hier."),
        ("Choose a whole number from 1 to 12.", "Wählen Sie eine ganze Zahl von 1 bis 12."),
        ("Choose a group of 20 to 100000 people.", "Wählen Sie eine Gruppe von 20 bis 100000 Personen."),
        (
            "The marketplace cannot be reached now. Nothing is lost; try again later.",
            "Der Marktplatz: zurzeit nicht erreichbar. Es ging nichts verloren; versuchen Sie es später noch"
            " einmal.",
        ),
        ("", ""),
        ("a text that stands nowhere", "a text that stands nowhere"),
        ("100 % of %(nothing)s", "100 % of %(nothing)s"),
    ],
)
def test_an_error_is_said_in_german_with_what_was_filled_in(speaking, english, german):
    assert speaking(english) == german
    assert speaking(english, "en") == english


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "100 %", "%(name)s", "%s", "\\1", "a" * 3000])
def test_what_is_filled_in_stays_as_it_is(speaking, name):
    said = speaking(f"{name} gave an answer that cannot be used.")

    assert said == f"{name}: Die Antwort ist nicht zu gebrauchen."


def test_what_a_template_made_is_not_translated_again(speaking):
    made = Markup("<b>This wallet is not here any more.</b>")

    assert speaking(made) is made


def test_a_wrong_password_is_told_in_german(german):
    german.get("/sign-up")

    page = german.post("/sign-up", 422, login="anna", password="short", again="short")

    assert "Wählen Sie ein Passwort von mindestens 10 Zeichen. Gut ist ein kurzer Satz." in page


def test_a_name_on_an_error_page_is_still_escaped(german):
    german.sign_up("<i>anna</i>")

    assert "<i>anna" not in german.page
    assert "Guten Tag, &lt;i&gt;anna&lt;/i&gt;" in german.page


def test_the_wizard_says_in_german_what_would_be_allowed(german, world):
    german.sign_up()
    german.add_record(world.issuers.offer())
    page = german.begin_offer()

    assert "Was Sie erlauben würden" in page
    assert "dürfen" in page
    assert data_set("exam/1").attribute("exam_score").label["de"] in page
    wrong = german.press("/data", 422)
    assert "Noch ist nichts erlaubt. Wählen Sie mindestens einen Teil Ihres Nachweises." in wrong


def test_who_agreed_in_german_has_the_german_words_in_what_was_signed(german, world):
    german.sign_up()
    german.add_record(world.issuers.offer())
    german.offer_with_defaults()

    held = only_consent(world, session_of(world))
    assert "dürfen" in held.notice
    assert "Ihren Daten" in held.notice
    saved = german.client.get(f"/receipts/{held.consent_id}/agreement.jsonld").text
    assert json.dumps(held.notice, ensure_ascii=False) in saved


def test_a_record_says_its_values_in_german(german, world):
    german.sign_up()
    page = german.add_record(world.issuers.offer())

    assert "Was er sagt" in page
    assert "What it says" not in page
