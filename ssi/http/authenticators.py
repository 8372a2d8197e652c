"""What passkeys say, checked by the library `webauthn`.

The person must have unlocked the passkey (user verification): whoever has her phone is not her. Which make of
authenticator it is, is not asked (no attestation): people use what they have.
"""

from typing import Any, Final

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.exceptions import WebAuthnException

from crypto.encoding import b64url_decode, parse_json
from crypto.errors import CryptoError
from crypto.reading import Fields
from ssi.errors import PasskeyError
from ssi.passkey import MAX_ID_BYTES, NewPasskey, Site

MAX_ANSWER_BYTES: Final = 64 * 1024
_REFUSED: Final = "the passkey's answer does not hold"
_BROKEN: Final = (
    WebAuthnException,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
)
"""What the library raises on hostile answers besides its own errors."""


def registered(answer: str, challenge: bytes, site: Site) -> NewPasskey:
    """The passkey that was made for a site, in answer to a challenge.

    Raises:
        PasskeyError: a part of the answer does not hold; which, is not told.
    """
    told = _read(answer)
    try:
        found = verify_registration_response(
            credential=told,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise PasskeyError(_REFUSED) from error
    if not 1 <= len(found.credential_id) <= MAX_ID_BYTES:
        raise PasskeyError(_REFUSED)
    return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count)


def named(answer: str) -> bytes:
    """Which passkey claims to answer; unverified.

    Raises:
        PasskeyError: it names none.
    """
    try:
        return b64url_decode(Fields.of(_read(answer), "answer").text("id", max_length=2 * MAX_ID_BYTES))
    except CryptoError as error:
        raise PasskeyError(_REFUSED) from error


def answered(answer: str, challenge: bytes, site: Site, known: NewPasskey) -> int:
    """How often a known passkey has signed, after its answer was found to hold.

    Raises:
        PasskeyError: a part of the answer does not hold, the count among them: one that did not grow is the
            mark of a copy, unless the passkey never counts (WebAuthn §6.1.1). Which part, is not told.
    """
    told = _read(answer)
    try:
        found = verify_authentication_response(
            credential=told,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise PasskeyError(_REFUSED) from error
    if found.credential_id != known.credential_id:
        raise PasskeyError(_REFUSED)
    return found.new_sign_count


def _read(answer: str) -> dict[str, Any]:
    try:
        told = parse_json(answer.encode(), max_bytes=MAX_ANSWER_BYTES)
    except (CryptoError, UnicodeEncodeError) as error:
        raise PasskeyError(_REFUSED) from error
    if not isinstance(told, dict):
        raise PasskeyError(_REFUSED)
    return told
