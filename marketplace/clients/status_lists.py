"""Has an issuer taken a credential of its people or organisations back? Asked of its status lists."""

from collections.abc import Callable
from datetime import datetime

from ssi.credential import Credential
from ssi.http.issuer_lists import IssuerLists
from ssi.trust import TrustRegistry


class HttpStatusLists:
    """The `StatusLists` port over HTTP; safe to share between threads."""

    def __init__(self, registry: Callable[[], TrustRegistry], *, clock: Callable[[], datetime]) -> None:
        self._lists = IssuerLists(registry, clock=clock)

    def check(self, credential: Credential, *, now: datetime) -> None:
        """Return only if its issuer says now that a verified credential is valid.

        Raises:
            RevokedError: it is revoked or suspended.
            CredentialError: the list is not the issuer's.
            PeerError: the list cannot be had.
        """
        status = credential.status
        self._lists.get(credential.issuer, status.uri, now=now).require_valid(status)

    def close(self) -> None:
        """Close all connections."""
        self._lists.close()
