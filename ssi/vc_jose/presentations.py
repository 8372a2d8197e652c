"""Who shows it, in a token, to whom and when? Presentations as `vp+jwt` (VC-JOSE-COSE 1.0 §3.1.2).

Every credential in it is secured by itself: in an envelope, as §3.1.2 demands of those in tokens, or with
data integrity proofs of its own. `aud` and `nonce` bind a presentation to a verifier and its question.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ssi.data_integrity.credentials import (
    Verification,
    VerifiedCredential,
    check_contexts,
    verify_credential,
)
from ssi.data_integrity.presentations import MAX_CREDENTIALS, OpenEnvelope, VerifiedPresentation
from ssi.data_integrity.secure import Expectation, VerifiedProof
from ssi.data_integrity.signers import Signer
from ssi.errors import (
    GraphTooComplexError,
    MalformedCredentialError,
    ProofError,
    VerificationMethodError,
)
from ssi.linked_data.canonical import Canonicalizer
from ssi.vc_jose.claims import check_answer, check_same, check_times, document_of
from ssi.vc_jose.credentials import find_method
from ssi.vc_jose.envelopes import check_envelope_contexts, open_credential, token_in
from ssi.vc_jose.token import read_token, sign_token
from ssi.vcdm.presentation import (
    ENVELOPED_PRESENTATION_TYPE,
    PresentationModel,
    read_envelope,
    read_presentation,
)

TYP: Final = "vp+jwt"
_MEDIA_TYPES: Final = frozenset({f"application/{TYP}", "application/jwt"})


def make_presentation_token(
    document: Mapping[str, Any],
    signer: Signer,
    *,
    kid: str,
    audience: str | None = None,
    nonce: str | None = None,
) -> str:
    """The presentation as a token, signed with the key that `kid`, a DID URL of its holder, names.

    Raises:
        MalformedCredentialError: it breaks the data model, has a proof or an unsecured credential in it.
        ProofError: it names a holder and the key is not one of the holder's DID.
    """
    model = read_presentation(document)
    if "proof" in document or document_of(document) != dict(document):
        raise MalformedCredentialError(
            "a presentation in a token has neither a proof nor claims of the token"
        )
    if any("proof" not in credential for credential in model.credentials):
        raise MalformedCredentialError("presentation: a credential in it is not secured")
    if model.holder is not None and kid.partition("#")[0] != model.holder:
        raise ProofError(f"{kid} is not a key of the holder {model.holder}")
    claims = {"aud": audience, "nonce": nonce}
    payload = {**document, **{name: value for name, value in claims.items() if value is not None}}
    if model.holder is None:
        payload["iss"] = kid.partition("#")[0]
    return sign_token(payload, signer, typ=TYP, kid=kid)


def verify_presentation_token(
    token: str, expectation: Expectation, verification: Verification, *, now: datetime
) -> VerifiedPresentation:
    """Return the presentation after these checks, in this order; the code carries the numbers.

    1. The token has its form, and the document of the DID in `kid` lists that key for the expected purpose.
    2. This key signed it, as `vp+jwt`.
    3. The document has the form of the data model and brings no contexts that are not taken.
    4. The DID of the key is the holder's and that of `iss`, where they are named.
    5. It was made for the expected audience (`domain`), answers the nonce (`challenge`), and is valid now.
    6. Each credential in it is verified on its own.

    Raises:
        MalformedCredentialError, UnknownContextError, GraphTooComplexError: 1 or 3 does not hold.
        IdentifierError, UnresolvableError, VerificationMethodError: 1 or 4 does not hold.
        AlteredCredentialError: 2, 4 or 5 does not hold.
        NotYetValidError, ExpiredError: 5 does not hold.
        CredentialError: what is wrong with the first credential that fails.
    """
    parsed = read_token(token)  # 1
    method = find_method(parsed, "holder", expectation.purpose, verification, now=now)  # 1
    payload = parsed.verify(method.key, typ=TYP)  # 2
    return checked_presentation(
        payload,
        VerifiedProof(method.controller, method.id, TYP, expectation.purpose, None),
        expectation,
        Opening(verification, lambda envelope: open_credential(envelope, verification, now=now)),
        now=now,
    )


@dataclass(frozen=True)
class Opening:
    """How the credentials in a presentation are verified, and what is in an envelope opened."""

    verification: Verification
    open_envelope: OpenEnvelope


def checked_presentation(
    payload: Mapping[str, Any],
    proof: VerifiedProof,
    expectation: Expectation,
    opening: Opening,
    *,
    now: datetime,
) -> VerifiedPresentation:
    """The presentation of a payload whose proof holds: steps 3 to 6 of `verify_presentation_token`.

    Raises:
        CredentialError: as `verify_presentation_token`.
    """
    model = _read(document_of(payload), opening.verification)  # 3
    _check_presenter(payload, model, proof)  # 4
    check_answer(payload, audiences=expectation.domain, nonce=expectation.challenge)  # 5
    check_times(payload, now=now)  # 5
    return VerifiedPresentation(proof.did, model, _credentials(model, opening, now), (proof,))  # 6


def verify_enveloped_presentation(
    document: Mapping[str, Any], expectation: Expectation, verification: Verification, *, now: datetime
) -> VerifiedPresentation:
    """The presentation of an object of the enveloped type.

    Raises:
        MalformedCredentialError: another type, other contexts, no `data:` URL, or another media type.
        CredentialError: as `verify_presentation_token`.
    """
    check_envelope_contexts(document)
    envelope = read_envelope(document, ENVELOPED_PRESENTATION_TYPE, "presentation")
    if envelope.media_type not in _MEDIA_TYPES:
        raise MalformedCredentialError(
            f"envelope: a presentation in the form {envelope.media_type} is not taken"
        )
    return verify_presentation_token(token_in(envelope), expectation, verification, now=now)


def _read(document: Mapping[str, Any], verification: Verification) -> PresentationModel:
    model = read_presentation(document)
    check_contexts(document, verification)
    if len(model.credentials) + len(model.envelopes) > MAX_CREDENTIALS:
        raise GraphTooComplexError(f"expected at most {MAX_CREDENTIALS} credentials in a presentation")
    return model


def _check_presenter(payload: Mapping[str, Any], model: PresentationModel, proof: VerifiedProof) -> None:
    check_same(payload, "iss", proof.did)
    check_same(payload, "jti", model.id)
    if model.holder is not None and model.holder != proof.did:
        raise VerificationMethodError(f"{proof.verification_method} is no key of the holder {model.holder}")


def _credentials(model: PresentationModel, opening: Opening, now: datetime) -> tuple[VerifiedCredential, ...]:
    forms = Canonicalizer()  # one bound on the work for all of them
    proven = [
        verify_credential(inner, opening.verification, now=now, canonical=forms)
        for inner in model.credentials
    ]
    return (*proven, *(opening.open_envelope(envelope) for envelope in model.envelopes))
