"""Rights, scores and sums over many people in German: no English sentence of theirs is left."""

import re

import pytest

from tests.wallet.browsing import ticked
from tests.wallet.score_market import DOUBLE
from tests.wallet.screens.moments import session_of
from tests.wallet.screens.test_crowds import CHOICES, QUESTION
from tests.wallet.screens.test_every_page_speaks import LEAST, text_of
from wallet.web.catalogues import FOLDER, read_area

AREAS = ("rights", "crowd", "score")
_PLACE = re.compile(r"%\(\w+\)s|</?\w+>")


def english_of(area):
    """What the area says in English, without what is filled in."""
    texts = [message.id for message in read_area(FOLDER / "de" / f"{area}.po") if isinstance(message.id, str)]
    return {piece.strip() for text in texts for piece in _PLACE.split(text) if len(piece.strip()) >= LEAST}


def left_in(page):
    shown = text_of(page)
    return sorted(text for area in AREAS for text in english_of(area) if text in shown)


@pytest.fixture
def german(holder):
    holder.post("/language", language="de", onward="/records/")
    return holder


@pytest.fixture
def record(world, german):
    (only,) = world.services.records(session_of(world))
    return only


def offer(browser, kind, record, **choices):
    """Agree to an offer, and give the pages that were seen."""
    address = f"/{kind}/offer/{record.credential_id}"
    form = browser.get(address)
    wrong = browser.post(address, 422)
    browser.get(address)
    review = browser.post(address, **{**ticked(browser.page), **choices})
    return [form, wrong, review, browser.press("/agree", **ticked(review))]


def test_english_texts_would_be_found(holder):
    assert left_in(holder.get("/rights")) != []


def test_rights_are_said_in_german(german, record):
    pages = [
        german.get("/rights"),
        german.get(f"/rights/correction/{record.credential_id}"),
        german.get("/rights/erase"),
        german.post("/rights/erase", 422),
        german.post("/rights/erase", 422, understood="yes", password="not the password"),
    ]

    assert [left_in(page) for page in pages] == [[] for _ in pages]
    assert "Meine Rechte" in pages[0]
    assert "Betrifft" in pages[1]
    assert record.data_set.label["de"] in pages[0]
    assert "Das ist nicht das Passwort Ihrer Wallet." in pages[-1]


def test_sums_are_offered_shown_and_ended_in_german(german, record, world):
    pages = offer(german, "crowds", record, **CHOICES)
    (held,) = world.services.crowds.read.offers(session_of(world))
    pages += [german.get("/crowds/"), german.get(f"/crowds/{held.row_id}/end"), german.press("/end")]
    pages.append(german.get("/crowds/"))

    assert [left_in(page) for page in pages] == [[] for _ in pages]
    assert "Stimmen Sie zu?" in pages[2]
    assert "Dieses Angebot ist beendet." in pages[-2]
    assert "Ihre Wallet" in held.notice


def test_a_running_sum_is_told_in_german(german, record, world):
    offer(german, "crowds", record, **CHOICES)
    world.crowds.ask(1, **QUESTION)
    german.get("/home")
    german.post("/refresh")

    page = german.get("/crowds/")

    assert "bittet um eine Summe" in page
    assert left_in(page) == []


def test_scores_are_offered_asked_for_and_declined_in_german(german, record, world):
    pages = offer(german, "scores", record)
    (held,) = world.services.scores.read.offers(session_of(world))
    request = world.scores.ask(held.consent_id, DOUBLE)
    german.get("/home")
    german.post("/refresh")
    pages += [german.get("/scores/"), german.get(f"/scores/{held.row_id}/end")]
    german.get("/scores/")
    pages += [
        german.press(f"/requests/{request.request_id}", decision="decline"),
        german.get(f"/scores/{held.row_id}"),
    ]

    assert [left_in(page) for page in pages] == [[] for _ in pages]
    assert "bittet um eine Punktzahl" in pages[4]
    assert "Es wurde nichts gegeben" in pages[-2]


def test_a_paid_score_says_in_german_what_was_computed(german, record, world):
    offer(german, "scores", record)
    (held,) = world.services.scores.read.offers(session_of(world))
    request = world.scores.ask(held.consent_id, DOUBLE)
    german.get("/home")
    german.post("/refresh")
    german.get("/scores/")
    agreed = german.press(f"/requests/{request.request_id}", decision="agree")
    world.scores.pay(request)
    german.post("/refresh")

    page = german.get(f"/scores/{held.row_id}")

    assert "bekommt diese Punktzahl" in agreed
    assert "Ihre Punktzahl: 2 × " in page
    assert "Your score" not in page
    assert "Gegeben und bezahlt" in page
    assert "5,00\N{NO-BREAK SPACE}€" in page


def test_a_sum_that_came_to_nothing_says_why_in_german(german, record, world):
    offer(german, "crowds", record, **CHOICES)
    world.crowds.ask(1, **QUESTION)
    german.get("/home")
    german.post("/refresh")
    (held,) = world.services.crowds.read.offers(session_of(world))
    german.get(f"/crowds/{held.row_id}/end")
    german.press("/end")

    page = german.get(f"/crowds/{held.row_id}")

    assert "Nicht zustande gekommen" in page
    assert "Sie haben dieses Angebot beendet." in page
    assert left_in(page) == []
