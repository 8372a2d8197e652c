"""Receipts as verifiable credentials: others verify them, and no byte of them can be changed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from consent.errors import MismatchError, TermsError
from consent.receipt import DeletionReceipt
from consent.receipt_credential import (
    MAX_BYTES,
    issue_deletion_credential,
    issue_status_credential,
    verify_deletion_credential,
    verify_status_credential,
)
from consent.status_receipt import AgreementNamed, Life, status_receipts
from crypto.errors import MalformedError, SignatureError
from ssi.data_integrity.credentials import Verification, issue_credential, verify_credential
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.signature_suites import EDDSA_JCS_2022, SignatureMaker
from ssi.data_integrity.signers import KeySigner
from ssi.did.did_key import did_key, did_key_method
from ssi.did.public_key import PublicKey
from ssi.did.resolve import Resolver
from ssi.linked_data.expansion import expand
from tests.consent.examples import (
    CONSENT_ID,
    GIVEN,
    HOLDER,
    MARKET_ID,
    MARKETPLACE,
    NODE,
    NOW,
    OTHER_CONSENT_ID,
    RECORD,
    STRANGER_ED25519,
    UNTIL,
    loose,
)

NAMED = AgreementNamed(CONSENT_ID, RECORD.digest, MARKET_ID)
LATER = UNTIL + timedelta(days=1)
RECEIPTS = status_receipts(NAMED, Life(GIVEN, GIVEN, UNTIL, LATER), now=LATER)
DELETION = DeletionReceipt("node-a", CONSENT_ID, NOW)
ABOUT = {"node_id": "node-a", "consent_id": CONSENT_ID}
DOCUMENTS = [
    *(issue_status_credential(each, MARKETPLACE) for each in RECEIPTS),
    issue_deletion_credential(DELETION, NODE),
]
NAMES = ["given", "ran out", "withdrawn", "deleted"]


def _signed_again(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """With other members, signed by the marketplace all the same."""
    public = PublicKey.of(MARKETPLACE.public)
    bare = {name: value for name, value in {**document, **changes}.items() if name != "proof"}
    maker = SignatureMaker(EDDSA_JCS_2022, KeySigner(MARKETPLACE))
    return issue_credential(bare, maker, ProofOptions(did_key_method(public), created=GIVEN))


def _verified(document: object, *, deletion: bool) -> object:
    if deletion:
        return verify_deletion_credential(document, NODE.public, **ABOUT)
    return verify_status_credential(document, MARKETPLACE.public)


@pytest.mark.parametrize("receipt", RECEIPTS, ids=NAMES[:3])
def test_a_receipt_comes_back_as_it_was_issued(receipt):
    assert (
        verify_status_credential(issue_status_credential(receipt, MARKETPLACE), MARKETPLACE.public) == receipt
    )


def test_a_deletion_receipt_comes_back_as_it_was_issued():
    assert verify_deletion_credential(DOCUMENTS[-1], NODE.public, **ABOUT) == DELETION


def test_a_marketplace_with_a_key_on_p_256_issues_them_as_well():
    document = issue_status_credential(RECEIPTS[0], HOLDER)

    assert loose(document)["proof"]["cryptosuite"] == "ecdsa-jcs-2019"
    assert verify_status_credential(document, HOLDER.public) == RECEIPTS[0]


def test_the_last_receipt_tells_the_whole_history_and_what_it_replaces():
    subject = loose(DOCUMENTS[2])["credentialSubject"]

    assert subject["type"] == "dpv:ConsentReceipt"
    assert subject["dct:conformsTo"] == "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
    assert subject["dct:replaces"] == RECEIPTS[1].name
    assert subject["dpv:hasRecordOfActivity"][0]["id"] == CONSENT_ID
    assert [each["type"][0] for each in subject["dpv:hasConsentStatus"]] == [
        "dpv:ConsentGiven",
        "dpv:ConsentExpired",
        "dpv:ConsentWithdrawn",
    ]
    assert "dpv:isIndicatedBy" not in subject["dpv:hasConsentStatus"][1]


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_member_has_a_meaning_in_linked_data(document):
    (node,) = expand(document)

    subject = node["https://www.w3.org/2018/credentials#credentialSubject"][0]
    assert subject["https://w3id.org/dpv#hasRecordOfActivity"][0]["@id"] == CONSENT_ID


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_a_general_verifier_of_credentials_takes_them(document):
    verified = verify_credential(loose(document), Verification(Resolver()), now=LATER)

    key = NODE if document is DOCUMENTS[-1] else MARKETPLACE
    assert verified.issuer == did_key(PublicKey.of(key.public))


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_a_verifier_that_others_wrote_takes_them(document):
    openvc = pytest.importorskip("openvc.proof.di_jcs", reason="the package openvc-core is not installed")
    did = pytest.importorskip("openvc.did.did_key")
    jwk = did.DidKeyResolver().resolve(loose(document)["issuer"]).verification_methods[0].public_key_jwk

    verified = openvc.EddsaJcsProofSuite().verify(loose(document), public_key_jwk=jwk, now=LATER)

    assert verified.issuer == loose(document)["issuer"]
    assert verified.subject == loose(document)["credentialSubject"]["id"]


def test_a_verifier_that_others_wrote_refuses_a_changed_one():
    openvc = pytest.importorskip("openvc.proof.di_jcs", reason="the package openvc-core is not installed")
    document = loose(DOCUMENTS[0])
    document["credentialSubject"]["dct:created"] = "2026-11-22T10:00:01Z"

    with pytest.raises(openvc.SignatureInvalid):
        openvc.EddsaJcsProofSuite().verify(
            document, public_key_jwk=dict(MARKETPLACE.public.to_jwk()), now=LATER
        )


def _changed(value: Any) -> Iterator[Any]:
    """The same value with one text in it changed or one member more, for each place in it."""
    match value:
        case dict():
            yield {**value, "dct:note": "trust me"}
            for name, member in value.items():
                yield {each: value[each] for each in value if each != name}
                yield from ({**value, name: changed} for changed in _changed(member))
        case list():
            yield [*value, value[0]]
            for place, member in enumerate(value):
                yield from ([*value[:place], changed, *value[place + 1 :]] for changed in _changed(member))
        case str():
            yield f"{value}x"
            yield None
        case _:
            raise AssertionError(value)


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_whatever_is_changed_in_one_has_a_named_answer(document):
    tried = list(_changed(loose(document)))

    assert len(tried) > 70
    for altered in tried:
        with pytest.raises((MalformedError, SignatureError, TermsError, MismatchError)):
            _verified(altered, deletion=document is DOCUMENTS[-1])


@pytest.mark.parametrize(
    "changes",
    [
        {"validFrom": "2026-11-22T10:00:01Z"},
        {"validUntil": "2027-11-22T10:00:00Z"},
        {"type": ["VerifiableCredential"]},
        {"name": "The best receipt"},
        {
            "credentialSubject": {
                **loose(DOCUMENTS[0])["credentialSubject"],
                "id": "urn:argonauta:receipt:other",
            }
        },
    ],
    ids=["since", "until", "type", "more", "name"],
)
def test_what_the_marketplace_itself_signed_beside_the_receipt_is_refused(changes):
    with pytest.raises(MalformedError, match="says something else"):
        verify_status_credential(_signed_again(loose(DOCUMENTS[0]), changes), MARKETPLACE.public)


def test_another_key_is_refused_though_its_own_proof_holds():
    forged = issue_status_credential(RECEIPTS[0], STRANGER_ED25519)

    with pytest.raises(SignatureError, match="another key"):
        verify_status_credential(forged, MARKETPLACE.public)
    with pytest.raises(SignatureError, match="another key"):
        verify_deletion_credential(
            issue_deletion_credential(DELETION, STRANGER_ED25519), NODE.public, **ABOUT
        )


@pytest.mark.parametrize("other", [{"node_id": "node-b"}, {"consent_id": OTHER_CONSENT_ID}])
def test_a_deletion_of_another_node_or_consent_is_refused(other):
    with pytest.raises(MismatchError):
        verify_deletion_credential(DOCUMENTS[-1], NODE.public, **{**ABOUT, **other})


def test_neither_stands_for_the_other():
    with pytest.raises(MalformedError):
        verify_status_credential(DOCUMENTS[-1], NODE.public)
    with pytest.raises(MalformedError):
        verify_deletion_credential(DOCUMENTS[0], MARKETPLACE.public, **ABOUT)


@pytest.mark.parametrize(
    "document", [None, 7, "a.b.c", [], {}, {"credentialSubject": {}}, {"x": "y" * MAX_BYTES}]
)
def test_what_is_no_receipt_is_refused_by_name(document):
    with pytest.raises(MalformedError):
        verify_status_credential(document, MARKETPLACE.public)


def test_they_are_the_same_each_time():
    again = [issue_status_credential(each, MARKETPLACE) for each in RECEIPTS]

    assert json.dumps(again) == json.dumps(DOCUMENTS[:3])
    assert issue_status_credential(replace(RECEIPTS[0]), MARKETPLACE) == DOCUMENTS[0]


def test_each_of_two_keys_signs_under_its_own_name():
    for key in (MARKETPLACE, STRANGER_ED25519, MARKETPLACE):
        document = issue_status_credential(RECEIPTS[0], key)

        assert document["issuer"] == did_key(PublicKey.of(key.public))
        assert loose(document)["proof"]["verificationMethod"] == did_key_method(PublicKey.of(key.public))
        assert verify_status_credential(loose(document), key.public) == RECEIPTS[0]
