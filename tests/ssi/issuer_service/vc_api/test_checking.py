"""What a proof, token or presentation must say is missed where it is missing (Data Integrity 1.0 §4)."""

from typing import Any

import pytest

from crypto.encoding import canonical_json
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.secure import add_proof
from ssi.did.document import Purpose
from ssi.linked_data.contexts import CREDENTIALS_V2
from tests.ssi.data_integrity.signed import did_of, issued, maker, options, presented, unsigned
from tests.ssi.issuer_service.vc_api.suites import (
    ALL,
    DATA_MODEL,
    SECURITY,
    SELECTIVE,
    SIGNING,
    TOKENS,
    Service,
    answering,
    credential,
    kind_of,
    presentation,
)
from tests.ssi.parties import NOW
from tests.ssi.vc_jose.tokens import SIGNERS, token_by

PROOFS: dict[str, dict[str, Any]] = {
    "no type": {"type": None},
    "another type": {"type": "UnknownProofType"},
    "an old type": {"type": "Ed25519Signature2020"},
    "no method": {"verificationMethod": None},
    "a method that is no URL": {"verificationMethod": "not-a-url"},
    "another method": {"verificationMethod": "did:key:z6MkpJySvETLnxhQG9DzEdmKJtysBDjuuTeDfUj1uNNCUqcj"},
    "no purpose": {"proofPurpose": None},
    "an unknown purpose": {"proofPurpose": "invalidPurpose"},
    "another purpose": {"proofPurpose": "authentication"},
    "no value": {"proofValue": None},
    "a value that is no text": {"proofValue": 5},
    "an empty value": {"proofValue": ""},
    "a value of another base": {"proofValue": "a"},
    "a value of nothing": {"proofValue": "z"},
    "no suite": {"cryptosuite": None},
    "another suite": {"cryptosuite": "invalid-cryptosuite"},
    "a suite that is no text": {"cryptosuite": 5},
    "a moment that is none": {"created": "Feb 26th 2023"},
    "a moment to come": {"created": "2030-01-01T00:00:00Z"},
    "an end that is past": {"expires": "2020-01-01T00:00:00Z"},
    "an end that is none": {"expires": "tomorrow"},
    "a proof before it that is not there": {"previousProof": "urn:uuid:missing"},
    "a member nobody signed": {"nonce": "added"},
}


def changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    proof = {name: value for name, value in {**document["proof"], **changes}.items() if value is not None}
    return {**document, "proof": proof}


@pytest.mark.parametrize("case", PROOFS)
@pytest.mark.parametrize("slug", [*SIGNING, *SELECTIVE])
def test_a_proof_that_does_not_say_what_it_must_is_refused(service: Service, slug: str, case: str):
    response = service.verify(changed(service.shown(slug, credential()), PROOFS[case]))

    assert response.status_code == 400
    assert response.get_json()["verified"] is False
    assert response.get_json()["errors"]


@pytest.mark.parametrize("slug", [*SIGNING, *SELECTIVE])
def test_a_proof_is_there_and_is_an_object(service: Service, slug: str):
    shown = service.shown(slug, credential())
    bad: list[Any] = [None, [], "proof", 5, {}, [None]]
    for proof in bad:
        assert service.verify({**shown, "proof": proof}).status_code == 400
    assert service.verify({name: shown[name] for name in shown if name != "proof"}).status_code == 400


@pytest.mark.parametrize("slug", [*SIGNING, *SELECTIVE])
@pytest.mark.parametrize(
    "change",
    [
        {"credentialSubject": {"id": "urn:invalid", "name": "Example"}},
        {"credentialSubject": {"id": "did:example:subject", "name": "Other"}},
        {"validUntil": "2030-01-01T00:00:00Z"},
        {"type": ["VerifiableCredential", "https://example.org/#More"]},
        {"id": "urn:uuid:0"},
    ],
)
def test_a_credential_that_was_changed_is_refused(service: Service, slug: str, change: dict[str, Any]):
    response = service.verify({**service.shown(slug, credential()), **change})

    assert kind_of(response) == f"{SECURITY}PROOF_VERIFICATION_ERROR"


@pytest.mark.parametrize("slug", [*SIGNING, *SELECTIVE])
def test_terms_added_under_no_definition_are_refused(service: Service, slug: str):
    shown = service.shown(slug, credential())

    assert kind_of(service.verify({**shown, "added": 1})) == f"{SECURITY}DATA_LOSS_DETECTION_ERROR"


@pytest.mark.parametrize("slug", SELECTIVE)
def test_a_base_proof_is_for_its_holder_only(service: Service, slug: str):
    response = service.verify(service.issue(credential(), slug))

    assert kind_of(response) == f"{SECURITY}PROOF_VERIFICATION_ERROR"


