"""Has the issuer taken a credential back? The step after `verify_credential`, with a freshly fetched list."""

from datetime import datetime

from crypto.errors import MalformedError
from ssi.credential import Credential
from ssi.errors import MalformedCredentialError
from ssi.issuer_keys import OFFLINE, IssuerKeys
from ssi.sd_jwt_vc import VerifiedSdJwtVc
from ssi.status_list import PublishedStatusList, parse_list, verify_parsed_list
from ssi.trust import TrustRegistry


def verify_issuer_status_list(  # noqa: PLR0913 — whose list, where, when, and how strictly it is read
    token: str,
    registry: TrustRegistry,
    *,
    issuer_id: str,
    uri: str,
    now: datetime,
    keys: IssuerKeys = OFFLINE,
    foreign: bool = False,
) -> PublishedStatusList:
    """Return the list at an address after checking it with a key that the registry leads to for its issuer.

    Raises:
        UntrustedIssuerError: unknown issuer or key, or not trusted now.
        MalformedCredentialError: not a status list, or the address is not one of this issuer's.
        AlteredCredentialError, NotYetValidError, ExpiredError: as `verify_status_list`.
        UnresolvableError: the key lies on a server that is not asked or not there.
    """
    issuer = registry.issuer(issuer_id, now=now)
    if not issuer.covers_status(uri):
        raise MalformedCredentialError(f"issuer {issuer.id} keeps no status list at {uri[:200]!r}")
    unverified = parse_list(token, foreign=foreign)
    try:
        key = keys.key(unverified, issuer, now=now)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    return verify_parsed_list(unverified, key, uri=uri, now=now, foreign=foreign)


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


def check_foreign_status(
    found: VerifiedSdJwtVc,
    token: str,
    registry: TrustRegistry,
    *,
    now: datetime,
    keys: IssuerKeys = OFFLINE,
) -> None:
    """As `check_status`, for a credential of any type and a list as the standard allows it.

    For those who use this folder as a library: the parties here keep lists (`status_cache`), so they fetch,
    `verify_issuer_status_list` and look up in steps of their own.

    Raises:
        MalformedCredentialError: the credential refers to no status list; and as `check_status`.
        CredentialError: as `check_status`.
    """
    if found.status is None:
        raise MalformedCredentialError("the credential refers to no status list")
    published = verify_issuer_status_list(
        token,
        registry,
        issuer_id=found.issuer.id,
        uri=found.status.uri,
        now=now,
        keys=keys,
        foreign=True,
    )
    published.require_valid(found.status)
