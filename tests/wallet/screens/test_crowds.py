"""Taking part in sums over many people, seeing what runs and ending the offer, without scripts."""

import re
from decimal import Decimal
from html import unescape

import pytest

from consent.crowd_terms import CrowdRefusal
from consent.crowd_wording import explain_crowd_refusal
from consent.vocabulary import Purpose
from tests.consent.crowds import others
from tests.wallet.browsing import ticked
from tests.wallet.screens.moments import session_of

CHOICES = {
    "recipient_kinds": ["company"],
    "purposes": [Purpose.SCIENTIFIC_RESEARCH.value],
    "crowd_floor": "10",
    "level": "light",
}
QUESTION = {"epsilon": Decimal(4)}


def offer_of(world):
    (held, *_) = world.services.crowds.read.offers(session_of(world))
    return held


def record_of(page: str) -> str:
    found: set[str] = set(re.findall(r'href="/crowds/offer/([^"]+)"', page))
    (only,) = found
    return only


def filled(page: str, **changes):
    return {**ticked(page), **CHOICES, **changes}


@pytest.fixture
def offering(holder):
    """Somebody whose wallet takes part in sums."""
    record = record_of(holder.page)
    holder.get(f"/crowds/offer/{record}")
    holder.post(f"/crowds/offer/{record}", **filled(holder.page))
    holder.press("/agree", **ticked(holder.page))
    return holder


@pytest.fixture
def joined(offering, world):
    """Somebody whose wallet joined a sum."""
    world.crowds.ask(1, **QUESTION)
    offering.get("/home")
    offering.post("/refresh")
    return offering


def test_an_offer_is_signed_with_exactly_the_words_that_were_shown(holder, world):
    record = record_of(holder.page)
    holder.get(f"/crowds/offer/{record}")
    page = holder.post(f"/crowds/offer/{record}", **filled(holder.page))
    assert "Do you agree?" in page
    assert not world.services.crowds.read.offers(session_of(world))

    holder.press("/agree", **ticked(holder.page))

    shown = unescape(re.sub(r"<[^>]+>", " ", page))
    held = offer_of(world)
    for line in held.notice.split("\n"):
        assert line in shown, line
    assert held.terms.crowd_floor == 10


def test_agreeing_and_declining_are_equally_prominent(holder):
    record = record_of(holder.page)
    holder.get(f"/crowds/offer/{record}")

    page = holder.post(f"/crowds/offer/{record}", **filled(holder.page))

    assert len(re.findall(r'class="btn btn-decide"', page)) == 2


def test_the_form_begins_with_the_strongest_protection(holder):
    holder.get(f"/crowds/offer/{record_of(holder.page)}")

    chosen = ticked(holder.page)
    assert (chosen["level"], chosen["crowd_floor"]) == (["very_strong"], ["50"])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("recipient_kinds", [], "Choose at least one kind of organisation."),
        ("purposes", [], "Choose at least one purpose."),
        ("level", "none", "Choose how strongly you want to be protected."),
        ("amount", "much", "Type an amount"),
        ("crowd_floor", "0", "Choose a whole number from 1 to 255."),
        ("months", "13", "Choose a whole number from 1 to 12."),
    ],
)
def test_a_choice_that_is_missing_is_named_where_it_stands(holder, world, field, value, said):
    record = record_of(holder.page)
    holder.get(f"/crowds/offer/{record}")

    page = holder.post(f"/crowds/offer/{record}", status=422, **filled(holder.page, **{field: value}))

    assert said in unescape(page)
    assert not world.services.crowds.read.offers(session_of(world))


def test_a_sum_that_runs_is_told_in_plain_words(joined):
    page = unescape(joined.get("/crowds/"))

    assert "Harbour Works asks for a sum" in page
    assert "Sum of 2 × exam score + 1 × reading score, over 10 to 12 people" in page
    assert "Waiting for others" in page


def test_nothing_runs_is_said(offering):
    assert "No sum is being computed with your wallet now." in offering.get("/crowds/")


def test_a_wallet_without_offers_says_what_could_be_done(holder):
    assert "Your wallet takes part in no sums" in holder.get("/crowds/")


def test_a_paid_sum_is_shown_with_its_amount_everywhere(joined, world):
    (played,) = world.crowds.sums.values()
    played.fix()
    for step in (played.end_sharing, played.end_masking, lambda: world.crowds.pay(played)):
        joined.post("/refresh")
        step()
    joined.post("/refresh")

    held = offer_of(world)
    assert "Computed and paid" in joined.get(f"/crowds/{held.row_id}")
    assert "Sum over at least 10 people: 2 × exam score" in unescape(joined.get("/uses/"))
    assert "Sums with Exam results" in joined.get("/earnings/")


def test_a_sum_that_the_wallet_refused_says_why(joined, world):
    (first,) = world.crowds.sums.values()
    first.fix()
    joined.post("/refresh")
    world.crowds.sums.clear()
    second = world.crowds.ask(2, **QUESTION)
    joined.post("/refresh")
    second.fix(others()[:-1])
    joined.post("/refresh")

    page = unescape(joined.get(f"/crowds/{offer_of(world).row_id}"))

    assert "Your wallet refused" in page
    assert any(
        explain_crowd_refusal(each, "en") in page
        for each in (CrowdRefusal.SINGLE_VALUE, CrowdRefusal.DOMINATED, CrowdRefusal.CROWD_TOO_SMALL)
    )


def test_ending_takes_as_few_steps_as_agreeing(joined, world):
    held = offer_of(world)
    page = joined.get(f"/crowds/{held.row_id}/end")
    assert "Stays yours" in page

    joined.press(f"/crowds/{held.row_id}/end")

    assert "You ended this offer" in joined.get(f"/crowds/{held.row_id}")
    assert held.consent_id in world.crowds.withdrawals
    assert "You ended this offer already" in joined.get(f"/crowds/{held.row_id}/end")


def test_an_offer_that_is_not_there_is_not_found(offering):
    offering.get("/crowds/00000000-0000-4000-8000-000000000000", status=404)


def test_a_marketplace_that_refuses_is_told_on_the_page(holder, world):
    record = record_of(holder.page)
    holder.get(f"/crowds/offer/{record}")
    holder.post(f"/crowds/offer/{record}", **filled(holder.page))
    world.crowds.says_no = True

    page = holder.press("/agree", status=502, **ticked(holder.page))

    assert "The marketplace said no" in unescape(page)
