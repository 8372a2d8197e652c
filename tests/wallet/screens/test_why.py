"""Why somebody was in an answer or not, and what would happen if somebody asked; without scripts."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from tests.wallet.screens.moments import only_consent, session_of
from tests.wallet.world import QUESTION
from wallet.domain.use import Buyer, Outcome, UseEntry

ASKED = Query.from_json(QUESTION)


@pytest.fixture
def asked(sharer, world):
    """Somebody asked once and was answered, and asked twice in vain."""
    held = only_consent(world, session_of(world))
    world.market.tells_questions = True
    world.market.use(held.consent_id, cents=75)
    base = UseEntry(
        consent_id=held.consent_id,
        job_id="job-hiring",
        at=world.clock(),
        buyer=Buyer("Acme <b>Staff</b>", RecipientKind.COMPANY, "DE", "urn:argonauta:organisation:acme"),
        purpose=Purpose.PERSONNEL_HIRING,
        statistics=(Statistic(StatisticKind.MEAN, "exam_score"),),
        group_by=None,
        outcome=Outcome.LEFT_OUT,
        reason="The organisation that asks is not allowed.",
        query=replace(ASKED, purpose=Purpose.PERSONNEL_HIRING, epsilon=Decimal(10)),
        offered_cents=10,
    )
    world.market.others = [base, replace(base, job_id="job-unknown", query=None)]
    sharer.get("/home")
    sharer.post("/refresh")
    return sharer


def _why(browser, job_id):
    page = browser.get("/uses/")
    (address,) = set(re.findall(rf'href="(/why/uses/[^"]+/{job_id})"', page))
    return browser.get(address)


def test_a_use_says_rule_by_rule_why_it_was_allowed(asked):
    page = _why(asked, "job-1")

    assert "Why your data is in this answer" in page
    assert "It was allowed" in page
    assert "Not kept" not in page
    assert "You allow: at least 50. Seen: at least 50." in page
    assert "You allow: at least €0.50. Seen: €0.75." in page


def test_a_use_that_was_not_allowed_says_what_you_allow_and_what_was_seen(asked):
    page = _why(asked, "job-hiring")

    assert "Why your data is not in this answer" in page
    assert "It was not allowed" in page
    assert "What the marketplace says: The organisation that asks is not allowed." in page
    assert "Seen: companies." in page
    assert "You allow: at least €0.50. Seen: €0.10." in page
    assert page.index("Not kept") < page.index("Kept<")


def test_what_asks_for_too_much_is_flagged_wherever_the_use_is_seen(asked):
    assert "Asks for more than it needs" in asked.get("/uses/")
    page = _why(asked, "job-hiring")

    assert "This asks for more than it needs" in page
    assert "more precise than needed for hiring staff" in page
    assert "This would be enough" in page
    assert "This asks for more than it needs" not in _why(asked, "job-1")


def test_where_the_question_is_not_told_nothing_is_claimed(asked):
    page = _why(asked, "job-unknown")

    assert "The question itself was not told to your wallet" in page
    assert "Rule by rule" not in page


def test_the_reasons_can_be_read_in_german(asked):
    asked.get("/uses/")
    asked.post("/language", language="de", onward="/uses/")
    page = _why(asked, "job-hiring")

    assert "Warum Ihre Daten nicht in dieser Antwort sind" in page
    assert "genauer ist, als für" in page


def test_names_of_others_are_shown_as_text(asked):
    _why(asked, "job-hiring")

    assert "<b>Staff" not in asked.page


def test_a_use_that_there_is_not_is_not_found(asked, world):
    held = only_consent(world, session_of(world))

    asked.get(f"/why/uses/{held.consent_id}/job-none", status=404)
    asked.get("/why/uses/urn:uuid:none/job-1", status=404)


def _try(browser, held, status=200, **changes):
    picked = {
        "kind": "university",
        "country": "AT",
        "purpose": "dpv:AcademicResearch",
        "statistic": "mean",
        "attribute": "exam_score",
        "people": "100",
        **changes,
    }
    query = "&".join(f"{name}={value}" for name, value in picked.items())
    return browser.get(f"/why/agreements/{held.row_id}?{query}", status=status)


def test_an_agreement_can_be_tried_out(sharer, world):
    held = only_consent(world, session_of(world))
    empty = sharer.get(f"/why/agreements/{held.row_id}")
    assert "Allowed" not in empty
    assert "Rule by rule" not in empty

    page = _try(sharer, held)

    assert "Your data would be used" in page
    assert "Average exam score" in page
    assert "Not kept" not in page


def test_trying_it_out_says_why_not(sharer, world):
    held = only_consent(world, session_of(world))

    page = _try(sharer, held, kind="insurer", purpose="dpv:CommercialResearch", exact="yes", people="20")

    assert "Your data would not be used." in page
    assert "You allow research institutes or universities. Asked for: insurers." in page
    assert "You ask for at least 50. It would be 20." in page
    assert page.count("Not kept") >= 4


def test_trying_it_out_flags_what_asks_for_too_much(sharer, world):
    held = only_consent(world, session_of(world))

    assert "This asks for more than it needs" in _try(sharer, held, exact="yes", people="100000")


def test_trying_it_out_reaches_nobody(sharer, world):
    held = only_consent(world, session_of(world))
    told, entries = list(world.nodes.told), len(world.market.log.entries)
    world.market.down = True

    _try(sharer, held)

    assert (world.nodes.told, len(world.market.log.entries)) == (told, entries)


def test_a_paused_agreement_refuses_whatever_is_tried(sharer, world):
    held = only_consent(world, session_of(world))
    world.services.pause_consents(session_of(world), held.consent_id, paused=True)

    assert "Your data would not be used." in _try(sharer, held)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "bank"}, "Choose one of the list."),
        ({"statistic": "k_means"}, "Choose one of the answers below."),
        ({"attribute": "shoe_size"}, "This answer is about another kind of part."),
        ({"group_by": "shoe_size"}, "A part you chose is not in this kind of record."),
        ({"people": "9"}, "Choose a group of 10 to"),
        ({"people": "many"}, "Choose a whole number"),
        ({"country": "ZZZ"}, "Choose among the countries below."),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(sharer, world, changes, says):
    held = only_consent(world, session_of(world))

    assert says in _try(sharer, held, status=422, **changes)
