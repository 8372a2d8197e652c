"""What a policy and a consent say about joining, and their documents."""

from dataclasses import replace

import pytest

from consent.decision import decide
from consent.errors import TermsError
from consent.joining import (
    Joining,
    join_key,
)
from consent.odrl import from_odrl, to_offer
from consent.policy import Permitted, Refusal, Refused
from consent.query import Condition
from consent.record import ConsentRecord
from crypto.encoding import sha256
from crypto.errors import MalformedError, SignatureError
from tests.consent.examples import (
    MARKET_ID,
    NOW,
    OTHER_CONSENT_ID,
    POLICY,
    RECORD,
    USE,
    loose,
)
from tests.consent.joined_papers import (
    AGES,
    HANDLE,
    HEALTH_POLICY,
    JOINABLE,
    JOINED,
    TO_HEALTH,
    record,
    verified,
)


def test_who_allows_the_other_data_set_permits_the_join():
    assert decide(JOINABLE, replace(USE, query=JOINED), now=NOW) == Permitted()


def test_who_did_not_allow_it_is_not_joined():
    assert decide(POLICY, replace(USE, query=JOINED), now=NOW) == Refused(Refusal.JOIN_NOT_ALLOWED)


def test_allowing_one_data_set_allows_no_other():
    elsewhere = replace(POLICY, joins=frozenset({Joining("framingham/1", HANDLE)}))

    assert decide(elsewhere, replace(USE, query=JOINED), now=NOW) == Refused(Refusal.JOIN_NOT_ALLOWED)


def test_each_policy_is_asked_about_the_attributes_of_its_own_record():
    age = replace(AGES, where=(Condition("sex", "female"),))
    use = replace(USE, query=age)

    assert decide(HEALTH_POLICY, use, now=NOW) == Permitted()
    assert decide(JOINABLE, use, now=NOW) == Permitted()
    assert decide(replace(HEALTH_POLICY, attributes=frozenset({"age_band"})), use, now=NOW) == Refused(
        Refusal.ATTRIBUTE_NOT_ALLOWED
    )
    assert decide(replace(JOINABLE, attributes=frozenset({"exam_score"})), use, now=NOW) == Refused(
        Refusal.ATTRIBUTE_NOT_ALLOWED
    )


def test_a_policy_about_a_third_data_set_permits_no_join_of_two_others():
    third = replace(POLICY, data_set="framingham/1", joins=frozenset({TO_HEALTH, Joining("exam/1", HANDLE)}))

    decision = decide(third, replace(USE, query=JOINED), now=NOW)

    assert isinstance(decision, Refused)
    assert decision.reason is Refusal.OTHER_DATA_SET


def test_a_policy_names_the_handle_of_each_data_set():
    assert JOINABLE.join_handle("health/1") == HANDLE
    assert JOINABLE.join_handle("framingham/1") is None


@pytest.mark.parametrize(
    ("joins", "message"),
    [
        ({Joining("exam/1", HANDLE)}, "its own data set"),
        ({TO_HEALTH, Joining("health/1", "other")}, "named twice"),
        ({Joining(f"kind/{number}", HANDLE) for number in range(17)}, "named twice"),
    ],
)
def test_terms_of_joining_that_contradict_themselves_are_refused(joins, message):
    with pytest.raises(TermsError, match=message):
        replace(POLICY, joins=frozenset(joins))


def test_an_odrl_offer_says_with_what_a_record_may_be_joined():
    document = loose(to_offer(JOINABLE, "urn:offer"))

    assert from_odrl(document) == JOINABLE
    assert {
        "leftOperand": "mk:join",
        "operator": "isAnyOf",
        "rightOperand": [f"health/1#{HANDLE}"],
    } in document["permission"][0]["constraint"]
    assert "mk:join" not in str(to_offer(POLICY, "urn:offer"))


@pytest.mark.parametrize("text", ["health/1", f"#{HANDLE}", "health/1#", f"health/1#{HANDLE[:-4]}", "#"])
def test_an_odrl_join_that_is_none_is_refused(text):
    document = loose(to_offer(JOINABLE, "urn:offer"))
    constraint = document["permission"][0]["constraint"][-1]
    assert constraint["leftOperand"] == "mk:join"
    constraint["rightOperand"] = [text]

    with pytest.raises(MalformedError, match="a data set, # and a join handle"):
        from_odrl(document)


def test_a_consent_carries_its_proof_and_says_that_data_are_combined():
    made = record()

    assert verified(made) == made
    process = loose(made.to_json())["record"]["dpv:hasProcess"][0]
    assert process["dpv:hasProcessing"] == ["dpv:Aggregate", "dpv:Combine"]
    assert "join_proofs" not in RECORD.to_json()


def test_a_proof_by_another_key_than_the_handle_is_refused():
    with pytest.raises(SignatureError):
        verified(
            record(key=join_key(sha256(b"thief"), marketplace=MARKET_ID, data_sets=("exam/1", "health/1")))
        )


def test_a_proof_of_another_consent_is_refused():
    stolen = record().join_proofs

    with pytest.raises(SignatureError):
        verified(record(consent_id=OTHER_CONSENT_ID, join_proofs=stolen))


@pytest.mark.parametrize("proofs", [{}, {"framingham/1": "A"}])
def test_every_join_has_its_proof_and_every_proof_its_join(proofs):
    with pytest.raises(TermsError, match="one join proof"):
        record(join_proofs=proofs)
    with pytest.raises(TermsError, match="one join proof"):
        replace(RECORD, join_proofs={"health/1": "A"})


@pytest.mark.parametrize(
    "altered", [{}, [], {"health/1": "short"}, {"health/1": 3}, {"health/1": "A" * 86, "exam/1": "A" * 86}]
)
def test_hostile_join_proofs_are_refused(altered):
    document = {**record().to_json(), "join_proofs": altered}

    with pytest.raises((MalformedError, TermsError)):
        ConsentRecord.from_json(document)
