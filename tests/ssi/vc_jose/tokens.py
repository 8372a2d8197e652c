"""Credentials and presentations in tokens, the same in every run, and tokens with any header and payload."""

from typing import Any

from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json
from ssi.data_integrity.signers import Signer
from ssi.did.did_key import did_key, did_key_method
from ssi.linked_data.contexts import CREDENTIALS_V2
from ssi.vc_jose.credentials import issue_token
from ssi.vc_jose.envelopes import in_envelope
from ssi.vc_jose.presentations import make_presentation_token
from ssi.vcdm.presentation import ENVELOPED_CREDENTIAL_TYPE
from tests.ssi.data_integrity.signed import CHALLENGE, DOMAIN, unsigned
from tests.ssi.did.keys import ed25519_signer, p256_signer, p384_signer

SIGNERS: dict[str, Signer] = {
    "ES256": p256_signer("issuer"),
    "ES384": p384_signer("issuer"),
    "EdDSA": ed25519_signer("issuer"),
}
ISSUER = SIGNERS["ES256"]
HOLDER = ed25519_signer("holder")


def did_of(signer: Signer) -> str:
    return did_key(signer.public_key)


def kid_of(signer: Signer) -> str:
    return did_key_method(signer.public_key)


def token_by(signer: Signer = ISSUER, **members: Any) -> str:
    """A credential about an alumna, as a token."""
    return issue_token(unsigned(**{"issuer": did_of(signer), **members}), signer, kid=kid_of(signer))


def enveloped(token: str, typ: str = "vc+jwt") -> dict[str, Any]:
    return in_envelope(token, typ, ENVELOPED_CREDENTIAL_TYPE)


def showing(*credentials: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A presentation of the holder, not yet signed."""
    base = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": did_of(HOLDER),
        **({"verifiableCredential": list(credentials)} if credentials else {}),
    }
    return {**base, **members}


def presented(*credentials: dict[str, Any], **members: Any) -> str:
    """A presentation to the market, as a token."""
    document = showing(*credentials, **members)
    return make_presentation_token(document, HOLDER, kid=kid_of(HOLDER), audience=DOMAIN, nonce=CHALLENGE)


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload."""
    header, payload = (parse_json(b64url_decode(part)) for part in token.split(".")[:2])
    assert isinstance(header, dict)
    assert isinstance(payload, dict)
    return header, payload


def resigned(token: str, signer: Signer, *, header: dict[str, Any], payload: dict[str, Any]) -> str:
    """The token with members changed, None taking one out, and signed again by somebody who may do so."""
    old_header, old_payload = parts_of(token)
    documents = (_changed(old_header, header), _changed(old_payload, payload))
    signing_input = ".".join(b64url_encode(canonical_json(part)) for part in documents)
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode()))}"


def _changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**document, **changes}.items() if value is not None}
