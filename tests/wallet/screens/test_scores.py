"""Offering scores, deciding on requests and ending the offer, without scripts."""

import re
from dataclasses import replace
from html import unescape

import pytest

from tests.wallet.browsing import ticked
from tests.wallet.score_market import DOUBLE, EQUAL
from tests.wallet.screens.moments import session_of
from wallet.domain.asked_score import AskState
from wallet.domain.score_choices import ScoreChoices


def offer_of(world):
    (held, *_) = world.services.scores.read.offers(session_of(world))
    return held


def _record(page: str) -> str:
    found: set[str] = set(re.findall(r'href="/scores/offer/([^"]+)"', page))
    (only,) = found
    return only


@pytest.fixture
def offering(holder, world):
    """Somebody who has let organisations ask for scores."""
    record = _record(holder.page)
    holder.get(f"/scores/offer/{record}")
    holder.post(f"/scores/offer/{record}", **ticked(holder.page))
    holder.press("/agree", **ticked(holder.page))
    return holder


@pytest.fixture
def asked(offering, world):
    """Somebody whom a company asks for a score."""
    world.scores.ask(offer_of(world).consent_id, DOUBLE)
    offering.get("/home")
    offering.post("/refresh")
    return offering


def test_an_offer_is_signed_with_exactly_the_words_that_were_shown(holder, world):
    record = _record(holder.page)
    holder.get(f"/scores/offer/{record}")
    page = holder.post(f"/scores/offer/{record}", **ticked(holder.page))
    assert "Do you agree?" in page
    assert not world.services.scores.read.offers(session_of(world))

    holder.press("/agree", **ticked(holder.page))

    shown = unescape(re.sub(r"<[^>]+>", " ", page))
    for line in offer_of(world).notice.split("\n"):
        assert line in shown, line


def test_agreeing_and_declining_an_offer_are_equally_prominent(holder):
    record = _record(holder.page)
    holder.get(f"/scores/offer/{record}")

    page = holder.post(f"/scores/offer/{record}", **ticked(holder.page))

    assert len(re.findall(r'class="btn btn-decide"', page)) == 2


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("recipient_kinds", [], "Choose at least one kind of organisation."),
        ("purposes", [], "Choose at least one purpose."),
        ("amount", "much", "Type an amount"),
        ("budget_bits", "0", "Choose a whole number from 1 to 256."),
        ("months", "13", "Choose a whole number from 1 to 12."),
    ],
)
def test_a_choice_that_is_missing_is_named_where_it_stands(holder, world, field, value, said):
    record = _record(holder.page)
    holder.get(f"/scores/offer/{record}")

    page = holder.post(f"/scores/offer/{record}", 422, **{**ticked(holder.page), field: value})

    assert said in page
    assert f'href="#field-{field}"' in page
    assert not world.scores.offers


def test_a_request_says_who_why_which_weights_what_is_learnt_and_what_it_pays(asked):
    page = asked.get("/scores/")

    for words in (
        "Harbour Works asks for a score",
        "for hiring staff",
        "2 × exam score + 1 × reading score, between -12 and 12",
        "at most as much as 15 yes-or-no answers",
        "of your limit are left",
        "€5.00",
    ):
        assert words in page


def test_agreeing_and_declining_a_request_are_two_equal_buttons_and_none_is_chosen(asked):
    page = asked.get("/scores/")

    buttons = re.findall(r"<button class=\"([^\"]+)\"[^>]* name=\"decision\" value=\"([a-z]+)\"", page)
    assert buttons == [("btn btn-decide", "agree"), ("btn btn-decide", "decline")]


def test_home_says_that_somebody_asks(asked):
    assert "1 organisation asks for a score of your record" in re.sub(r"\s+", " ", asked.get("/home"))


def test_agreeing_gives_the_score_and_declining_gives_nothing(asked, world):
    request = world.scores.request(offer_of(world).consent_id, DOUBLE)
    asked.get("/scores/")

    page = asked.press(f"/requests/{request.request_id}", decision="agree")

    assert "Harbour Works gets this score" in page
    assert "Nobody is waiting for your decision" in page
    assert world.scores.score(request) == pytest.approx(2 * 0.261 - 1.5)
    second = world.scores.ask(offer_of(world).consent_id, EQUAL, 2)
    asked.post("/refresh")
    asked.get("/scores/")
    page = asked.press(f"/requests/{second.request_id}", decision="decline")
    assert "Nothing was given. The person decided against it." in page


