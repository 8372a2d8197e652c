"""Does the person who shows a credential hold it? Credential and key binding, checked together."""

from datetime import datetime

from crypto.errors import MalformedError, SignatureError
from ssi.credential import Credential, parse_credential, verify_parsed
from ssi.errors import AlteredCredentialError, MalformedCredentialError
from ssi.key_binding import Challenge, verify_key_binding
from ssi.trust import TrustRegistry


def verify_presentation(
    token: str, registry: TrustRegistry, challenge: Challenge, *, now: datetime
) -> Credential:
    """Return the credential after all checks of `verify_credential` and one more.

    10. Its holder's key signed this presentation, for this audience and nonce, within the last minutes.

    Raises:
        CredentialError: as `verify_credential`.
        MalformedCredentialError: there is no key binding, or it does not have its form.
        AlteredCredentialError: another key, audience, nonce or choice of disclosures, or too old.
    """
    unverified = parse_credential(token)
    credential = verify_parsed(unverified, registry, now=now)
    try:
        verify_key_binding(unverified, credential.holder_key, challenge, now=now)  # 10
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    except SignatureError as error:
        raise AlteredCredentialError(str(error)) from error
    return credential
