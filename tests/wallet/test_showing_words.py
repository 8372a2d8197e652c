"""How requests, claims and transactions are said: the same in both languages, and never by a bare code."""

import re
from string import Formatter

import pytest

from crypto.encoding import Json
from ssi.dataset import data_set
from ssi.openid4vp.errors import Reason
from ssi.openid4vp.transaction_data import write_transaction
from tests.ssi import parties
from wallet.domain.showing import Stage
from wallet.domain.showing_asker import Known
from wallet.domain.showing_values import (
    MAX_SHOWN,
    TRANSACTION_TYPES,
    claim_text,
    label_text,
    plain_text,
    transaction_lines,
)
from wallet.domain.showing_words import ENGLISH
from wallet.domain.showing_words_german import GERMAN, LANGUAGES
from wallet.domain.shown_record import Traces
from wallet.errors import AskDoubt

EXAM, HEALTH = data_set("exam/1"), data_set("health/1")


def gaps(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same_things():
    assert ENGLISH.table.keys() == GERMAN.table.keys()
    assert {key for key in ENGLISH.table if gaps(ENGLISH[key]) != gaps(GERMAN[key])} == set()
    assert {key for key in ENGLISH.table if ENGLISH[key] == GERMAN[key]} <= {"member_text", "cut"}


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_everything_that_can_happen_has_words(words):
    needed = [
        *(f"doubt_{doubt.value}" for doubt in AskDoubt),
        *(f"state_{stage.value}" for stage in Stage),
        *(f"{prefix}_{known.value}" for known in Known for prefix in ("known", "about")),
        *(f"{prefix}_{traces.value}" for traces in Traces for prefix in ("learns", "traces")),
        *(f"transaction_{kind}" for kind in TRANSACTION_TYPES),
    ]

    assert [key for key in needed if key not in words] == []


def test_no_reason_is_said_as_a_bare_code():
    said = {reason: ENGLISH.first(f"reason_{reason}", "reason_other") for reason in Reason}

    assert said[Reason.REVOKED] != said[Reason.WRONG_NONCE] == ENGLISH["reason_other"]
    assert not any(reason in text for reason, text in said.items() if "_" in reason)


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_no_word_is_that_of_a_technology(words):
    pattern = r"\b(DID|JWT|SD-JWT|[Nn]once|OpenID4VP|DCQL|[Tt]oken|[Vv]erifier|[Hh]older|URL|JSON)\b"

    assert [key for key, text in words.table.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize(
    ("path", "value", "english", "german"),
    [
        (("exam_score",), 0.5, ("Exam score", "0.500"), ("Prüfungsergebnis", "0,500")),
        (("sex",), "female", ("Sex", "female"), ("Geschlecht", "weiblich")),
        (("given_name",), "Ada", ("Given name", "Ada"), ("Given name", "Ada")),
        (("degrees", 0, "name"), "BSc", ("Degrees · 1 · name", "BSc"), ("Degrees · 1 · name", "BSc")),
        (("age_over_18",), True, ("Age over 18", "Yes"), ("Age over 18", "Ja")),
        (("sex",), None, ("Sex", "nothing"), ("Geschlecht", "nichts")),
    ],
)
def test_a_claim_is_said_in_the_words_of_its_data_set(path, value, english, german):
    for words, said in ((ENGLISH, english), (GERMAN, german)):
        assert (label_text(path, EXAM, words), claim_text(path, value, EXAM, words)) == said


def test_a_value_has_its_unit_in_both_languages():
    assert claim_text(("age",), 41, HEALTH, ENGLISH) == "41 years"
    assert claim_text(("age",), 41, HEALTH, GERMAN) == "41 Jahre"


def test_a_value_that_is_too_long_for_a_page_says_how_long_it_is():
    text = plain_text("x" * 90_000, ENGLISH)

    assert len(text) < MAX_SHOWN + 100
    assert "90000 characters in all" in text


def test_every_member_of_a_transaction_is_said():
    details: dict[str, Json] = {"amount": "3 EUR", "items": [{"title": "Book"}, {}], "final": False}
    payment = write_transaction("payment", ["exam"], details)

    assert dict(transaction_lines(payment, ENGLISH)) == {
        "Amount": "3 EUR",
        "Final": "No",
        "Items · 1 · title": "Book",
        "Items · 2": "nothing",
    }


def test_the_words_of_a_record_are_there_for_every_attribute():
    for found in (EXAM, HEALTH):
        for attribute in found.attributes:
            assert label_text((attribute.name,), found, GERMAN) == attribute.label["de"]
    assert parties.EXAM.keys() == {attribute.name for attribute in EXAM.attributes}
