"""What of a payload is the document, and what belongs to the token? VC-JOSE-COSE 1.0 §3.1.3, RFC 7519 §4.1.

The names that RFC 7519 registers may stand beside the members of the document. They say when the signature
holds and for whom it was made; where they repeat what the document says they must say the same, so that two
readers never take different words for true. `vc` and `vp`, in which VC-JWT 1.1 wrapped its documents, are
refused, and so is `status`, by which tokens of another kind say that they may be taken back.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.clock import CLOCK_SKEW, MAX_MOMENT, moment_of
from ssi.errors import (
    AlteredCredentialError,
    ChallengeError,
    DomainError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
)

TOKEN_CLAIMS: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf", "_sd_alg"})
_REFUSED: Final[Mapping[str, str]] = {
    "vc": "it is of VC-JWT 1.1",
    "vp": "it is of VC-JWT 1.1",
    "status": "a verifier that looks at credentialStatus would overlook it",
}
_MAX_TEXT: Final = 4_000
_MAX_AUDIENCES: Final = 20


def document_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a payload: all of it but the claims of the token.

    Raises:
        MalformedCredentialError: it is wrapped in `vc` or `vp`, or has a status that is none of the document.
    """
    for name, reason in _REFUSED.items():
        if name in payload:
            raise MalformedCredentialError(f"token: leave out the claim {name!r}: {reason}")
    return {name: value for name, value in payload.items() if name not in TOKEN_CLAIMS}


def check_times(payload: Mapping[str, Any], *, now: datetime) -> None:
    """Return only while the signature holds: from `nbf` or `iat`, less the clock skew, until before `exp`.

    A moment that is not a number is refused for `exp` and `nbf`, and ignored for `iat`, which binds nothing.

    Raises:
        MalformedCredentialError: not a moment.
        NotYetValidError, ExpiredError: it does not hold yet, or no longer.
    """
    for name in ("nbf", "iat"):
        moment = _moment(payload, name, binding=name == "nbf")
        if moment is not None and now + CLOCK_SKEW < moment:
            raise NotYetValidError(f"token.{name}: it counts from {moment.isoformat()}, and not yet")
    end = _moment(payload, "exp", binding=True)
    if end is not None and now >= end:
        raise ExpiredError(f"token.exp: it counted until {end.isoformat()}")


def check_same(payload: Mapping[str, Any], name: str, said: object) -> None:
    """Return only if a claim is absent or says what the document says, where that says anything.

    Raises:
        AlteredCredentialError: the two differ.
    """
    if name in payload and said is not None and payload[name] != said:
        raise AlteredCredentialError(f"token.{name}: it does not say what the document says")


def check_answer(payload: Mapping[str, Any], *, audiences: frozenset[str] | None, nonce: str | None) -> None:
    """Return only if a presentation was made for this audience and answers this nonce, where they are given.

    Raises:
        MalformedCredentialError: `aud` is neither a text nor some.
        DomainError: it was made for somebody else.
        ChallengeError: it answers another question.
    """
    if audiences is not None and _audiences(payload) != audiences:
        raise DomainError("token.aud: the presentation was made for somebody else")
    if nonce is not None and payload.get("nonce") != nonce:
        raise ChallengeError("token.nonce: the presentation answers another question")


def _audiences(payload: Mapping[str, Any]) -> frozenset[str]:
    if isinstance(payload.get("aud"), str):
        return frozenset({payload["aud"]})
    try:
        return frozenset(Fields.of(payload, "token").texts("aud", least=1, most=_MAX_AUDIENCES))
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def _moment(payload: Mapping[str, Any], name: str, *, binding: bool) -> datetime | None:
    value = payload.get(name)
    numeric = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_MOMENT
    if numeric:
        return moment_of(int(payload[name]))
    if name in payload and binding:
        raise MalformedCredentialError(f"token.{name}: expected seconds since 1970")
    return None
