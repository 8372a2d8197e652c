"""What a person allows about sums over many, what she signs, what a wallet says, and in which words."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from consent.crowd_consent import sign_crowd_consent
from consent.crowd_terms import CrowdRefusal, CrowdRefused, CrowdTerms, decide
from consent.errors import MismatchError, TermsError
from consent.policy import Permitted
from consent.score_function import ScoreFunction
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import canonical_json
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from ssi.dataset import data_set
from ssi.jws import sign_jws
from tests.consent.crowd_papers import (
    ANNA,
    DIGEST,
    TERMS,
    USE,
    consent,
    verified,
)
from tests.consent.crowds import (
    BUYER,
    NOW,
    others,
)


def test_what_the_terms_allow_is_permitted():
    assert isinstance(decide(TERMS, USE, now=NOW), Permitted)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"function": ScoreFunction(data_set("framingham/1"), {"age": 1})}, CrowdRefusal.OTHER_DATA_SET),
        ({"purpose": Purpose.PERSONNEL_HIRING}, CrowdRefusal.PURPOSE_NOT_ALLOWED),
        ({"buyer_kind": RecipientKind.INSURER}, CrowdRefusal.RECIPIENT_NOT_ALLOWED),
        ({"floor": 9}, CrowdRefusal.CROWD_TOO_SMALL),
        ({"epsilon": Decimal("8.1")}, CrowdRefusal.BUDGET_PER_SUM),
        ({"epsilon": Decimal(0)}, CrowdRefusal.BUDGET_PER_SUM),
        ({"compensation_cents": 49}, CrowdRefusal.COMPENSATION_TOO_LOW),
    ],
)
def test_each_rule_refuses_by_itself(change, reason):
    decision = decide(TERMS, replace(USE, **change), now=NOW)

    assert decision == CrowdRefused(reason)


def test_reasons_come_all_and_in_their_order():
    use = replace(USE, floor=9, compensation_cents=0)

    decision = decide(TERMS, use, now=NOW + timedelta(days=400), withdrawn_at=NOW)

    assert isinstance(decision, CrowdRefused)
    reasons = (decision.reason, *decision.others)
    assert reasons == tuple(sorted(reasons, key=list(CrowdRefusal).index))
    assert len(reasons) == 4


def test_terms_before_they_begin_permit_nothing():
    decision = decide(TERMS, USE, now=NOW - timedelta(days=2))

    assert decision == CrowdRefused(CrowdRefusal.NOT_YET_VALID)


def test_an_excluded_organisation_is_refused():
    excluded = replace(TERMS, excluded_recipients=frozenset({BUYER}))

    assert decide(excluded, USE, now=NOW) == CrowdRefused(CrowdRefusal.RECIPIENT_NOT_ALLOWED)


@pytest.mark.parametrize(
    "change",
    [
        {"purposes": frozenset()},
        {"recipient_kinds": frozenset()},
        {"crowd_floor": 9},
        {"crowd_floor": 256},
        {"epsilon_per_sum": Decimal(0)},
        {"epsilon_total": Decimal(7)},
        {"epsilon_total": Decimal("Infinity")},
        {"compensation_cents": -1},
        {"given_at": NOW.replace(microsecond=1)},
        {"given_at": NOW.replace(tzinfo=None)},
        {"valid_until": NOW - timedelta(days=1)},
    ],
    ids=str,
)
def test_terms_that_contradict_themselves_are_refused(change):
    with pytest.raises(TermsError):
        replace(TERMS, **change)


def test_terms_are_read_as_they_were_written():
    assert CrowdTerms.from_fields(Fields.of(TERMS.to_json(), "terms")) == TERMS


@pytest.mark.parametrize(
    "change", [{"statistic": "weighted_score"}, {"engine": "mpc"}, {"more": 1}, {"purposes": []}], ids=str
)
def test_terms_of_another_form_are_refused(change):
    with pytest.raises(MalformedError):
        CrowdTerms.from_fields(Fields.of({**TERMS.to_json(), **change}, "terms"))


def test_a_consent_is_read_as_it_was_signed():
    assert verified(sign_crowd_consent(consent(), ANNA.key)) == consent()


def test_a_consent_of_somebody_else_or_about_something_else_is_refused():
    with pytest.raises(SignatureError):
        verified(sign_crowd_consent(consent(), others()[1].key))
    for change in ({"subject": "urn:somebody"}, {"credential_digest": DIGEST}):
        with pytest.raises(MismatchError):
            verified(sign_crowd_consent(consent(), ANNA.key), **change)


def test_a_record_that_says_something_else_than_is_enforced_is_refused():
    document = consent().to_json()
    document["terms"] = replace(
        TERMS, compensation_cents=1, purposes=frozenset({Purpose.PUBLIC_BENEFIT})
    ).to_json()

    with pytest.raises(MalformedError, match="something else"):
        verified(sign_jws(document, ANNA.key, typ="crowd-consent+jwt"))


def test_a_consent_to_scores_is_no_consent_to_crowds():
    with pytest.raises(MalformedError):
        verified(sign_jws(consent().to_json(), ANNA.key, typ="score-consent+jwt"))


def test_a_consent_needs_an_id_of_its_form():
    with pytest.raises(TermsError):
        consent(consent_id="mine")


def test_a_record_about_health_names_its_legal_basis():
    health = replace(TERMS, data_set="framingham/1")

    assert b'"eu-gdpr:A9-2-a"' in canonical_json(consent(terms=health).to_json())
