from typing import Any

import pytest

from ssi.did.document import Purpose
from ssi.issuer_anchors import IssuerAnchors
from ssi.openid4vp.errors import PresentationRefusedError, Reason
from ssi.trust_parts import issuer_part
from tests.ssi.data_integrity.signed import VERIFICATION, issued, maker
from tests.ssi.openid4vp.asking import trust
from tests.ssi.openid4vp.linked import ALUMNI, HOLDER, ISSUER, KIND, TRUST, credential, judged, shown, wanted
from tests.ssi.parties import YEAR, assembled, parts


def reason_of(presentation: Any, asked_for: Any = None, believed: Any = TRUST, **options_: Any) -> Reason:
    with pytest.raises(PresentationRefusedError) as refused:
        judged(presentation, asked_for, believed, **options_)
    return refused.value.reason


def test_a_linked_data_credential_of_its_holder_is_accepted():
    found = judged(shown())

    assert found.claims["credentialSubject"]["alumniOf"]["name"] == "The School of Examples"
    assert found.holder_bound
    assert found.issuer.name == "School"
    assert ALUMNI in found.types


def test_a_presentation_for_another_verifier_or_nonce_is_refused():
    assert reason_of(shown(domain=("x509_san_dns:evil.example",))) is Reason.WRONG_AUDIENCE
    assert reason_of(shown(challenge="another")) is Reason.WRONG_NONCE
    assert reason_of(shown(purpose=Purpose.ASSERTION)) is Reason.INVALID_CREDENTIAL_SIGNATURE


def test_somebody_elses_credential_is_refused():
    assert reason_of(shown(by=maker(KIND, "thief"))) is Reason.HOLDER_BINDING_MISSING


def test_a_credential_alone_is_enough_only_where_no_holder_is_asked_for():
    anybodys = wanted(require_cryptographic_holder_binding=False)

    assert reason_of(credential()) is Reason.HOLDER_BINDING_MISSING
    assert not judged(credential(), anybodys).holder_bound


def test_a_changed_presentation_or_credential_is_refused():
    presentation = shown()
    changed = {**presentation, "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc34"}
    inner = {**credential(), "name": "Another"}

    assert reason_of(changed) is Reason.INVALID_CREDENTIAL_SIGNATURE
    assert reason_of(shown(inner)) is Reason.INVALID_CREDENTIAL_SIGNATURE


def test_several_credentials_in_one_presentation_are_refused():
    assert reason_of(shown(credential(), credential())) is Reason.MALFORMED_CREDENTIAL


def test_what_a_stranger_sends_is_refused_before_its_proofs_are_looked_at():
    stranger = maker(KIND, "stranger")
    altered = {**issued(stranger, credentialSubject={"id": HOLDER}), "name": "Another"}
    anybodys = wanted(require_cryptographic_holder_binding=False)

    assert reason_of(shown(altered)) is Reason.UNTRUSTED_ISSUER
    assert reason_of(altered, anybodys) is Reason.UNTRUSTED_ISSUER
    several = {**shown(credential(), credential()), "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc34"}
    assert reason_of(several) is Reason.MALFORMED_CREDENTIAL


def test_an_issuer_or_type_that_does_not_count_is_refused():
    assert reason_of(shown(), believed=trust(linked=VERIFICATION)) is Reason.UNTRUSTED_ISSUER
    plain = credential(type=["VerifiableCredential"])
    generic = wanted(meta={"type_values": [["https://www.w3.org/2018/credentials#VerifiableCredential"]]})
    assert reason_of(shown(plain), generic) is Reason.UNTRUSTED_ISSUER


def test_being_a_credential_at_all_is_no_type_that_an_issuer_counts_for():
    anything = issuer_part(
        ISSUER,
        "School",
        keys={},
        credential_types=["VerifiableCredential", "https://www.w3.org/2018/credentials#VerifiableCredential"],
        status_uri_prefix="https://school.example/status/",
        anchors=IssuerAnchors(dids=(ISSUER,)),
    )

    believed = trust(assembled([*parts(), anything]), linked=VERIFICATION)

    assert reason_of(shown(), believed=believed) is Reason.UNTRUSTED_ISSUER


def test_a_credential_that_is_over_is_refused():
    assert reason_of(shown(), after=YEAR) is Reason.EXPIRED


def test_a_type_or_claim_that_was_not_asked_for_is_refused():
    assert reason_of(shown(), wanted(meta={"type_values": [["urn:other"]]})) is Reason.QUERY_NOT_SATISFIED
    assert reason_of(shown(), wanted(claims=[{"path": ["name", "x"]}])) is Reason.QUERY_NOT_SATISFIED


@pytest.mark.parametrize("document", [{"type": 1}, {"type": ["VerifiablePresentation"]}, {"x": "y"}])
def test_what_is_no_presentation_is_refused_by_name(document):
    assert reason_of(document) in {Reason.MALFORMED_CREDENTIAL, Reason.HOLDER_BINDING_MISSING}
