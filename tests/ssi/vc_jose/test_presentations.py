"""A presentation in a token is its holder's, for one verifier, and every credential in it is its issuer's."""

from typing import Any

import pytest

from ssi.data_integrity.presentations import MAX_CREDENTIALS
from ssi.data_integrity.secure import Expectation
from ssi.did.document import Purpose
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    ExpiredError,
    GraphTooComplexError,
    MalformedCredentialError,
    ProofError,
    VerificationMethodError,
)
from ssi.linked_data.contexts import CREDENTIALS_V2
from ssi.vc_jose.envelopes import in_envelope, verify_enveloped_credential
from ssi.vc_jose.presentations import (
    make_presentation_token,
    verify_enveloped_presentation,
    verify_presentation_token,
)
from tests.ssi.data_integrity.signed import CHALLENGE, DOMAIN, SHOWN, VERIFICATION, issued, maker, unsigned
from tests.ssi.did.keys import ed25519_signer
from tests.ssi.parties import NOW
from tests.ssi.vc_jose.test_selective import token as selective_token
from tests.ssi.vc_jose.tokens import HOLDER, did_of, enveloped, kid_of, presented, resigned, showing, token_by

STRANGER = ed25519_signer("stranger")


def verified(token: str, expectation: Expectation = SHOWN):
    return verify_presentation_token(token, expectation, VERIFICATION, now=NOW)


def changed(header: dict[str, Any] | None = None, payload: dict[str, Any] | None = None, **by: Any) -> str:
    token = presented(enveloped(token_by()))
    return resigned(token, by.get("signer", HOLDER), header=header or {}, payload=payload or {})


def test_a_presentation_hands_on_credentials_of_every_form():
    shown = presented(
        enveloped(token_by()), enveloped(selective_token(), "vc+sd-jwt"), issued(maker("eddsa-rdfc-2022"))
    )

    presentation = verified(shown)
    assert presentation.presenter == did_of(HOLDER)
    forms = sorted(proof.cryptosuite for each in presentation.credentials for proof in each.proofs)
    assert forms == ["eddsa-rdfc-2022", "vc+jwt", "vc+sd-jwt"]


@pytest.mark.parametrize(
    "expectation",
    [
        Expectation(Purpose.AUTHENTICATION, frozenset({"https://other.example"}), CHALLENGE),
        Expectation(Purpose.AUTHENTICATION, frozenset({DOMAIN}), "another question"),
    ],
)
def test_a_presentation_for_somebody_else_or_another_question_is_refused(expectation: Expectation):
    with pytest.raises(AlteredCredentialError):
        verified(presented(enveloped(token_by())), expectation)


def test_an_audience_that_is_no_text_is_refused():
    with pytest.raises(MalformedCredentialError, match="aud"):
        verified(changed(payload={"aud": 5}))


def test_a_verifier_that_asked_nothing_takes_any():
    assert verified(presented(), Expectation(Purpose.AUTHENTICATION))


def test_a_presentation_past_its_end_is_refused():
    with pytest.raises(ExpiredError):
        verified(changed(payload={"exp": int(NOW.timestamp())}))


def test_a_stranger_does_not_present_for_the_holder():
    with pytest.raises(VerificationMethodError, match="no key of the holder"):
        verified(changed({"kid": kid_of(STRANGER)}, signer=STRANGER))
    with pytest.raises(AlteredCredentialError):
        verified(changed(signer=STRANGER))


@pytest.mark.parametrize("name", ["iss", "jti"])
def test_a_claim_that_contradicts_the_document_is_refused(name: str):
    with pytest.raises(AlteredCredentialError, match=f"token.{name}"):
        verified(changed(payload={name: "did:example:other", "id": "urn:uuid:1"}))


def test_a_presentation_without_a_holder_is_its_signers():
    token = make_presentation_token(
        {name: value for name, value in showing().items() if name != "holder"}, HOLDER, kid=kid_of(HOLDER)
    )

    assert verified(token, Expectation(Purpose.AUTHENTICATION)).presenter == did_of(HOLDER)


