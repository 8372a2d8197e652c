"""Tokens as they were before VC-JOSE-COSE, with documents of today: `vc` or `vp` inside a plain JWT.

The W3C's suite for the data model 2.0 hands in such presentations in envelopes. The standard for tokens
refuses the two claims (VC-JOSE-COSE 1.0 §3.1.3), and so does `ssi.vc_jose`; here they are taken from tokens
that do not say that they are of that standard, which harms nobody, since these end points act upon nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ssi.data_integrity.credentials import Verification, VerifiedCredential
from ssi.data_integrity.presentations import VerifiedPresentation
from ssi.data_integrity.secure import Expectation, VerifiedProof
from ssi.did.document import Purpose, VerificationMethod
from ssi.errors import MalformedCredentialError
from ssi.vc_jose.credentials import checked, find_method
from ssi.vc_jose.envelopes import open_credential, token_in
from ssi.vc_jose.presentations import Opening, checked_presentation
from ssi.vc_jose.token import UnverifiedToken, read_token
from ssi.vcdm.presentation import Envelope

_PLAIN: Final = ("", "JWT")
_FORM: Final = "jwt"


def is_wrapped(token: str, claim: str) -> bool:
    """Whether a token is a plain JWT with this claim, `vc` or `vp`.

    Raises:
        MalformedCredentialError: it is no token.
    """
    parsed = read_token(token)
    return parsed.typ in _PLAIN and claim in parsed.unverified_payload


def verify_wrapped_credential(token: str, verification: Verification, *, now: datetime) -> VerifiedCredential:
    """The credential in the claim `vc`, after the checks of `ssi.vc_jose.credentials.verify_token`.

    Raises:
        CredentialError: as there.
    """
    parsed = read_token(token)
    method = find_method(parsed, "iss", Purpose.ASSERTION, verification, now=now)
    return checked(_unwrapped(parsed, method, "vc"), method, verification, typ=_FORM, now=now)


def verify_wrapped_presentation(
    token: str, expectation: Expectation, verification: Verification, *, now: datetime
) -> VerifiedPresentation:
    """The presentation in the claim `vp`, after the checks of `verify_presentation_token`.

    Raises:
        CredentialError: as there.
    """
    parsed = read_token(token)
    method = find_method(parsed, "iss", expectation.purpose, verification, now=now)
    return checked_presentation(
        _unwrapped(parsed, method, "vp"),
        VerifiedProof(method.controller, method.id, _FORM, expectation.purpose, None),
        expectation,
        Opening(verification, lambda envelope: open_any_credential(envelope, verification, now=now)),
        now=now,
    )


def open_any_credential(
    envelope: Envelope, verification: Verification, *, now: datetime
) -> VerifiedCredential:
    """The credential of an envelope, wrapped or as the standard has it.

    Raises:
        CredentialError: as `ssi.vc_jose.envelopes.open_credential`.
    """
    if envelope.media_type == "application/jwt" and is_wrapped(token_in(envelope), "vc"):
        return verify_wrapped_credential(token_in(envelope), verification, now=now)
    return open_credential(envelope, verification, now=now)


def _unwrapped(parsed: UnverifiedToken, method: VerificationMethod, claim: str) -> Mapping[str, Any]:
    """The payload, once its signature was checked, with the document in the place of its wrapping."""
    payload = dict(parsed.verify(method.key, typ=parsed.typ))
    document = payload.pop(claim)
    if not isinstance(document, dict) or set(document) & set(payload):
        raise MalformedCredentialError(f"token.{claim}: expected an object, whose members stand only there")
    return {**payload, **document}
