"""Sign Open Badges, and say what became of them: Data Integrity proofs by a key of their own.

The issuer of a badge is the did:web of this office's address, whose document lists the key; an address that
makes none, as on a developer's machine, is replaced by the did:key. What has become of a badge is that of its
record: it stands at the same position in two Bitstring Status Lists, one of what is revoked and one of what
is suspended.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from ssi.bitstring import MIN_ENTRIES, Bitstring
from ssi.bitstring_status_list import BitstringEntry, list_credential
from ssi.data_integrity.credentials import issue_credential
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.signature_suites import EDDSA_RDFC_2022, SignatureMaker
from ssi.data_integrity.signers import KeySigner
from ssi.did.did_key import did_key, did_key_method
from ssi.did.public_key import PublicKey
from ssi.issuer_service.domain.did_document import did_web_of
from ssi.issuer_service.domain.entry import StatusPlace
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.errors import UnknownEntryError
from ssi.issuer_service.services.ports import Books
from ssi.open_badges import BadgeIssuer
from ssi.status_list import Status

BADGE_LISTS_PATH: Final = "/badge-status-lists/"
_MIN_VALIDITY: Final = timedelta(seconds=60)
_VALIDITY_IN_TTLS: Final = 4


class BadgeStatus(StrEnum):
    """What one of the two lists is about."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


_SAID_BY: Final = {BadgeStatus.REVOCATION: Status.INVALID, BadgeStatus.SUSPENSION: Status.SUSPENDED}


@dataclass(frozen=True)
class _Signed:
    document: dict[str, Any] = field(repr=False)
    revision: int
    signed_at: datetime


class SignBadges:
    """Signs badges and their status lists; safe to share between threads."""

    def __init__(self, books: Books, secrets: IssuerSecrets, *, url: str, name: str, ttl: timedelta) -> None:
        self._books = books
        self._url = url
        self._ttl = ttl
        signer = KeySigner(secrets.badge_key())
        self._maker = SignatureMaker(EDDSA_RDFC_2022, signer)
        did, key = did_web_of(url), PublicKey.of(secrets.badge_key().public)
        self._method = did_key_method(key) if did is None else f"{did}#{key.to_multikey()}"
        self.issuer = BadgeIssuer(did or did_key(key), name)
        self._lists: dict[tuple[int, BadgeStatus], _Signed] = {}
        self._lock = threading.Lock()

    def badge(self, document: dict[str, Any], place: StatusPlace, *, now: datetime) -> dict[str, Any]:
        """A badge with its status entries and the proof.

        Raises:
            CredentialError: it breaks the data model, or cannot be transformed.
        """
        statuses = [
            BitstringEntry(status.value, place.index, self._list_url(place.list_number, status)).to_json()
            for status in BadgeStatus
        ]
        return self._proved({**document, "credentialStatus": statuses}, now)

    def status_list(self, number: int, status: BadgeStatus, *, now: datetime) -> dict[str, Any]:
        """A signed list as it is now; one that was signed is served until it changes or its time is over.

        Raises:
            UnknownEntryError: no credential points to a list of this number.
        """
        with self._lock, self._books.reading() as register:
            revision = register.status_lists.revision(number)
            if revision is None:
                raise UnknownEntryError(f"there is no status list {number}")
            kept = self._lists.get((number, status))
            if kept and kept.revision == revision and now < kept.signed_at + self._ttl:
                return kept.document
            size, exceptions = register.status_lists.read(number)
            document = self._signed_list(number, status, size, exceptions, now)
            self._lists[number, status] = _Signed(document, revision, now)
            return document

    def _signed_list(
        self, number: int, status: BadgeStatus, size: int, exceptions: dict[int, Status], now: datetime
    ) -> dict[str, Any]:
        marked = {index: 1 for index, said in exceptions.items() if said is _SAID_BY[status]}
        unsigned = list_credential(
            Bitstring.of(max(size, MIN_ENTRIES), marked),
            url=self._list_url(number, status),
            issuer=self.issuer.id,
            purposes=(status.value,),
            validity=(now, now + max(_MIN_VALIDITY, _VALIDITY_IN_TTLS * self._ttl)),
            ttl=self._ttl,
        )
        return self._proved(unsigned, now)

    def _proved(self, document: dict[str, Any], now: datetime) -> dict[str, Any]:
        return issue_credential(document, self._maker, ProofOptions(self._method, created=now))

    def _list_url(self, number: int, status: BadgeStatus) -> str:
        return f"{self._url}{BADGE_LISTS_PATH}{number}/{status.value}"
