from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import MismatchError, TermsError
from consent.policy import Permitted
from consent.record import sign_consent, verify_consent
from consent.score_consent import ScoreConsent, sign_score_consent, verify_score_consent
from consent.score_terms import ScoreRefusal, ScoreRefused, ScoreTerms, ScoreUse, decide
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from ssi.jws import sign_jws
from tests.consent import examples
from tests.consent.scores import BUYER, EQUAL, EXAM, NOW, TERMS, consent, encrypted, function, wide
from tests.ssi import parties

USE = ScoreUse(function(EQUAL), Purpose.PERSONNEL_HIRING, BUYER, RecipientKind.COMPANY, 500)
BROKEN: dict[ScoreRefusal, dict[str, Any]] = {
    ScoreRefusal.OTHER_DATA_SET: {"function": function({"m0": 1}, wide())},
    ScoreRefusal.PURPOSE_NOT_ALLOWED: {"purpose": Purpose.SCIENTIFIC_RESEARCH},
    ScoreRefusal.RECIPIENT_NOT_ALLOWED: {"buyer_kind": RecipientKind.INSURER},
    ScoreRefusal.COMPENSATION_TOO_LOW: {"compensation_cents": 499},
}


def test_what_the_terms_allow_is_permitted():
    assert decide(TERMS, USE, now=NOW) == Permitted()


@pytest.mark.parametrize("reason", BROKEN, ids=lambda reason: reason.value)
def test_each_broken_rule_gives_its_reason(reason):
    assert decide(TERMS, replace(USE, **BROKEN[reason]), now=NOW) == ScoreRefused(reason)


def test_all_broken_rules_are_named_in_their_order():
    changes = {name: value for broken in BROKEN.values() for name, value in broken.items()}

    refused = decide(TERMS, replace(USE, **changes), now=TERMS.valid_until, withdrawn_at=NOW)

    assert isinstance(refused, ScoreRefused)
    assert [refused.reason, *refused.others] == [ScoreRefusal.EXPIRED, ScoreRefusal.WITHDRAWN, *BROKEN]


def test_an_excluded_organisation_is_refused_by_name():
    terms = replace(TERMS, excluded_recipients=frozenset({BUYER}))

    assert decide(terms, USE, now=NOW) == ScoreRefused(ScoreRefusal.RECIPIENT_NOT_ALLOWED)


def test_terms_hold_from_their_first_second_until_just_before_their_last():
    second = timedelta(seconds=1)

    assert isinstance(decide(TERMS, USE, now=TERMS.given_at), Permitted)
    assert isinstance(decide(TERMS, USE, now=TERMS.valid_until - second), Permitted)
    assert decide(TERMS, USE, now=TERMS.given_at - second) == ScoreRefused(ScoreRefusal.NOT_YET_VALID)
    assert decide(TERMS, USE, now=TERMS.valid_until) == ScoreRefused(ScoreRefusal.EXPIRED)


@pytest.mark.parametrize(
    "changes",
    [
        {"purposes": frozenset()},
        {"recipient_kinds": frozenset()},
        {"compensation_cents": -1},
        {"budget_bits": 0},
        {"budget_bits": 257},
        {"valid_until": TERMS.given_at},
        {"given_at": TERMS.given_at.replace(tzinfo=None)},
        {"given_at": TERMS.given_at + timedelta(microseconds=1)},
    ],
    ids="-".join,
)
def test_terms_that_contradict_themselves_are_refused(changes):
    with pytest.raises(TermsError):
        replace(TERMS, **changes)


def test_terms_are_read_as_they_were_written():
    assert ScoreTerms.from_fields(Fields(TERMS.to_json(), "terms")) == TERMS


@given(st.sampled_from(sorted(TERMS.to_json())))
def test_terms_that_lack_a_member_are_not_read(name):
    document = {key: value for key, value in TERMS.to_json().items() if key != name}

    with pytest.raises(MalformedError):
        ScoreTerms.from_fields(Fields(document, "terms"))


def _verified(token: str, made: ScoreConsent) -> ScoreConsent:
    return verify_score_consent(
        token,
        parties.HOLDER.public,
        subject=made.subject,
        credential_digest=made.credential_digest,
        inputs_digest=made.inputs_digest,
    )


def test_a_signed_consent_is_read_as_it_was_given():
    made = consent(encrypted())

    assert _verified(sign_score_consent(made, parties.HOLDER), made) == made


def test_a_consent_that_somebody_else_signed_is_refused():
    made = consent(encrypted())

    with pytest.raises(SignatureError):
        _verified(sign_score_consent(made, parties.es256("stranger")), made)


@pytest.mark.parametrize("name", ["subject", "credential_digest", "inputs_digest"])
def test_a_consent_about_something_else_is_refused(name):
    made = consent(encrypted())
    token = sign_score_consent(made, parties.HOLDER)
    other_value: Any = "urn:argonauta:person:other" if name == "subject" else "A" * 43
    other = replace(made, **{name: other_value})

    with pytest.raises(MismatchError):
        _verified(token, other)


def test_a_record_that_says_something_else_than_the_terms_is_refused():
    made = consent(encrypted())
    document: dict[str, Any] = made.to_json()
    document["record"] = {**document["record"], "dpv:hasDataController": ["another market"]}

    with pytest.raises(MalformedError, match="something else"):
        _verified(sign_jws(document, parties.HOLDER, typ="score-consent+jwt"), made)


def test_a_consent_for_crowds_never_covers_a_score():
    crowd = examples.RECORD
    tokens = (
        sign_consent(crowd, examples.HOLDER),
        sign_jws(crowd.to_json(), examples.HOLDER, typ="score-consent+jwt"),
    )
    named = {
        "subject": crowd.subject,
        "credential_digest": crowd.credential_digest,
        "inputs_digest": crowd.inputs_digest,
    }

    for token in tokens:
        with pytest.raises(MalformedError):
            verify_score_consent(token, examples.HOLDER.public, **named)
    # No statistic that a crowd's policy can name is a score, however the policy is written.
    assert "weighted_score" not in {kind.value for kind in StatisticKind}


def test_a_consent_for_scores_never_covers_a_crowd():
    made = consent(encrypted())
    named = {
        "subject": made.subject,
        "credential_digest": made.credential_digest,
        "inputs_digest": made.inputs_digest,
    }

    tokens = (
        sign_score_consent(made, parties.HOLDER),
        sign_jws(made.to_json(), parties.HOLDER, typ="consent-record+jwt"),
    )

    for token in tokens:
        with pytest.raises(MalformedError):
            verify_consent(token, parties.HOLDER.public, **named)


def test_terms_of_another_statistic_are_no_terms_of_a_score():
    for change in ({"statistic": "mean"}, {"engine": "mpc"}):
        with pytest.raises(MalformedError, match="weighted_score"):
            ScoreTerms.from_fields(Fields({**TERMS.to_json(), **change}, "terms"))


def test_health_data_have_the_legal_basis_of_health_data():
    made = consent(encrypted(), replace(TERMS, data_set="framingham/1"))

    document: dict[str, Any] = made.to_json()
    assert document["record"]["dpv:hasLegalBasis"] == [
        "eu-gdpr:A6-1-a-explicit-consent",
        "eu-gdpr:A9-2-a",
    ]
    assert EXAM.sensitivity.value == "personal"