def test_proofs_are_for_what_the_caller_expects(service: Service):
    shown = service.issue(credential())

    assert service.verify(shown, expectedProofPurpose="assertionMethod").status_code == 200
    assert service.verify(shown, expectedProofPurpose="authentication").status_code == 400
    assert kind_of(service.verify(shown, expectedProofPurpose="other")) == f"{DATA_MODEL}PARSING_ERROR"


def test_a_credential_for_somebody_else_or_another_question_is_refused(service: Service):
    shown = issued(maker("eddsa-rdfc-2022"), {"domain": ("domain.example",), "challenge": "abc"})

    assert service.verify(shown, domain="domain.example", challenge="abc").status_code == 200
    assert service.verify(shown, domain=["domain.example"]).status_code == 200
    assert kind_of(service.verify(shown, domain="other")) == f"{SECURITY}INVALID_DOMAIN_ERROR"
    assert kind_of(service.verify(shown, challenge="other")) == f"{SECURITY}INVALID_CHALLENGE_ERROR"


def test_a_bbs_proof_answers_the_verifier(service: Service):
    base = service.issue(credential(), "bbs-2023")
    shown = service.derive(base, "/credentialSubject/name", presentationHeader="question")

    assert service.verify(shown, presentationHeader="question").status_code == 200
    assert service.verify(shown, presentationHeader="another").status_code == 400


def test_a_credential_past_its_end_is_out_of_range(service: Service):
    shown = service.issue(credential(validUntil="2026-03-02T00:00:00Z"))
    assert service.verify(shown).status_code == 200

    service.clock.move(days=1)
    assert kind_of(service.verify(shown)) == f"{DATA_MODEL}RANGE_ERROR"


def test_issuers_that_cannot_be_resolved_are_named(service: Service):
    web = "did:web:university.example"
    signer = maker("eddsa-rdfc-2022")
    shown = add_proof(unsigned(issuer=web), signer, ProofOptions(f"{web}#key", created=NOW))

    assert kind_of(service.verify(shown)) == f"{SECURITY}INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"


def test_issuers_on_the_web_are_asked_through_the_fetch_that_is_allowed():
    web = "did:web:university.example"
    signer = maker("eddsa-rdfc-2022")
    method = {"id": "#key", "type": "Multikey", "controller": web}
    method["publicKeyMultibase"] = signer.signer.public_key.to_multikey()
    document = {"id": web, "verificationMethod": [method], "assertionMethod": ["#key"]}
    pages = {"https://university.example/.well-known/did.json": canonical_json(document)}
    service = Service(fetch=answering(pages))
    shown = add_proof(unsigned(issuer=web), signer, ProofOptions(f"{web}#key", created=NOW))

    assert service.verify(shown).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"verifiableCredential": 5}', b'{"verifiableCredential": "x"}']
)
@pytest.mark.parametrize("path", ["/credentials/verify", "/presentations/verify"])
def test_a_body_that_is_none_is_not_verified(service: Service, path: str, body: bytes):
    response = service.client.post(path, data=body, content_type="application/json")

    assert response.status_code == 400
    assert response.get_json()["verified"] is False


@pytest.mark.parametrize("document", [{"type": ["NonconformingDocument"]}, {}, {"@context": []}])
def test_a_document_that_is_no_credential_is_malformed(service: Service, document: dict[str, Any]):
    assert kind_of(service.verify(document)).startswith("https://")
    assert kind_of(service.verify_presentation(document)).startswith("https://")


@pytest.mark.parametrize("slug", TOKENS)
def test_a_token_may_stand_alone_or_in_an_envelope(service: Service, slug: str):
    shown = service.issue(credential(), slug)

    assert service.verify(shown).status_code == 200
    assert service.verify(shown["id"].partition(",")[2]).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"@context": []},
        {"@context": "https://www.w3.org/ns/credentials/examples/v2"},
        {"type": None},
        {"type": "VerifiableCredential"},
        {"id": None},
        {"id": "not-a-data-url"},
    ],
)
@pytest.mark.parametrize("slug", [*TOKENS, "vc-sd-jwt"])
def test_an_envelope_that_is_none_is_refused(service: Service, slug: str, change: dict[str, Any]):
    document = {**service.issue(credential(), slug), **change}

    assert service.verify({name: document[name] for name in document if document[name]}).status_code == 400


