"""Does the person who shows a credential hold it? Credential and key binding, checked together."""

from datetime import datetime

from ssi.credential import Credential, believed, parse_credential
from ssi.issuer_keys import OFFLINE, IssuerKeys
from ssi.key_binding import Challenge
from ssi.sd_jwt_vc import verify_holder, verify_parsed_vc
from ssi.trust import TrustRegistry


def verify_presentation(
    token: str,
    registry: TrustRegistry,
    challenge: Challenge,
    *,
    now: datetime,
    keys: IssuerKeys = OFFLINE,
) -> Credential:
    """Return the credential after all checks of `verify_credential` and one more.

    10. Its holder's key signed this presentation, for this audience and nonce, within the last minutes.

    Raises:
        CredentialError: as `verify_credential`.
        MalformedCredentialError: there is no key binding, or it does not have its form.
        AlteredCredentialError: another key, audience, nonce or choice of disclosures, or too old.
    """
    unverified = parse_credential(token)
    found = verify_parsed_vc(unverified, registry, now=now, keys=keys)
    credential = believed(found)
    verify_holder(unverified, found, challenge, now=now)  # 10
    return credential
