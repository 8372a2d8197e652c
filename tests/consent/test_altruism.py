"""Data altruism: for the general interest, for nothing, and in the words and terms of the law."""

from dataclasses import replace

import pytest
from hypothesis import assume, given

from consent.decision import decide
from consent.errors import TermsError
from consent.odrl import from_odrl, to_offer
from consent.policy import Permitted, Refusal, Refused
from consent.record import ConsentRecord, sign_consent, verify_consent
from consent.vocabulary import GENERAL_INTEREST, Purpose
from consent.wording import describe_policy, policy_sentence
from crypto.errors import MalformedError
from tests.consent.examples import (
    CONSENT_ID,
    CREDENTIAL_DIGEST,
    EXAM,
    HOLDER,
    NOW,
    POLICY,
    QUERY,
    RECORD,
    SUBJECT,
    USE,
    loose,
    policies,
)

ALTRUIST = replace(POLICY, altruism=True, compensation_cents=0, purposes=GENERAL_INTEREST)
COMMERCIAL = [each for each in Purpose if each not in GENERAL_INTEREST]


@pytest.mark.parametrize("purpose", [each for each in Purpose if each in GENERAL_INTEREST])
def test_every_purpose_of_general_interest_may_use_it_for_nothing(purpose):
    use = replace(USE, query=replace(QUERY, purpose=purpose), compensation_cents=0)

    assert decide(ALTRUIST, use, now=NOW) == Permitted()


@pytest.mark.parametrize("purpose", COMMERCIAL)
def test_no_other_purpose_may_whatever_it_pays(purpose):
    use = replace(USE, query=replace(QUERY, purpose=purpose), compensation_cents=1_000_000)

    assert decide(ALTRUIST, use, now=NOW) == Refused(Refusal.PURPOSE_NOT_ALLOWED)


@pytest.mark.parametrize("purpose", COMMERCIAL)
def test_terms_that_would_let_another_purpose_in_are_no_terms(purpose):
    with pytest.raises(TermsError, match="general interest"):
        replace(ALTRUIST, purposes=GENERAL_INTEREST | {purpose})


def test_altruism_for_money_is_none():
    with pytest.raises(TermsError, match="without compensation"):
        replace(ALTRUIST, compensation_cents=1)


def test_a_policy_that_is_none_and_one_that_is_are_told_apart_in_odrl():
    offer = to_offer(ALTRUIST, CONSENT_ID)

    assert from_odrl(offer) == ALTRUIST
    assert "altruism" not in str(to_offer(POLICY, CONSENT_ID))


@pytest.mark.parametrize("right", ["false", "yes", "", None, True, ["true"]])
def test_altruism_is_true_or_left_out(right):
    offer = loose(to_offer(ALTRUIST, CONSENT_ID))
    (mark,) = [each for each in offer["permission"][0]["constraint"] if each["leftOperand"] == "mk:altruism"]
    mark["rightOperand"] = right

    with pytest.raises(MalformedError):
        from_odrl(offer)


def test_an_offer_that_says_altruism_beside_a_commercial_purpose_is_not_read():
    offer = loose(to_offer(ALTRUIST, CONSENT_ID))
    (purposes,) = [each for each in offer["permission"][0]["constraint"] if each["leftOperand"] == "purpose"]
    purposes["rightOperand"] = sorted([*purposes["rightOperand"], Purpose.COMMERCIAL_RESEARCH.iri])

    with pytest.raises(TermsError, match="general interest"):
        from_odrl(offer)


def test_the_record_says_it_in_the_terms_of_dpv():
    record = replace(RECORD, policy=ALTRUIST)
    (process,) = loose(record.to_json())["record"]["dpv:hasProcess"]

    assert process["dpv:hasPurpose"][-1] == "dpv:DataAltruism"
    assert process["dpv:hasOrganisationalMeasure"] == ["eu-dga:EUDataAltruismConsentForm"]
    assert "dpv:hasOrganisationalMeasure" not in loose(RECORD.to_json())["record"]["dpv:hasProcess"][0]


def test_a_record_that_hides_the_altruism_is_refused():
    document = loose(replace(RECORD, policy=ALTRUIST).to_json())
    document["record"]["dpv:hasProcess"][0]["dpv:hasPurpose"].pop()

    with pytest.raises(MalformedError, match="says something else"):
        ConsentRecord.from_json(document)


def test_it_is_signed_and_read_like_any_other():
    record = replace(RECORD, policy=ALTRUIST)
    token = sign_consent(record, HOLDER)

    read = verify_consent(
        token,
        HOLDER.public,
        subject=SUBJECT,
        credential_digest=CREDENTIAL_DIGEST,
        inputs_digest=RECORD.inputs_digest,
    )

    assert read == record


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "you receive nothing for it"), ("de", "Sie erhalten dafür nichts")],
)
def test_it_is_said_in_plain_words_that_nothing_is_paid(language, said):
    assert said in describe_policy(ALTRUIST, EXAM, language).compensation
    assert said in policy_sentence(ALTRUIST, EXAM, language)


@given(policies())
def test_whatever_else_is_chosen_only_the_general_interest_gets_through(policy):
    assume(policy.altruism)

    for purpose in COMMERCIAL:
        use = replace(USE, query=replace(QUERY, purpose=purpose), node_ids=policy.node_ids)
        refused = decide(policy, use, now=policy.given_at)
        assert isinstance(refused, Refused)
        assert Refusal.PURPOSE_NOT_ALLOWED in {refused.reason, *refused.others}