@pytest.mark.parametrize("typ", ["vc+jwt", "JWT", "vp+sd-jwt"])
def test_a_token_made_for_something_else_is_refused(typ: str):
    with pytest.raises(MalformedCredentialError, match="type"):
        verified(changed({"typ": typ, "cty": None}))


def test_a_credential_that_was_tampered_with_spoils_the_presentation():
    forged = resigned(token_by(), STRANGER, header={}, payload={})
    with pytest.raises(AlteredCredentialError):
        verified(presented(enveloped(forged)))


def test_a_credential_that_is_not_secured_spoils_the_presentation():
    bare = unsigned(issuer=did_of(HOLDER))
    with pytest.raises(MalformedCredentialError, match="not secured"):
        presented(bare)
    with pytest.raises(CredentialError):
        verified(changed(payload={"verifiableCredential": [bare]}))


@pytest.mark.parametrize("inner", ["eyJ.eyJ.AA", 5, {"type": "Envelope"}, None])
def test_a_credential_that_is_none_spoils_the_presentation(inner: Any):
    with pytest.raises(CredentialError):
        verified(changed(payload={"verifiableCredential": [inner]}))


def test_a_presentation_holds_a_bounded_number_of_credentials():
    many = [enveloped(token_by())] * (MAX_CREDENTIALS + 1)
    with pytest.raises(GraphTooComplexError):
        verified(presented(*many))


def test_a_presentation_is_made_with_the_holders_key_and_once():
    with pytest.raises(ProofError):
        make_presentation_token(showing(), STRANGER, kid=kid_of(STRANGER))
    for extra in ({"proof": {"type": "DataIntegrityProof"}}, {"nonce": "n"}):
        with pytest.raises(MalformedCredentialError, match="neither a proof"):
            make_presentation_token(showing(**extra), HOLDER, kid=kid_of(HOLDER))


def envelope_of(token: str, typ: str = "vp+jwt") -> dict[str, Any]:
    return in_envelope(token, typ, "EnvelopedVerifiablePresentation")


def test_a_presentation_in_an_envelope_is_opened():
    document = envelope_of(presented(enveloped(token_by())))

    assert verify_enveloped_presentation(document, SHOWN, VERIFICATION, now=NOW).credentials


@pytest.mark.parametrize(
    "change",
    [
        {"@context": []},
        {"@context": ["https://www.w3.org/ns/credentials/examples/v2"]},
        {"type": ["VerifiablePresentation"]},
        {"type": None},
        {"id": presented()},
        {"id": f"data:application/vc+jwt,{presented()}"},
        {"id": "data:application/vp+jwt,%ff"},
    ],
)
def test_an_envelope_that_is_none_is_refused(change: dict[str, Any]):
    document = {**envelope_of(presented()), **change}
    document = {name: value for name, value in document.items() if value is not None}
    with pytest.raises(MalformedCredentialError):
        verify_enveloped_presentation(document, SHOWN, VERIFICATION, now=NOW)


@pytest.mark.parametrize("context", [CREDENTIALS_V2, [CREDENTIALS_V2]])
@pytest.mark.parametrize("media_type", ["vc+jwt", "jwt"])
def test_a_credential_in_an_envelope_is_opened(context: Any, media_type: str):
    document = {**enveloped(token_by(), media_type), "@context": context}

    assert verify_enveloped_credential(document, VERIFICATION, now=NOW).document


@pytest.mark.parametrize(
    "change",
    [
        {"@context": []},
        {"@context": "https://www.w3.org/ns/credentials/examples/v2"},
        {"type": "VerifiableCredential"},
        {"id": token_by()},
        {"id": f"data:application/vc+cose;base64,{token_by()}"},
        {"id": f"data:text/plain,{token_by()}"},
        {"id": f"data:application/vp+jwt,{presented()}"},
        {"id": f"data:application/vc+jwt,{presented()}"},
    ],
)
def test_an_envelope_without_a_credential_is_refused(change: dict[str, Any]):
    with pytest.raises(MalformedCredentialError):
        verify_enveloped_credential({**enveloped(token_by()), **change}, VERIFICATION, now=NOW)
