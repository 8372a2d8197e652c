from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import MismatchError, TermsError
from consent.policy import Permitted, Refusal, Refused
from consent.record import (
    CONSENT_TYP,
    WITHDRAWAL_TYP,
    ConsentRecord,
    Withdrawal,
    sign_consent,
    sign_withdrawal,
    unverified_consent_id,
    verify_consent,
    verify_withdrawal,
)
from consent.record_document import Notice, StatusChange
from consent.vocabulary import ConsentStatus
from crypto.encoding import b64url_encode, canonical_json, parse_json, sha256
from crypto.errors import MalformedError, SignatureError
from ssi.errors import UnknownDataSetError
from ssi.jws import sign_jws
from tests.consent.examples import (
    CONSENT_ID,
    CREDENTIAL_DIGEST,
    GIVEN,
    HOLDER,
    NOW,
    OTHER_CONSENT_ID,
    POLICY,
    RECORD,
    STRANGER,
    STRANGER_ED25519,
    SUBJECT,
    UNTIL,
    USE,
    loose,
    policies,
)

BINDING = {
    "subject": SUBJECT,
    "credential_digest": CREDENTIAL_DIGEST,
    "inputs_digest": RECORD.inputs_digest,
}


def test_a_signed_consent_is_read_back():
    assert verify_consent(sign_consent(RECORD, HOLDER), HOLDER.public, **BINDING) == RECORD


@given(policies())
@settings(max_examples=25)
def test_a_record_of_any_policy_survives_being_written(policy):
    history = (StatusChange(ConsentStatus.GIVEN, policy.given_at),)
    record = replace(RECORD, policy=policy, history=history)

    assert ConsentRecord.from_json(parse_json(canonical_json(record.to_json()))) == record


def test_a_withdrawn_record_survives_being_written():
    record = RECORD.withdraw(NOW)

    assert ConsentRecord.from_json(record.to_json()) == record


TOKEN = sign_consent(RECORD, HOLDER)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AZaz09-_.="))
@settings(max_examples=200)
def test_any_changed_character_of_a_signed_consent_is_refused(place, character):
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]

    if changed == TOKEN:
        return
    with pytest.raises((MalformedError, SignatureError)):
        verify_consent(changed, HOLDER.public, **BINDING)


@pytest.mark.parametrize("key", [STRANGER, STRANGER_ED25519], ids=["ES256", "EdDSA"])
def test_a_consent_signed_by_somebody_else_is_refused(key):
    with pytest.raises(SignatureError):
        verify_consent(sign_consent(RECORD, key), HOLDER.public, **BINDING)


@pytest.mark.parametrize("member", list(BINDING))
def test_a_consent_about_another_person_credential_or_inputs_is_refused(member):
    expected = {**BINDING, member: b64url_encode(sha256(b"another"))}

    with pytest.raises(MismatchError, match="it is about another"):
        verify_consent(TOKEN, HOLDER.public, **expected)


def test_a_consent_that_comes_with_its_withdrawal_is_refused():
    token = sign_jws(RECORD.withdraw(NOW).to_json(), HOLDER, typ=CONSENT_TYP)

    with pytest.raises(MismatchError, match="as it was given"):
        verify_consent(token, HOLDER.public, **BINDING)


def test_a_withdrawal_is_not_taken_for_a_consent():
    with pytest.raises(MalformedError, match="type"):
        verify_consent(sign_withdrawal(CONSENT_ID, NOW, HOLDER), HOLDER.public, **BINDING)


def test_a_consent_to_data_that_nobody_knows_cannot_be_signed():
    record = replace(RECORD, policy=replace(POLICY, data_set="exam/99"))

    with pytest.raises(UnknownDataSetError):
        sign_consent(record, HOLDER)


def _process(document):
    return document["record"]["dpv:hasProcess"][0]


