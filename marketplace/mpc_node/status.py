"""Has an issuer taken a credential back? Asked of the issuer itself, anew for every attempt.

A status list counts only if it lies where the registry says this issuer keeps its lists, is signed with a
key that the registry names for it, and is in date (`ssi.revocation`). Whoever's list cannot be had is left
out: what is not known to be valid is not computed on. The issuer learns that somebody asked for a whole list,
not about whom.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from crypto.errors import CryptoError
from ssi.credential import Credential
from ssi.errors import CredentialError, RevokedError
from ssi.http.errors import ExchangeError, UnreachablePeerError
from ssi.revocation import verify_issuer_status_list
from ssi.status_list import PublishedStatusList, StatusReference
from ssi.trust import TrustRegistry


class FetchStatusList(Protocol):
    """Fetches the signed status list of an address."""

    def __call__(self, uri: str) -> str:
        """Return the token as the issuer answers it.

        Raises:
            ExchangeError: the issuer could not be reached or did not answer with a list.
        """
        ...


class StatusUnknownError(CredentialError):
    """The issuer's word about a credential could not be had; it may be later."""


class _Kept(NamedTuple):
    published: PublishedStatusList
    until: datetime


def require_valid(published: PublishedStatusList, reference: StatusReference) -> None:
    """Return only if a list says that the credential with this reference is valid.

    Raises:
        RevokedError: it was taken back, for good or for now.
        StatusUnknownError: the list does not say.
    """
    try:
        published.require_valid(reference)
    except RevokedError:
        raise
    except CredentialError as error:
        raise StatusUnknownError(str(error)) from error


class StatusCheck:
    """The status lists of one attempt: each fetched once, and again when its time to live is over.

    A list that could not be had is not asked for a second time, and an issuer that could not be reached is
    not asked for another list, so that one silent issuer costs one time-out.
    """

    def __init__(
        self, fetch: FetchStatusList, registry: TrustRegistry, *, clock: Callable[[], datetime]
    ) -> None:
        self._fetch = fetch
        self._registry = registry
        self._clock = clock
        self._lists: dict[tuple[str, str], _Kept | StatusUnknownError] = {}
        self._silent: set[str] = set()

    def require_valid(self, credential: Credential) -> None:
        """Return only if the issuer says now that its credential is valid.

        Raises:
            RevokedError: it was taken back, for good or for now.
            StatusUnknownError: the list could not be had or believed, or does not say.
        """
        require_valid(self.current(credential.issuer, credential.status.uri), credential.status)

    def current(self, issuer_id: str, uri: str) -> PublishedStatusList:
        """The list of an issuer as it says now.

        Raises:
            StatusUnknownError: it could not be had or believed.
        """
        known = self._lists.get((issuer_id, uri))
        if known is None or (isinstance(known, _Kept) and self._clock() >= known.until):
            known = self._lists[issuer_id, uri] = self._fetched(issuer_id, uri)
        if isinstance(known, StatusUnknownError):
            raise StatusUnknownError(str(known))
        return known.published

    def _fetched(self, issuer_id: str, uri: str) -> _Kept | StatusUnknownError:
        now = self._clock()
        if issuer_id in self._silent:
            return StatusUnknownError(f"{issuer_id} cannot be reached now")
        try:
            issuer = self._registry.issuer(issuer_id, now=now)
            if not issuer.covers_status(uri):
                # Asked before fetching: nobody else's address is ever contacted.
                return StatusUnknownError(f"{issuer_id} keeps no status lists at that address")
            published = verify_issuer_status_list(
                self._fetch(uri), self._registry, issuer_id=issuer_id, uri=uri, now=now
            )
        except (ExchangeError, CredentialError, CryptoError) as error:
            if isinstance(error, UnreachablePeerError):
                self._silent.add(issuer_id)
            return StatusUnknownError(f"the status list of {issuer_id} cannot be had: {error}")
        return _Kept(published, published.usable_until(now))
