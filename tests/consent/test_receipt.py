from dataclasses import replace

import pytest

from consent.errors import MismatchError
from consent.receipt import (
    CONSENT_RECEIPT_TYP,
    DELETION_RECEIPT_TYP,
    USAGE_RECEIPT_TYP,
    ConsentReceipt,
    DeletionReceipt,
    UsageReceipt,
    sign_consent_receipt,
    sign_deletion_receipt,
    sign_usage_receipt,
    verify_consent_receipt,
    verify_deletion_receipt,
    verify_usage_receipt,
)
from consent.vocabulary import Purpose, RecipientKind
from crypto.errors import MalformedError, SignatureError
from ssi.jws import sign_jws
from tests.consent.examples import (
    BUYER_ID,
    CONSENT_ID,
    COUNT,
    MARKETPLACE,
    MEAN,
    NODE,
    NOW,
    OTHER_CONSENT_ID,
    RECORD,
    STRANGER_ED25519,
    loose,
)

USAGE = UsageReceipt(
    consent_id=CONSENT_ID,
    job_id="job-1",
    buyer_id=BUYER_ID,
    buyer_name="University of Example",
    buyer_kind=RecipientKind.UNIVERSITY,
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(COUNT, MEAN),
    group_by="sex",
    amount_cents=50,
    used_at=NOW,
    log_index=12,
)
DELETION = DeletionReceipt("node-a", CONSENT_ID, NOW)
NAMED = {"node_id": "node-a", "consent_id": CONSENT_ID}


@pytest.mark.parametrize(
    "receipt",
    [ConsentReceipt(RECORD, NOW), ConsentReceipt(RECORD.withdraw(NOW), NOW, replaces=RECORD.digest)],
    ids=["the first", "after withdrawing"],
)
def test_a_consent_receipt_is_read_back(receipt):
    token = sign_consent_receipt(receipt, MARKETPLACE)

    assert verify_consent_receipt(token, MARKETPLACE.public) == receipt


def test_a_consent_receipt_conforms_to_the_receipt_profile():
    receipt = loose(ConsentReceipt(RECORD, NOW).to_json())["receipt"]

    assert receipt["@type"] == "dpv:ConsentReceipt"
    assert receipt["dct:conformsTo"] == "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
    assert receipt["dpv:hasRecordOfActivity"] == [CONSENT_ID]


def test_a_consent_receipt_of_somebody_else_is_refused():
    with pytest.raises(SignatureError):
        verify_consent_receipt(
            sign_consent_receipt(ConsentReceipt(RECORD, NOW), STRANGER_ED25519), MARKETPLACE.public
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"@id": "urn:argonauta:receipt:sha-256:x"},
        {"dpv:hasRecordOfActivity": [OTHER_CONSENT_ID]},
        {"dct:conformsTo": "other"},
        {"dct:remark": "more"},
    ],
    ids=["another id", "another consent", "another profile", "a member more"],
)
def test_a_consent_receipt_that_says_something_else_is_malformed(changes):
    document = loose(ConsentReceipt(RECORD, NOW).to_json())
    document["receipt"].update(changes)

    with pytest.raises(MalformedError):
        verify_consent_receipt(sign_jws(document, MARKETPLACE, typ=CONSENT_RECEIPT_TYP), MARKETPLACE.public)


@pytest.mark.parametrize("receipt", [USAGE, replace(USAGE, group_by=None)], ids=["grouped", "not grouped"])
def test_a_usage_receipt_is_read_back(receipt):
    token = sign_usage_receipt(receipt, MARKETPLACE)

    assert verify_usage_receipt(token, MARKETPLACE.public) == receipt


def test_a_usage_receipt_of_somebody_else_is_refused():
    with pytest.raises(SignatureError):
        verify_usage_receipt(sign_usage_receipt(USAGE, STRANGER_ED25519), MARKETPLACE.public)


@pytest.mark.parametrize(
    "changes",
    [
        {"consent_id": "mine"},
        {"amount_cents": -1},
        {"statistics": []},
        {"purpose": "dpv:Marketing"},
        {"buyer": {"id": "x", "name": "y"}},
        {"buyer": {"id": "x", "name": "y", "kind": "university", "vat": "z"}},
        {"values": {"exam_score": 1}},
    ],
    ids=["no consent", "a debt", "nothing", "no purpose", "no kind", "more of the buyer", "values"],
)
def test_a_usage_receipt_with_this_is_malformed(changes):
    token = sign_jws({**USAGE.to_json(), **changes}, MARKETPLACE, typ=USAGE_RECEIPT_TYP)

    with pytest.raises(MalformedError):
        verify_usage_receipt(token, MARKETPLACE.public)


def test_a_deletion_receipt_is_read_back():
    token = sign_deletion_receipt(DELETION, NODE)

    assert verify_deletion_receipt(token, NODE.public, **NAMED) == DELETION


def test_a_deletion_receipt_of_somebody_else_is_refused():
    with pytest.raises(SignatureError):
        verify_deletion_receipt(sign_deletion_receipt(DELETION, STRANGER_ED25519), NODE.public, **NAMED)


@pytest.mark.parametrize("other", [{"node_id": "node-b"}, {"consent_id": OTHER_CONSENT_ID}])
def test_a_deletion_receipt_of_another_node_or_consent_is_refused(other):
    with pytest.raises(MismatchError):
        verify_deletion_receipt(sign_deletion_receipt(DELETION, NODE), NODE.public, **{**NAMED, **other})


def test_a_deletion_receipt_with_a_member_more_is_malformed():
    payload = {"node": "node-a", "consent_id": CONSENT_ID, "deleted_at": "2026-12-01T12:00:00Z", "kept": 1}

    with pytest.raises(MalformedError):
        verify_deletion_receipt(sign_jws(payload, NODE, typ=DELETION_RECEIPT_TYP), NODE.public, **NAMED)
