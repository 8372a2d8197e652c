from typing import Any

import pytest

from ssi.data_integrity.credentials import verify_credential
from ssi.data_integrity.presentations import MAX_CREDENTIALS, VerifiedPresentation, verify_presentation
from ssi.data_integrity.secure import Expectation, add_proof
from ssi.did.document import Purpose
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    GraphTooComplexError,
    MalformedCredentialError,
    ProofError,
    VerificationMethodError,
)
from ssi.linked_data.contexts import CREDENTIALS_V2
from ssi.vcdm.presentation import Envelope
from tests.ssi.data_integrity.signed import (
    CHALLENGE,
    DOMAIN,
    KINDS,
    SHOWN,
    VERIFICATION,
    did_of,
    issued,
    maker,
    options,
    presented,
)
from tests.ssi.parties import NOW

HOLDER = maker("eddsa-jcs-2022", "holder")
GRAPH_HOLDER = maker("eddsa-rdfc-2022", "holder")
CREDENTIAL = issued(maker("ecdsa-rdfc-2019 P-256"))
ENVELOPED = {
    "@context": CREDENTIALS_V2,
    "id": "data:application/vc+jwt,a.b.c",
    "type": "EnvelopedVerifiableCredential",
}


def verify(document: Any, expectation: Expectation = SHOWN, **changes: Any) -> VerifiedPresentation:
    return verify_presentation(document, expectation, VERIFICATION, now=NOW, **changes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_presentation_hands_on_credentials_that_are_verified_each(kind: str):
    holder = maker(kind, "holder")
    verified = verify(presented(holder, CREDENTIAL, issued(maker("eddsa-jcs-2022"))))

    assert verified.presenter == did_of(holder)
    assert [credential.issuer for credential in verified.credentials] == [
        did_of(maker("ecdsa-rdfc-2019 P-256")),
        did_of(maker("eddsa-jcs-2022")),
    ]


@pytest.mark.parametrize("holder", [HOLDER, GRAPH_HOLDER])
def test_a_tampered_credential_inside_is_found_although_the_presentation_itself_holds(holder: Any):
    tampered = {**CREDENTIAL, "name": "Doctor of Everything"}

    with pytest.raises(AlteredCredentialError, match="ecdsa-rdfc-2019"):
        verify(presented(holder, CREDENTIAL, tampered))


@pytest.mark.parametrize("holder", [HOLDER, GRAPH_HOLDER])
def test_an_expired_credential_inside_is_found(holder: Any):
    expired = issued(maker("ecdsa-rdfc-2019 P-256"), validUntil="2026-02-01T00:00:00Z")

    with pytest.raises(ExpiredError):
        verify(presented(holder, expired))


@pytest.mark.parametrize("holder", [HOLDER, GRAPH_HOLDER])
def test_a_credential_without_proof_inside_is_found(holder: Any):
    bare = {name: value for name, value in CREDENTIAL.items() if name != "proof"}

    with pytest.raises(ProofError):
        verify(presented(holder, bare))


@pytest.mark.parametrize("holder", [HOLDER, GRAPH_HOLDER])
def test_a_credential_that_was_exchanged_or_taken_out_is_missed(holder: Any):
    shown = presented(holder, CREDENTIAL, issued(maker("eddsa-jcs-2022")))

    with pytest.raises(AlteredCredentialError):
        verify({**shown, "verifiableCredential": shown["verifiableCredential"][:1]})
    with pytest.raises(AlteredCredentialError):
        verify({**shown, "verifiableCredential": [CREDENTIAL, issued(maker("eddsa-rdfc-2022"))]})


@pytest.mark.parametrize(
    "expectation",
    [
        Expectation(Purpose.AUTHENTICATION, frozenset({DOMAIN}), "another"),
        Expectation(Purpose.AUTHENTICATION, frozenset({"https://insurer.example"}), CHALLENGE),
        Expectation(Purpose.ASSERTION, frozenset({DOMAIN}), CHALLENGE),
    ],
)
def test_a_presentation_for_somebody_else_is_refused(expectation: Expectation):
    with pytest.raises(AlteredCredentialError):
        verify(presented(HOLDER, CREDENTIAL), expectation)


def test_a_presentation_that_names_nobody_is_its_makers():
    document = presented(HOLDER, CREDENTIAL)
    bare = {name: value for name, value in document.items() if name not in {"holder", "proof"}}
    settings = {"purpose": Purpose.AUTHENTICATION, "challenge": CHALLENGE, "domain": (DOMAIN,)}

    assert verify(add_proof(bare, HOLDER, options(HOLDER, **settings))).presenter == did_of(HOLDER)


def test_a_presentation_that_names_another_is_refused_on_both_sides():
    thief = maker("eddsa-jcs-2022", "thief")
    document = {name: value for name, value in presented(HOLDER, CREDENTIAL).items() if name != "proof"}
    settings = {"purpose": Purpose.AUTHENTICATION, "challenge": CHALLENGE, "domain": (DOMAIN,)}

    with pytest.raises(ProofError, match="is not a key of the holder"):
        presented(thief, CREDENTIAL, holder=did_of(HOLDER))
    with pytest.raises(VerificationMethodError, match="none of"):
        verify(add_proof(document, thief, options(thief, **settings)))


def test_proofs_of_two_presenters_are_refused():
    other = maker("ecdsa-jcs-2019 P-256", "other")
    settings = {"purpose": Purpose.AUTHENTICATION, "challenge": CHALLENGE, "domain": (DOMAIN,)}

    with pytest.raises(VerificationMethodError):
        verify(add_proof(presented(HOLDER, CREDENTIAL), other, options(other, **settings)))


def test_an_envelope_is_refused_unless_somebody_opens_it():
    shown = presented(HOLDER, ENVELOPED)
    inside = verify_credential(CREDENTIAL, VERIFICATION, now=NOW)
    opened: list[Envelope] = []

    def open_envelope(envelope: Envelope) -> Any:
        opened.append(envelope)
        return inside

    with pytest.raises(MalformedCredentialError, match=r"application/vc\+jwt is not taken"):
        verify(shown)
    assert verify(shown, open_envelope=open_envelope).credentials == (inside,)
    assert opened == [Envelope("application/vc+jwt", b"a.b.c")]


def test_a_presentation_without_credentials_proves_who_presents():
    document = presented(HOLDER, verifiableCredential=[CREDENTIAL])

    assert verify(document).presenter == did_of(HOLDER)


def test_too_many_credentials_are_refused_before_any_is_verified():
    tampered = {**issued(maker("eddsa-jcs-2022")), "name": "tampered"}

    with pytest.raises(GraphTooComplexError, match="at most 50"):
        verify(presented(HOLDER, *[tampered] * (MAX_CREDENTIALS + 1)))


def test_a_presentation_without_proof_is_not_verified():
    document = {name: value for name, value in presented(HOLDER, CREDENTIAL).items() if name != "proof"}

    with pytest.raises(ProofError):
        verify(document)


@pytest.mark.parametrize("document", [None, [], "text", {}, CREDENTIAL])
def test_what_is_no_presentation_is_refused(document: Any):
    with pytest.raises(MalformedCredentialError):
        verify(document)


def test_the_credentials_of_a_presentation_share_one_bound_on_their_work():
    texts = [f"text {index}" for index in range(1_200)]
    subject = {"id": "did:example:abcdefgh", "alumniOf": {"motto": texts}}
    large = issued(GRAPH_HOLDER, credentialSubject=subject)
    assert len(verify(presented(HOLDER, *[large] * 8)).credentials) == 8

    with pytest.raises(GraphTooComplexError, match="too many values together"):
        verify(presented(HOLDER, *[large] * 9))


def test_too_many_credentials_are_refused_before_their_proofs_are_looked_at():
    presentation = presented(HOLDER, *[CREDENTIAL] * (MAX_CREDENTIALS + 1))

    with pytest.raises(GraphTooComplexError, match="at most 50 credentials"):
        verify({**presentation, "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc34"})
