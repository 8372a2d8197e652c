"""Asking the marketplace by law at the screens, without scripts."""

import pytest

from consent.rights_request import Right
from ssi.jws import parse_jws
from tests.wallet.screens.moments import only_consent, session_of
from wallet.domain.rights_case import CaseOutcome

PAGE = "/rights/requests/"


def _ask(browser, world, status=200, **changes):
    fields = {"agreement": _agreement(world), "right": "access", "words": "What do you have?"} | changes
    browser.get(PAGE)
    return browser.post(PAGE, status, **fields)


def _agreement(world):
    return only_consent(world, session_of(world)).consent_id


def test_who_agreed_to_nothing_has_nothing_to_ask_about(holder):
    page = holder.get(PAGE)

    assert "Nothing to ask about yet" in page
    assert "About which agreement" not in page


def test_the_page_is_reached_from_the_rights_and_says_what_is_learnt_before_the_button(sharer):
    assert f'href="{PAGE}"' in sharer.get("/rights")

    page = sharer.get(PAGE)

    assert page.index("The marketplace learns which agreement") < page.index("Send it")
    assert '" checked' not in page.split("<main")[1]
    assert "You have not asked for anything yet" in page
    assert page.count("This ends the agreement the moment you send it") == 2


def test_she_asks_sees_by_when_it_is_due_and_what_came_of_it(sharer, world):
    page = _ask(sharer, world)
    assert "Your request has arrived" in page
    assert "Waits for an answer" in page
    assert "What do you have?" in page
    due = world.services.rights.file.all(session_of(world))[0].standing.due_at
    assert f"{due:%-d %B %Y}" in page or f"{due:%-d %b %Y}" in page
    world.rights.answer(CaseOutcome.GRANTED, "It is <b>all</b> deleted.")

    sharer.post("/refresh")

    page = sharer.get(PAGE)
    assert "Done, as the marketplace says:" in page
    assert "&lt;b&gt;all&lt;/b&gt;" in sharer.page


@pytest.mark.parametrize(
    ("outcome", "says"),
    [(CaseOutcome.PARTLY, "Done in part"), (CaseOutcome.REFUSED, "Not done.")],
)
def test_what_was_not_all_done_is_said_and_leads_to_an_authority(sharer, world, outcome, says):
    _ask(sharer, world)
    world.rights.answer(outcome, "Somebody else's rights.")
    sharer.post("/refresh")

    page = sharer.get(PAGE)

    assert says in page
    assert "Somebody else's rights." in page
    assert 'href="/rights#complain"' in page
    assert 'id="complain"' in sharer.get("/rights")


def test_more_time_is_shown_with_its_reason(sharer, world):
    _ask(sharer, world)
    world.rights.extend("Many at once.")
    sharer.post("/refresh")

    page = sharer.get(PAGE)

    assert "Takes longer" in page
    assert "Many at once." in page


def test_what_is_overdue_is_said(sharer, world):
    _ask(sharer, world)
    before = sharer.get(PAGE)
    world.clock.forward(days=32)
    sharer.sign_in()

    after = sharer.get(PAGE)

    told = "The time that the law gives is over"
    assert told not in before
    assert told in after


@pytest.mark.parametrize("right", ["erasure", "objection"])
def test_an_agreement_is_ended_only_if_she_ticks_it(sharer, world, right):
    page = _ask(sharer, world, 422, right=right)
    assert "Tick that you want the agreement to end" in page.split('id="error-ends"')[1][:600]
    assert "What do you have?" in page
    assert world.rights.received == []
    assert only_consent(world, session_of(world)).withdrawal is None

    page = _ask(sharer, world, right=right, ends="yes")

    assert "The agreement has ended" in page
    assert only_consent(world, session_of(world)).withdrawal is not None


def test_a_tick_without_such_a_right_ends_nothing(sharer, world):
    _ask(sharer, world, ends="yes")

    assert world.rights.received[0][1] is None
    assert only_consent(world, session_of(world)).withdrawal is None


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"right": ""}, "right", "Choose what you ask for"),
        ({"right": "everything"}, "right", "Choose what you ask for"),
        ({"agreement": ""}, "agreement", "Choose the agreement"),
        (
            {"agreement": "urn:uuid:00000000-0000-4000-8000-000000000000"},
            "agreement",
            "Choose the agreement",
        ),
        ({"words": "x" * 501}, "words", "at most 500 characters"),
    ],
)
def test_what_cannot_be_sent_is_said_at_its_field(sharer, world, changes, field, words):
    page = _ask(sharer, world, 422, **changes)

    assert words in page.split(f'id="error-{field}"')[1][:900]
    assert world.rights.received == []


def test_what_she_typed_and_chose_is_kept_when_something_is_missing(sharer, world):
    page = _ask(sharer, world, 422, agreement="", right="portability", words='<"mine">')

    assert 'value="portability" checked' in page
    assert "&lt;&#34;mine&#34;&gt;</textarea>" in sharer.page


def test_nothing_but_the_agreement_the_right_and_her_words_leaves(sharer, world):
    _ask(sharer, world)

    ((signed, _),) = world.rights.received
    told = parse_jws(signed, "rights request").payload
    assert set(told) == {"request_id", "marketplace", "consent_id", "right", "words", "at"}
    assert (told["consent_id"], told["right"]) == (_agreement(world), Right.ACCESS)


def test_a_request_without_an_answer_is_shown_as_being_sent(sharer, world):
    world.rights.loses_answers = True

    page = _ask(sharer, world)

    assert "sends it again by itself until it arrives" in page
    assert "Being sent" in page


def test_a_request_that_was_not_taken_is_shown_with_the_reason(sharer, world):
    world.rights.says_no = "10 of your requests wait already"

    page = _ask(sharer, world)

    assert "Your request was not taken" in page
    assert "wait already" in page


def test_an_answer_that_does_not_hold_is_said_and_the_request_stays(sharer, world):
    world.rights.lie = lambda answer: type(answer)(
        answer.request_id, answer.consent_id, Right.PORTABILITY, answer.standing
    )

    page = _ask(sharer, world)

    assert "does not hold" in page
    assert "Being sent" in page


def test_nobody_asks_without_an_open_wallet(sharer, world):
    stranger = sharer.client.application.test_client()

    answer = stranger.post(PAGE, data={"agreement": _agreement(world), "right": "access"})

    assert answer.status_code in {302, 400, 403}
    assert world.rights.received == []
