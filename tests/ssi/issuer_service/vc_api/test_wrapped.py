"""Documents of today in plain JWTs: taken where the W3C's suite hands them in, and checked like any other."""

from typing import Any

import pytest

from crypto.encoding import b64url_encode, canonical_json
from ssi.data_integrity.signers import Signer
from ssi.linked_data.contexts import CREDENTIALS_V2
from ssi.vc_jose.envelopes import in_envelope
from tests.ssi.issuer_service.vc_api.suites import SECURITY, Service, credential, kind_of, presentation
from tests.ssi.vc_jose.tokens import HOLDER, ISSUER, did_of, kid_of


def plain(payload: dict[str, Any], signer: Signer, **header: Any) -> str:
    """A plain JWT."""
    head = {
        "alg": {"P-256": "ES256", "Ed25519": "EdDSA"}[signer.public_key.type.curve],
        "kid": kid_of(signer),
    }
    fields = {name: value for name, value in {**head, **header}.items() if value is not None}
    signing_input = ".".join(b64url_encode(canonical_json(part)) for part in (fields, payload))
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode()))}"


def enveloped(token: str, kind: str = "Credential", media_type: str = "jwt") -> dict[str, Any]:
    return {**in_envelope(token, media_type, f"EnvelopedVerifiable{kind}"), "@context": CREDENTIALS_V2}


def wrapped_credential(**claims: Any) -> dict[str, Any]:
    document = credential(issuer=did_of(ISSUER), **claims.pop("vc", {}))
    return enveloped(plain({"iss": did_of(ISSUER), "vc": document, **claims}, ISSUER))


def wrapped_presentation(*inner: Any, media_type: str = "vp+jwt", **claims: Any) -> dict[str, Any]:
    document = presentation(*inner, holder=did_of(HOLDER))
    payload = {"iss": did_of(HOLDER), "aud": "d", "nonce": "c", "vp": document, **claims}
    return enveloped(plain(payload, HOLDER, typ="JWT"), "Presentation", media_type)


@pytest.mark.parametrize("media_type", ["jwt", "vp+jwt"])
def test_a_wrapped_presentation_with_a_wrapped_credential_is_verified(service: Service, media_type: str):
    shown = wrapped_presentation(wrapped_credential(), media_type=media_type)

    assert service.verify_presentation(shown).status_code == 200
    assert service.verify_presentation(shown, challenge="c", domain="d").status_code == 200
    assert kind_of(service.verify_presentation(shown, challenge="x")) == f"{SECURITY}INVALID_CHALLENGE_ERROR"


def test_a_wrapped_credential_is_verified(service: Service):
    assert service.verify(wrapped_credential()).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "did:example:other"},
        {"exp": 1},
        {"sub": "did:example:other"},
        {"vc": {"unknownTerm": 1}},
        {"vc": {"validUntil": "2025-01-01T00:00:00Z"}},
        {"credentialSubject": {"id": "did:example:other"}},
    ],
)
def test_a_wrapped_credential_that_does_not_hold_spoils_its_presentation(
    service: Service, claims: dict[str, Any]
):
    bad = wrapped_credential(**claims)

    assert service.verify(bad).status_code == 400
    assert service.verify_presentation(wrapped_presentation(bad)).status_code == 400


def test_only_its_holder_signs_a_wrapped_presentation(service: Service):
    document = presentation(holder=did_of(HOLDER))
    forged = enveloped(plain({"vp": document, "iss": did_of(ISSUER)}, ISSUER, typ="JWT"), "Presentation")
    assert service.verify_presentation(forged).status_code == 400
    strange = enveloped(plain({"vp": document}, ISSUER, kid=kid_of(HOLDER), alg="EdDSA"), "Presentation")
    assert service.verify_presentation(strange).status_code == 400


@pytest.mark.parametrize("typ", ["vc+jwt", "vp+jwt"])
def test_a_token_of_the_standard_is_not_wrapped(service: Service, typ: str):
    document = presentation(holder=did_of(HOLDER))
    shown = enveloped(
        plain({"vp": document, "iss": did_of(HOLDER)}, HOLDER, typ=typ), "Presentation", "vp+jwt"
    )

    assert service.verify_presentation(shown).status_code == 400


@pytest.mark.parametrize("wrapped", [5, None, "text", [], {}])
def test_a_wrapping_without_a_document_is_refused(service: Service, wrapped: Any):
    assert service.verify(enveloped(plain({"vc": wrapped, "iss": did_of(ISSUER)}, ISSUER))).status_code == 400