@pytest.mark.parametrize("slug", ALL)
def test_a_presentation_hands_on_credentials_of_every_suite(service: Service, slug: str):
    shown = service.prove(presentation(service.shown(slug, credential())), challenge="c", domain="d")

    assert service.verify_presentation(shown).get_json()["verified"] is True
    assert service.verify_presentation(shown, challenge="c", domain="d").status_code == 200
    assert kind_of(service.verify_presentation(shown, challenge="x")) == f"{SECURITY}INVALID_CHALLENGE_ERROR"
    assert kind_of(service.verify_presentation(shown, domain="x")) == f"{SECURITY}INVALID_DOMAIN_ERROR"


@pytest.mark.parametrize("slug", [*SIGNING, *TOKENS])
def test_every_signing_suite_makes_presentations(service: Service, slug: str):
    shown = service.prove(presentation(holder=service.issuer(slug)), slug, challenge="c", domain="d")

    assert service.verify_presentation(shown, challenge="c", domain="d").status_code == 200
    assert service.verify_presentation(shown, challenge="x", domain="d").status_code == 400


@pytest.mark.parametrize("slug", SELECTIVE)
def test_suites_that_select_make_no_presentations(service: Service, slug: str):
    response = service.post(f"/vc-api/{slug}/presentations/prove", presentation=presentation())

    assert kind_of(response) == f"{DATA_MODEL}PARSING_ERROR"


@pytest.mark.parametrize(
    "change",
    [
        {"@context": None},
        {"@context": ["https://www.w3.org/ns/credentials/examples/v2", CREDENTIALS_V2]},
        {"@context": [CREDENTIALS_V2, "https://example.com"]},
        {"@context": [CREDENTIALS_V2, "https ://not-a-url/contexts/example/v1"]},
        {"@context": [CREDENTIALS_V2, 123192875]},
        {"type": None},
        {"type": ["https://example.org/#Other"]},
        {"id": "not-a-url"},
        {"holder": {}},
        {"holder": "did:example:acme"},
        {"verifiableCredential": ["did:example:credential"]},
        {"verifiableCredential": [5]},
        {"added": 1},
    ],
)
def test_a_presentation_that_was_changed_is_refused(service: Service, change: dict[str, Any]):
    document = {**service.prove(presentation(service.issue(credential()))), **change}
    document = {name: value for name, value in document.items() if value is not None}

    assert service.verify_presentation(document).status_code == 400


def test_a_holder_may_be_an_object(service: Service):
    holder = {"id": service.issuer("eddsa-rdfc-2022")}

    assert service.verify_presentation(service.prove(presentation(holder=holder))).status_code == 200


def test_a_credential_that_was_changed_spoils_its_presentation(service: Service):
    bad = {**service.issue(credential()), "name": "Other"}

    assert kind_of(service.verify_presentation(service.prove(presentation(bad)))) == (
        f"{SECURITY}PROOF_VERIFICATION_ERROR"
    )


def test_a_holder_may_assert_something_herself_by_name(service: Service):
    holder = service.issuer("eddsa-rdfc-2022")
    own = credential(issuer=holder)

    assert service.verify_presentation(service.prove(presentation(own, holder=holder))).status_code == 200
    assert service.verify_presentation(service.prove(presentation(own))).status_code == 400
    other = credential(issuer="did:example:alice")
    assert service.verify_presentation(service.prove(presentation(other, holder=holder))).status_code == 400
    expired = credential(issuer=holder, validUntil="2024-01-01T00:00:00Z")
    assert service.verify_presentation(service.prove(presentation(expired, holder=holder))).status_code == 400


def test_a_presentation_that_nobody_signed_is_asked_about_by_its_own_name(service: Service):
    bare = presentation(service.issue(credential()), service.issue(credential(), "vc-jose"))

    assert service.post("/presentations/verify", presentation=bare).get_json()["verified"] is True
    assert service.verify_presentation(bare).status_code == 400
    bad = presentation({**service.issue(credential()), "name": "Other"})
    assert service.post("/presentations/verify", presentation=bad).status_code == 400
    signed = service.prove(bare)
    assert service.post("/presentations/verify", presentation=signed).status_code == 400


def test_presentations_of_others_are_verified(service: Service):
    signer = maker("ecdsa-jcs-2019 P-384")
    assert service.verify_presentation(presented(signer, issued(signer))).status_code == 200
    asserted = presented(signer, issued(signer), proof={"purpose": Purpose.ASSERTION})
    assert service.verify_presentation(asserted).status_code == 400
    assert did_of(signer) != service.issuer("eddsa-rdfc-2022")


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_tokens_of_others_are_verified(service: Service, algorithm: str):
    assert service.verify(token_by(SIGNERS[algorithm])).status_code == 200
    assert options(maker("eddsa-rdfc-2022")).created == NOW
