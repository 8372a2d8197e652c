"""Has the issuer taken a credential back? The step after `verify_credential`, with a freshly fetched list."""

from datetime import datetime

from crypto.errors import MalformedError
from ssi.credential import Credential
from ssi.errors import MalformedCredentialError
from ssi.jws import parse_jws
from ssi.status_list import PublishedStatusList, verify_status_list
from ssi.trust import TrustRegistry


def verify_issuer_status_list(
    token: str, registry: TrustRegistry, *, issuer_id: str, uri: str, now: datetime
) -> PublishedStatusList:
    """Return the list at an address after checking it with a key that the registry holds for its issuer.

    Raises:
        UntrustedIssuerError: unknown issuer or key, or not trusted now.
        MalformedCredentialError: not a status list, or the address is not one of this issuer's.
        AlteredCredentialError, NotYetValidError, ExpiredError: as `verify_status_list`.
    """
    issuer = registry.issuer(issuer_id, now=now)
    if not issuer.covers_status(uri):
        raise MalformedCredentialError(f"issuer {issuer.id} keeps no status list at {uri[:200]!r}")
    try:
        kid = parse_jws(token, "status list").kid
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    return verify_status_list(token, issuer.key(kid), uri=uri, now=now)


def check_status(credential: Credential, token: str, registry: TrustRegistry, *, now: datetime) -> None:
    """Return only if the list fetched from the credential's own status address says that it is valid.

    Raises:
        RevokedError: the issuer took it back.
        SuspendedError: the issuer has put it on hold.
        CredentialError: the list itself cannot be believed, as `verify_issuer_status_list`.
    """
    published = verify_issuer_status_list(
        token, registry, issuer_id=credential.issuer, uri=credential.status.uri, now=now
    )
    published.require_valid(credential.status)
