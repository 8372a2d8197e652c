"""Who showed it? Presentations of the data model 1.1; every credential in them is verified by itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ssi.clock import CLOCK_SKEW
from ssi.data_integrity.credentials import Verification, VerifiedCredential, check_contexts
from ssi.data_integrity.presentations import MAX_CREDENTIALS, VerifiedPresentation
from ssi.data_integrity.secure import VerifiedProof
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.errors import (
    ChallengeError,
    DomainError,
    ExpiredError,
    GraphTooComplexError,
    MalformedCredentialError,
    NotYetValidError,
)
from ssi.key_binding import Challenge
from ssi.legacy.credentials import (
    TOKEN,
    LegacyVerification,
    as_text,
    check_key,
    read_proof,
    verify_legacy_credential,
    with_context_list,
)
from ssi.legacy.tokens import period_of, presentation_of, read_legacy_token
from ssi.linked_data.contexts import CREDENTIALS_V1
from ssi.linked_data.expansion import expand
from ssi.vcdm.presentation import PresentationModel, read_presentation

_RESOLVER: Final = Resolver()


def verify_legacy_presentation(
    presentation: Mapping[str, Any] | str,
    challenge: Challenge,
    verification: LegacyVerification,
    *,
    now: datetime,
) -> VerifiedPresentation:
    """Return a presentation with an embedded proof, or a token, after these checks; the code has the numbers.

    1. It has the form of the data model 1.1 and one proof of a known type, names known contexts only, and
       every term is defined.
    2. It answers the challenge and was made for its audience; without both nothing is taken.
    3. It was signed with a key of its holder, which is a did:key, for authentication.
    4. Didkit says that the proof holds.
    5. Each credential in it is verified by itself; didkit looks at none of them.

    Raises:
        MalformedCredentialError, UnknownContextError, DataLossError, GraphTooComplexError: 1 does not hold.
        ChallengeError, DomainError: 2 does not hold.
        NotYetValidError, ExpiredError: a token does not count now.
        ProofError, VerificationMethodError, UnresolvableError: 3 does not hold.
        AlteredCredentialError: 4 does not hold.
        CredentialError: what is wrong with the first credential that fails.
        LegacyError: didkit gave no answer.
    """
    if isinstance(presentation, str):
        model, inner, proof = _check_token(presentation, challenge, verification, now)
    else:
        model, inner, proof = _check_document(presentation, challenge, verification, now)
    return VerifiedPresentation(proof.did, model, _credentials(inner, verification, now), (proof,))  # 5


def _check_document(
    document: Mapping[str, Any], challenge: Challenge, verification: LegacyVerification, now: datetime
) -> tuple[PresentationModel, list[Any], VerifiedProof]:
    model = _read(document)  # 1
    proof = read_proof(document, Purpose.AUTHENTICATION, now)  # 1
    expand(with_context_list(document))  # 1
    settings = document["proof"]
    _check_answer(settings.get("challenge"), settings.get("domain"), challenge)  # 2
    check_key(proof, model.holder or proof.did, Purpose.AUTHENTICATION, now)  # 3
    options = as_text({"proofPurpose": "authentication", **_asked(challenge)})
    verification.worker.require_signed("presentation", as_text(document), options, by="proof")  # 4
    return model, list(model.credentials), proof


def _check_token(
    token: str, challenge: Challenge, verification: LegacyVerification, now: datetime
) -> tuple[PresentationModel, list[Any], VerifiedProof]:
    unverified = read_legacy_token(token)
    payload = unverified.unverified_payload
    document, inner = presentation_of(payload)
    model = _read(document)  # 1
    _check_answer(payload.get("nonce"), payload.get("aud"), challenge)  # 2
    start, end = period_of(payload)
    if start is not None and now + CLOCK_SKEW < start:
        raise NotYetValidError(f"presentation: it counts from {start.isoformat()}, and not yet")
    if end is not None and now >= end:
        raise ExpiredError(f"presentation: it counted until {end.isoformat()}")
    proof = VerifiedProof(unverified.did, unverified.kid, TOKEN, Purpose.AUTHENTICATION, None)
    check_key(proof, model.holder or "", Purpose.AUTHENTICATION, now)  # 3
    options = as_text({"proofFormat": "jwt", **_asked(challenge)})
    verification.worker.require_signed("presentation", token, options, by="JWS")  # 4
    return model, inner, proof


def _read(document: Mapping[str, Any]) -> PresentationModel:
    document = with_context_list(document)
    model = read_presentation(document)
    if model.contexts[0] != CREDENTIALS_V1 or model.envelopes:
        raise MalformedCredentialError("a presentation of the data model 2.0 is none of these years")
    check_contexts(document, Verification(_RESOLVER))
    return model


def _asked(challenge: Challenge) -> dict[str, str]:
    return {"challenge": challenge.nonce, "domain": challenge.audience}


def _check_answer(nonce: object, audience: object, challenge: Challenge) -> None:
    if nonce != challenge.nonce:
        raise ChallengeError("the presentation answers another question, or none")
    if audience not in (challenge.audience, [challenge.audience]):
        raise DomainError("the presentation was made for somebody else, or for nobody")


def _credentials(
    inner: list[Any], verification: LegacyVerification, now: datetime
) -> tuple[VerifiedCredential, ...]:
    if len(inner) > MAX_CREDENTIALS:
        raise GraphTooComplexError(f"expected at most {MAX_CREDENTIALS} credentials in a presentation")
    for credential in inner:
        if not isinstance(credential, Mapping | str):
            raise MalformedCredentialError(
                "presentation: a credential in it is neither a document nor a token"
            )
    return tuple(verify_legacy_credential(credential, verification, now=now) for credential in inner)
