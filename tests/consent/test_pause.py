"""A pause is its own kind of statement, by the holder's key alone, and only the latest one counts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.decision import decide
from consent.errors import OvertakenError
from consent.pause import (
    MAX_STATEMENT,
    MOST_SEQUENCE,
    PAUSE_TYP,
    PauseStatement,
    is_news,
    next_sequence,
    sign_pause,
    unverified_paused_consent,
    verify_pause,
)
from consent.policy import Refusal, Refused
from consent.record import WITHDRAWAL_TYP, sign_consent, sign_withdrawal, verify_withdrawal
from consent.trace import RuleKind, trace
from consent.wording import explain_refusal
from crypto.errors import MalformedError, SignatureError
from ssi.jws import sign_jws
from tests.consent.examples import (
    CONSENT_ID,
    HOLDER,
    NOW,
    POLICY,
    RECORD,
    STRANGER,
    STRANGER_ED25519,
    UNTIL,
    USE,
    loose,
)

PAUSED = PauseStatement(CONSENT_ID, paused=True, sequence=7, at=NOW)
TOKEN = sign_pause(PAUSED, HOLDER)


@given(st.booleans(), st.integers(1, MOST_SEQUENCE))
@settings(max_examples=25)
def test_a_signed_statement_is_read_back(paused, sequence):
    said = replace(PAUSED, paused=paused, sequence=sequence)

    token = sign_pause(said, HOLDER)

    assert verify_pause(token, HOLDER.public) == said
    assert unverified_paused_consent(token) == CONSENT_ID
    assert len(token) <= MAX_STATEMENT


@pytest.mark.parametrize("key", [STRANGER, STRANGER_ED25519], ids=["ES256", "EdDSA"])
def test_a_statement_signed_by_somebody_else_is_refused(key):
    with pytest.raises(SignatureError):
        verify_pause(sign_pause(PAUSED, key), HOLDER.public)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AZaz09-_.="))
@settings(max_examples=100)
def test_any_changed_character_of_a_statement_is_refused(place, character):
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]

    if changed == TOKEN:
        return
    with pytest.raises((MalformedError, SignatureError)):
        verify_pause(changed, HOLDER.public)


def test_a_withdrawal_or_a_consent_is_no_pause_and_a_pause_is_no_withdrawal():
    for other in (sign_withdrawal(CONSENT_ID, NOW, HOLDER), sign_consent(RECORD, HOLDER)):
        with pytest.raises(MalformedError, match="type"):
            verify_pause(other, HOLDER.public)
    with pytest.raises(MalformedError, match="type"):
        verify_withdrawal(TOKEN, HOLDER.public)


def test_the_members_of_one_under_the_type_of_the_other_are_malformed():
    with pytest.raises(MalformedError):
        verify_withdrawal(sign_jws(PAUSED.to_json(), HOLDER, typ=WITHDRAWAL_TYP), HOLDER.public)
    withdrawn = {"consent_id": CONSENT_ID, "withdrawn_at": "2026-12-01T12:00:00Z"}
    with pytest.raises(MalformedError):
        verify_pause(sign_jws(withdrawn, HOLDER, typ=PAUSE_TYP), HOLDER.public)


HOSTILE = {
    "no consent": lambda d: d.pop("consent_id"),
    "an id of another form": lambda d: d.update(consent_id="6f1dbf52"),
    "a pause that is a number": lambda d: d.update(paused=1),
    "no sequence": lambda d: d.pop("sequence"),
    "sequence zero": lambda d: d.update(sequence=0),
    "a sequence that other readers round": lambda d: d.update(sequence=MOST_SEQUENCE + 1),
    "a moment of another form": lambda d: d.update(at="2026-12-01"),
    "a member more": lambda d: d.update(until="2027-01-01T00:00:00Z"),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_statement_with_this_is_malformed(tamper):
    document = loose(PAUSED.to_json())
    tamper(document)

    with pytest.raises(MalformedError):
        verify_pause(sign_jws(document, HOLDER, typ=PAUSE_TYP), HOLDER.public)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é"])
def test_what_is_no_token_names_no_consent(token):
    with pytest.raises(MalformedError):
        unverified_paused_consent(token)


def test_a_later_statement_is_news_and_the_same_again_is_none():
    assert is_news(PAUSED, sequence=6, paused=False)
    assert is_news(PAUSED, sequence=6, paused=True)
    assert not is_news(PAUSED, sequence=7, paused=True)


@pytest.mark.parametrize("known", [(8, False), (8, True), (7, False)])
def test_an_earlier_statement_or_a_second_one_of_the_same_sequence_is_overtaken(known):
    sequence, paused = known

    with pytest.raises(OvertakenError, match="above"):
        is_news(PAUSED, sequence=sequence, paused=paused)


def test_the_next_sequence_is_above_the_last_one_even_if_the_clock_went_back():
    first = next_sequence(0, NOW)

    assert next_sequence(first, NOW) == first + 1
    assert next_sequence(first, NOW - timedelta(days=1)) == first + 1
    assert next_sequence(first, NOW + timedelta(seconds=1)) == first + 1000


def test_a_wallet_that_forgot_its_last_statements_is_heard_all_the_same():
    last = next_sequence(next_sequence(0, NOW), NOW)

    assert next_sequence(0, NOW + timedelta(seconds=1)) > last


def test_nothing_is_permitted_while_a_consent_is_paused():
    assert decide(POLICY, USE, now=NOW, paused=True) == Refused(Refusal.PAUSED)


def test_a_withdrawal_is_named_before_a_pause_and_a_pause_before_the_terms():
    decision = decide(POLICY, replace(USE, cohort_size=1), now=UNTIL, withdrawn_at=NOW, paused=True)

    assert isinstance(decision, Refused)
    assert [decision.reason, *decision.others][:4] == [
        Refusal.EXPIRED,
        Refusal.WITHDRAWN,
        Refusal.PAUSED,
        Refusal.CROWD_TOO_SMALL,
    ]


def test_a_trace_tells_that_it_was_the_pause():
    (broken,) = trace(POLICY, USE, now=NOW, paused=True).broken

    assert (broken.kind, broken.refusal) == (RuleKind.STATE, Refusal.PAUSED)
    assert [(each.operand, each.seen) for each in broken.findings] == [("mk:paused", "true")]


def test_a_pause_is_said_in_both_languages():
    assert explain_refusal(Refusal.PAUSED, "en") == "This consent is paused."
    assert explain_refusal(Refusal.PAUSED, "de") == "Diese Einwilligung ruht zurzeit."