HOSTILE = {
    "no object": lambda _: [],
    "another purpose in the record than in the policy": lambda d: _process(d).update(
        {"dpv:hasPurpose": ["dpv:PersonnelHiring"]}
    ),
    "fewer rights": lambda d: d["record"].update({"dpv:hasRight": []}),
    "another id inside": lambda d: d["record"].update({"@id": OTHER_CONSENT_ID}),
    "another id outside": lambda d: d.update(consent_id=OTHER_CONSENT_ID),
    "an id of another form": lambda d: d.update(consent_id="6f1dbf52"),
    "a member more": lambda d: d.update(remark="also for advertising"),
    "a member more in the record": lambda d: d["record"].update({"dpv:hasRisk": []}),
    "a member more in the process": lambda d: _process(d).update({"dpv:hasDuration": "P9Y"}),
    "a second process": lambda d: d["record"]["dpv:hasProcess"].append({}),
    "another conformance": lambda d: d["record"].update({"dct:conformsTo": "dpv-27560-GDPR"}),
    "data of an unknown data set": lambda d: _process(d)["odrl:hasPolicy"][0]["permission"][0]["constraint"][
        1
    ].update(rightOperand=["exam/99#sex"]),
    "an attribute that the data does not have": lambda d: _process(d)["odrl:hasPolicy"][0]["permission"][0][
        "constraint"
    ][1].update(rightOperand=["exam/1#shoe_size"]),
    "a digest that is none": lambda d: d.update(credential_digest="none"),
    "a notice without digest": lambda d: d["record"]["dpv:hasNotice"][0].update({"@id": "urn:x"}),
    "a status unknown": lambda d: d["status_history"][0].update(status="dpv:ConsentRefused"),
    "a status only outside": lambda d: d["status_history"].append(
        {"status": "dpv:ConsentWithdrawn", "at": "2026-12-01T12:00:00Z"}
    ),
    "no status": lambda d: d.update(status_history=[]),
    "no data subject": lambda d: d["record"].pop("dpv:hasDataSubject"),
    "two controllers": lambda d: d["record"]["dpv:hasDataController"].append("did:web:other.example"),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_record_with_this_is_malformed(tamper):
    document = loose(RECORD.to_json())
    replaced = tamper(document)

    with pytest.raises(MalformedError):
        ConsentRecord.from_json([] if replaced == [] else document)


def test_a_record_whose_history_contradicts_its_terms_is_refused():
    document = loose(RECORD.to_json())
    document["status_history"][0]["at"] = "2026-11-21T10:00:00Z"

    with pytest.raises(TermsError):
        ConsentRecord.from_json(document)


def test_a_record_conforms_to_the_profile_with_arrays_everywhere():
    document = loose(RECORD.to_json())["record"]

    assert document["dct:conformsTo"] == "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
    relations = {name: value for name, value in document.items() if name.startswith("dpv:has")}
    assert relations
    assert all(isinstance(value, list) for value in relations.values())
    process = _process(loose(RECORD.to_json()))
    assert all(isinstance(value, list) for name, value in process.items() if ":has" in name)


def test_a_record_about_health_data_names_article_9():
    policy = replace(POLICY, data_set="health/1", attributes=frozenset({"age"}))

    assert loose(replace(RECORD, policy=policy).to_json())["record"]["dpv:hasLegalBasis"] == [
        "eu-gdpr:A6-1-a-explicit-consent",
        "eu-gdpr:A9-2-a",
    ]


def test_withdrawing_twice_keeps_the_first_moment():
    withdrawn = RECORD.withdraw(NOW)

    assert withdrawn.withdraw(NOW + timedelta(days=1)) == withdrawn
    assert withdrawn.withdrawn_at == NOW


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=4))
@settings(max_examples=25)
def test_withdrawing_many_times_is_withdrawing_once(seconds):
    moments = [GIVEN + timedelta(seconds=each) for each in seconds]
    record = RECORD
    for moment in moments:
        record = record.withdraw(moment)

    assert record == RECORD.withdraw(moments[0])


def test_withdrawing_changes_the_status_and_the_decision():
    withdrawn = RECORD.withdraw(NOW)

    assert RECORD.status(NOW) is ConsentStatus.GIVEN
    assert RECORD.status(UNTIL) is ConsentStatus.EXPIRED
    assert withdrawn.status(NOW) is ConsentStatus.WITHDRAWN
    assert RECORD.decide(USE, now=NOW) == Permitted()
    assert withdrawn.decide(USE, now=NOW) == Refused(Refusal.WITHDRAWN)


def test_withdrawing_leaves_the_record_before_it_as_it_was():
    before = RECORD.digest

    withdrawn = RECORD.withdraw(NOW)

    assert RECORD.digest == before
    assert withdrawn.digest != before
    assert withdrawn.history[:1] == RECORD.history


HISTORIES = {
    "none": (),
    "one that begins with a withdrawal": (StatusChange(ConsentStatus.WITHDRAWN, NOW),),
    "one that begins later": (StatusChange(ConsentStatus.GIVEN, NOW),),
    "two withdrawals": (*RECORD.history, *(StatusChange(ConsentStatus.WITHDRAWN, NOW),) * 2),
    "a second consent": (*RECORD.history, StatusChange(ConsentStatus.GIVEN, NOW)),
    "a withdrawal before the consent": (
        *RECORD.history,
        StatusChange(ConsentStatus.WITHDRAWN, GIVEN - timedelta(seconds=1)),
    ),
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_a_history_like_this_is_refused(history):
    with pytest.raises(TermsError):
        replace(RECORD, history=history)


def test_a_consent_id_of_another_form_is_refused():
    with pytest.raises(TermsError):
        replace(RECORD, consent_id=CONSENT_ID.upper())


def test_a_signed_withdrawal_is_read_back():
    token = sign_withdrawal(CONSENT_ID, NOW, HOLDER)

    assert verify_withdrawal(token, HOLDER.public) == Withdrawal(CONSENT_ID, NOW)


def test_nobody_else_can_withdraw():
    with pytest.raises(SignatureError):
        verify_withdrawal(sign_withdrawal(CONSENT_ID, NOW, STRANGER), HOLDER.public)


@pytest.mark.parametrize(
    "payload",
    [
        {"consent_id": CONSENT_ID},
        {"consent_id": "all", "withdrawn_at": "2026-12-01T12:00:00Z"},
        {"consent_id": CONSENT_ID, "withdrawn_at": "2026-12-01T12:00:00Z", "unless": "paid"},
    ],
)
def test_a_withdrawal_of_another_form_is_malformed(payload):
    with pytest.raises(MalformedError):
        verify_withdrawal(sign_jws(payload, HOLDER, typ=WITHDRAWAL_TYP), HOLDER.public)


def test_the_consent_is_found_before_its_key_is():
    assert unverified_consent_id(TOKEN) == CONSENT_ID
    assert unverified_consent_id(sign_withdrawal(CONSENT_ID, NOW, HOLDER)) == CONSENT_ID


@pytest.mark.parametrize("token", ["", "a.b.c", sign_jws({"consent_id": 7}, HOLDER, typ=CONSENT_TYP)])
def test_a_token_that_names_no_consent_is_malformed(token):
    with pytest.raises(MalformedError):
        unverified_consent_id(token)


def test_the_notice_depends_on_every_character_and_on_the_language():
    notice = Notice.of("You agree.", "en")

    assert notice == Notice.of("You agree.", "en")
    assert notice.digest != Notice.of("You agree!", "en").digest
    assert notice.digest != Notice.of("You agree.", "de").digest
