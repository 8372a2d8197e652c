"""Does a credential still count that a stranger's wallet showed? Status lists of any issuer we trust."""

from collections.abc import Callable
from datetime import datetime

from ssi.http.issuer_lists import IssuerLists
from ssi.http.status_list import fetch_list_credential
from ssi.sd_jwt_vc import VerifiedSdJwtVc
from ssi.trust import TrustRegistry


class HttpPresentedStatus:
    """The `PresentedStatus` port over HTTP; safe to share between threads."""

    def __init__(self, registry: Callable[[], TrustRegistry], *, clock: Callable[[], datetime]) -> None:
        self._lists = IssuerLists(registry, clock=clock, foreign=True)

    def check(self, found: VerifiedSdJwtVc, *, now: datetime) -> None:
        """Return only if the issuer says now that a credential is valid; one without a status always is.

        Raises:
            RevokedError: it is revoked or suspended.
            CredentialError: the list is not the issuer's.
            PeerError: the list cannot be had.
        """
        if found.status is not None:
            self._lists.get(found.issuer.id, found.status.uri, now=now).require_valid(found.status)

    def fetch_list(self, url: str, *, max_bytes: int) -> bytes:
        """A status list that is itself a credential, unverified.

        Raises:
            UnresolvableError: it cannot be had.
        """
        return fetch_list_credential(url, max_bytes=max_bytes)

    def close(self) -> None:
        """Close all connections."""
        self._lists.close()
