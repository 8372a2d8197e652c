"""Which claims of a credential in a token can be shown one by one? `vc+sd-jwt` (VC-JOSE-COSE 1.0 §3.2.1).

The members that make a credential one are always shown: its contexts, type, issuer, dates and status, since
nobody could verify it without them.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey
from ssi.data_integrity.credentials import Verification, VerifiedCredential
from ssi.did.document import Purpose
from ssi.disclosures import unpack
from ssi.errors import MalformedCredentialError
from ssi.sd_jwt import Selective, issue_sd_jwt, parse_sd_jwt
from ssi.vc_jose.credentials import check_unsecured, checked, find_method
from ssi.vc_jose.token import token_of

TYP: Final = "vc+sd-jwt"
_SUBJECT: Final = "credentialSubject"


def issue_selective_token(
    document: Mapping[str, Any],
    key: SigningKey,
    *,
    kid: str,
    selective: Collection[str] | None = None,
    random: RandomBytes = random_bytes,
) -> str:
    """The credential as an SD-JWT in which these members of its one subject can be kept back, by default all.

    Raises:
        MalformedCredentialError, ProofError: as `issue_token`; or several subjects.
    """
    check_unsecured(document, kid)
    subject = document[_SUBJECT]
    if not isinstance(subject, Mapping):
        raise MalformedCredentialError(f"{_SUBJECT}: expected one object, of which parts can be kept back")
    names = set(subject) - {"id", "type", "@context"} if selective is None else set(selective)
    claims = {name: Selective(value) if name in names else value for name, value in subject.items()}
    payload = {**document, _SUBJECT: claims}
    try:
        return issue_sd_jwt(payload, key, typ=TYP, kid=kid, random=random)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def verify_selective_token(token: str, verification: Verification, *, now: datetime) -> VerifiedCredential:
    """Return what was shown of the credential, after the checks of `verify_token` and of its disclosures.

    Raises:
        CredentialError: as `verify_token`; MalformedCredentialError also for disclosures that do not fit.
        MalformedCredentialError: it carries a key binding, which nobody asked for here.
    """
    try:
        parsed = parse_sd_jwt(token, "token", foreign=True)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    if parsed.key_binding is not None:
        raise MalformedCredentialError("token: a key binding is not taken here")
    unverified = token_of(parsed.jws)
    method = find_method(unverified, "issuer", Purpose.ASSERTION, verification, now=now)
    payload = unverified.verify(method.key, typ=TYP)
    try:
        claims = unpack(payload, parsed.disclosures, "token").claims
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    return checked(claims, method, verification, typ=TYP, now=now)
