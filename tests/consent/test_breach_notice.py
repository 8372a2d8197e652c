"""A public notice of a breach: signed by the marketplace, and matched by each wallet alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.breach_notice import (
    MAX_NOTICE,
    MAX_WORDS,
    MOST_NOTICES,
    NOTICE_TYP,
    BreachNotice,
    read_notices,
    sign_notice,
    verify_notice,
)
from consent.errors import MismatchError, TermsError
from consent.pause import PauseStatement, sign_pause
from crypto.errors import MalformedError, SignatureError
from ssi.jws import sign_jws
from tests.consent.examples import CONSENT_ID, MARKET_ID, MARKETPLACE, NOW, STRANGER

DAY = timedelta(days=1)
NOTICE = BreachNotice(
    notice_id="notice-1",
    marketplace=MARKET_ID,
    at=NOW,
    what="A copy was taken.",
    consequences="Little.",
    measures="The door is closed.",
    contact="dpo@market.example",
    since=NOW - 5 * DAY,
    until=NOW - 2 * DAY,
    data_set="exam/1",
)
TOKEN = sign_notice(NOTICE, MARKETPLACE)


def _read(token=TOKEN, marketplace=MARKET_ID):
    return verify_notice(token, MARKETPLACE.public, marketplace=marketplace)


@pytest.mark.parametrize("data_set", ["exam/1", None])
@pytest.mark.parametrize("character", ["a", "ü", "🐙", "\x01"])
def test_a_notice_is_read_back_also_at_its_longest(data_set, character):
    words = character * MAX_WORDS
    notice = replace(NOTICE, data_set=data_set, what=words, consequences=words, measures=words, contact=words)

    token = sign_notice(notice, MARKETPLACE)

    assert _read(token) == notice
    assert len(token) <= MAX_NOTICE


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AZaz09-_.="))
@settings(max_examples=100)
def test_any_changed_character_is_refused(place, character):
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]

    if changed == TOKEN:
        return
    with pytest.raises((MalformedError, SignatureError)):
        _read(changed)


def test_a_notice_of_somebody_else_or_of_another_kind_is_refused():
    with pytest.raises(SignatureError):
        _read(sign_notice(NOTICE, STRANGER))
    with pytest.raises(MismatchError):
        _read(marketplace="did:web:elsewhere.example")
    with pytest.raises(MalformedError, match="type"):
        _read(sign_pause(PauseStatement(CONSENT_ID, paused=True, sequence=1, at=NOW), MARKETPLACE))


@pytest.mark.parametrize("change", [{"extra": 1}, {"what": ""}, {"at": "yesterday"}, {"contact": None}])
def test_a_signed_notice_of_another_form_is_refused(change):
    with pytest.raises(MalformedError):
        _read(sign_jws({**NOTICE.to_json(), **change}, MARKETPLACE, typ=NOTICE_TYP))


def test_a_time_that_ends_before_it_begins_is_refused():
    with pytest.raises(TermsError):
        replace(NOTICE, since=NOW, until=NOW - DAY)


@pytest.mark.parametrize(
    ("data_set", "begun", "ended", "concerned"),
    [
        ("exam/1", -9, 9, True),
        ("exam/1", -3, -2.5, True),
        ("exam/1", -9, -5, False),  # it ended at the moment at which the breach began
        ("exam/1", -9, -4.999, True),
        ("exam/1", -2, 9, True),
        ("exam/1", -1.999, 9, False),
        ("health/1", -9, 9, False),
    ],
)
def test_an_agreement_is_concerned_if_it_was_in_force_meanwhile(data_set, begun, ended, concerned):
    span = {"given_at": NOW + begun * DAY, "ended_at": NOW + ended * DAY}

    assert NOTICE.concerns(data_set, **span) is concerned
    assert replace(NOTICE, data_set=None).concerns(data_set, **span) is (concerned or data_set == "health/1")


def test_an_answer_is_read_within_its_bounds():
    assert read_notices({"notices": [TOKEN, "b"]}) == (TOKEN, "b")
    wrongs: tuple[object, ...] = (
        {},
        [],
        None,
        {"notices": "a"},
        {"notices": [1]},
        {"notices": ["x" * (MAX_NOTICE + 1)]},
        {"notices": [str(number) for number in range(MOST_NOTICES + 1)]},
        {"notices": [], "more": 1},
    )
    for wrong in wrongs:
        with pytest.raises(MalformedError):
            read_notices(wrong)