def test_a_decision_that_is_none_changes_nothing(asked, world):
    asked.get("/scores/")
    held = offer_of(world)
    (request,) = held.asked

    asked.press(f"/requests/{request.request.request_id}", 404, decision="maybe")

    assert offer_of(world).asked[0].state is AskState.WAITING


def test_what_the_wallet_would_refuse_is_said_before_the_person_decides(offering, world):
    request = world.scores.ask(offer_of(world).consent_id, {"exam_score": 1})
    offering.get("/home")
    offering.post("/refresh")

    page = offering.get("/scores/")
    assert "Your wallet would refuse this, even if you agree" in page
    assert "one number of the record alone" in page
    page = offering.press(f"/requests/{request.request_id}", decision="agree")

    assert "Nothing was given." in page
    assert world.scores.answered(request).sealed is None


def test_a_paid_score_stands_with_the_other_uses_and_earnings(asked, world):
    request = world.scores.request(offer_of(world).consent_id, DOUBLE)
    asked.get("/scores/")
    asked.press(f"/requests/{request.request_id}", decision="agree")
    world.scores.pay(request)
    asked.post("/refresh")

    uses, earnings = asked.get("/uses/"), asked.get("/earnings/")
    detail = asked.get(f"/scores/{offer_of(world).row_id}")

    assert "Your score: 2 × exam score + 1 × reading score" in uses
    assert "Proof checked" in uses
    assert "Scores of Exam results" in earnings
    assert "€5.00" in earnings
    assert "Given and paid" in detail


def test_ending_an_offer_says_what_stops_and_what_stays(asked, world):
    held = offer_of(world)
    page = asked.get(f"/scores/{held.row_id}/end")
    for words in ("Stops at once", "Is deleted", "Stays yours", "Cannot be undone"):
        assert words in page

    page = asked.press("/end")

    assert "You ended this offer" in page
    assert "Came to nothing" in page
    assert "You ended this offer already." in asked.get(f"/scores/{held.row_id}/end")
    assert "Let organisations ask for a score" in asked.get(f"/records/{held.credential_id}")


def test_a_wallet_without_offers_says_so(holder):
    assert "Nobody may ask for a score" in holder.get("/scores/")


def test_a_name_that_somebody_chose_to_harm_is_shown_as_text(offering, world):
    held = offer_of(world)
    world.scores.ask(held.consent_id, EQUAL)
    session = session_of(world)
    offering.get("/home")
    offering.post("/refresh")
    kept = offer_of(world)
    harmful = replace(kept.asked[0], buyer=replace(kept.asked[0].buyer, name="<b>Harbour</b>"))
    world.stores.score_offers.save(session, kept.with_asked(harmful))

    offering.get("/scores/")

    assert "<b>Harbour</b>" not in offering.page
    assert "&lt;b&gt;Harbour&lt;/b&gt;" in offering.page


def test_what_is_not_in_this_wallet_is_not_shown(holder):
    holder.get("/scores/nothing", 404)
    holder.get("/scores/nothing/end", 404)
    holder.get("/scores/offer/nothing", 404)


def test_a_score_of_health_for_hiring_is_said_to_ask_for_too_much(signed_in, world):
    anna = session_of(world)
    values = {
        **{"age": 41, "sex": "female", "systolic": 122, "diastolic": 80},
        **{"current_smoker": "no", "diabetes": "no", "age_band": "forties"},
    }
    record = world.services.receive_credential(anna, world.issuers.offer(values, "framingham/1"))
    held = world.services.scores.offer(anna, record.credential_id, ScoreChoices(explicit_consent=True))
    world.scores.ask(held.consent_id, {"age": 1, "systolic": 2}, data_set="framingham/1")
    signed_in.get("/home")
    signed_in.post("/refresh")

    page = signed_in.get("/scores/")

    assert "This asks for more than it needs" in page
    assert "health data, which are not needed for hiring staff" in page
    assert "Nothing of this record is needed for it." in page
