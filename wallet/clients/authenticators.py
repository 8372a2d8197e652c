"""What passkeys say, checked by the library `webauthn`.

The person must have unlocked the passkey (user verification): whoever has her phone has not her wallet. Which
make of authenticator it is, is not asked (no attestation): people use what they have.
"""

from typing import Any

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.exceptions import WebAuthnException

from crypto.encoding import b64url_decode, parse_json
from crypto.errors import CryptoError
from crypto.reading import Fields
from wallet.domain.passkey import MAX_ID_BYTES, NewPasskey, PasskeyLock, wrong_passkey
from wallet.domain.proof import PasskeyAnswer, Site

MAX_ANSWER_BYTES = 64 * 1024
_BROKEN = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What the library raises on hostile answers besides its own errors."""


class WebAuthn:
    """`services.ports.Authenticators`."""

    def registered(self, answer: str, challenge: bytes, site: Site) -> NewPasskey:
        """The passkey that was made for a site, in answer to a challenge."""
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
            raise wrong_passkey() from error
        if not 1 <= len(found.credential_id) <= MAX_ID_BYTES:
            raise wrong_passkey()
        return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count)

    def named(self, answer: str) -> bytes:
        """Which passkey claims to answer; unverified."""
        try:
            return b64url_decode(Fields.of(_read(answer), "answer").text("id", max_length=2 * MAX_ID_BYTES))
        except CryptoError as error:
            raise wrong_passkey() from error

    def answered(self, answer: PasskeyAnswer, lock: PasskeyLock) -> int:
        """How often a passkey has signed, after its answer was found to hold."""
        told = _read(answer.answer)
        try:
            found = verify_authentication_response(
                credential=told,
                expected_challenge=answer.challenge,
                expected_rp_id=answer.site.host,
                expected_origin=answer.site.origin,
                credential_public_key=lock.public_key,
                credential_current_sign_count=lock.sign_count,
                require_user_verification=True,
            )
        except _BROKEN as error:
            raise wrong_passkey() from error
        if found.credential_id != lock.credential_id:
            raise wrong_passkey()
        return found.new_sign_count


def _read(answer: str) -> dict[str, Any]:
    try:
        told = parse_json(answer.encode(), max_bytes=MAX_ANSWER_BYTES)
    except (CryptoError, UnicodeEncodeError) as error:
        raise wrong_passkey() from error
    if not isinstance(told, dict):
        raise wrong_passkey()
    return told
