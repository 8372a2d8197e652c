"""Publish what the issuer says about its credentials now, as Token Status Lists."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from ssi.issuance import IssuerKey
from ssi.issuer_service.errors import UnknownEntryError
from ssi.issuer_service.services.ports import Books
from ssi.status_cache import known_everywhere
from ssi.status_list import PublishedStatusList, StatusList, sign_status_list

STATUS_LISTS_PATH = "/status-lists/"
_MIN_VALIDITY = timedelta(seconds=60)
_VALIDITY_IN_TTLS = 4


def known_by(changed_at: datetime, ttl: timedelta) -> datetime:
    """By when everybody who keeps to the time to live knows of a change: a changed list is signed at once."""
    return known_everywhere(changed_at, ttl, signed_again_after=timedelta(0))


@dataclass(frozen=True)
class _Signed:
    token: str
    revision: int
    signed_at: datetime


class PublishStatus:
    """Serves signed lists; a list is signed again when it changed or its time to live is over.

    Safe to share between threads. A token holds for a minute at least, four times its time to live, so that a
    copy kept by somebody else cannot hide a revocation for long.
    """

    def __init__(self, books: Books, issuer: IssuerKey, *, issuer_url: str, ttl: timedelta) -> None:
        self._books = books
        self._issuer = issuer
        self._prefix = f"{issuer_url}{STATUS_LISTS_PATH}"
        self._ttl = ttl
        self._signed: dict[int, _Signed] = {}
        self._lock = threading.Lock()

    def uri(self, list_number: int) -> str:
        """The address of a list, as it stands in credentials."""
        return f"{self._prefix}{list_number}"

    def __call__(self, list_number: int, *, now: datetime) -> str:
        """The signed list.

        Raises:
            UnknownEntryError: no credential points to a list of this number.
        """
        with self._lock, self._books.reading() as register:
            revision = register.status_lists.revision(list_number)
            if revision is None:
                raise UnknownEntryError(f"there is no status list {list_number}")
            cached = self._signed.get(list_number)
            if cached and cached.revision == revision and now < cached.signed_at + self._ttl:
                return cached.token
            size, exceptions = register.status_lists.read(list_number)
            token = self._sign(list_number, StatusList.of(size, exceptions), now)
            self._signed[list_number] = _Signed(token, revision, now)
            return token

    def _sign(self, list_number: int, statuses: StatusList, now: datetime) -> str:
        published = PublishedStatusList(
            uri=self.uri(list_number),
            statuses=statuses,
            issued_at=now,
            expires_at=now + max(_MIN_VALIDITY, _VALIDITY_IN_TTLS * self._ttl),
            ttl_seconds=int(self._ttl.total_seconds()),
        )
        return sign_status_list(published, self._issuer.key, kid=self._issuer.kid, header=self._issuer.header)
