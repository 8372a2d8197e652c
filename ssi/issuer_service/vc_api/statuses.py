"""What was taken back? Status lists of the conformance issuers, in memory (Bitstring Status List v1.0)."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from crypto.encoding import Json
from crypto.randomness import RandomBytes, random_below
from ssi.bitstring import MIN_ENTRIES, Bitstring
from ssi.bitstring_status_list import BitstringEntry, list_credential
from ssi.issuer_service.vc_api.errors import RequestError
from ssi.issuer_service.vc_api.suites import Suite, issuer_of

PATH: Final = "/vc-api/{slug}/status-lists/{purpose}"
MAX_STATUSES: Final = 10_000
"""Credentials with a status that are remembered; a conformance run makes some hundreds."""
_VALID_FOR: Final = timedelta(hours=1)
_TTL: Final = timedelta(0)


@dataclass
class _List:
    """The positions that were given out, and what stands at them."""

    values: dict[int, int] = field(default_factory=dict)


class Statuses:
    """Gives out positions, sets them, and says what a list holds now."""

    def __init__(self, url: str, random: RandomBytes) -> None:
        self._url = url
        self._random = random
        self._lists: dict[tuple[str, str], _List] = {}
        self._known: dict[tuple[str, str], tuple[str, int]] = {}
        self._lock = threading.Lock()

    def add(self, credential_id: str, slug: str, purpose: str) -> dict[str, Json]:
        """A fresh entry for a credential, at a random position.

        Raises:
            RequestError: the credential has one already, or there are too many.
        """
        with self._lock:
            if (credential_id, purpose) in self._known:
                raise RequestError(f"credential.id: a credential of this id has a {purpose} status already")
            if len(self._known) >= MAX_STATUSES:
                raise RequestError("too many credentials with a status: start the service anew")
            values = self._lists.setdefault((slug, purpose), _List()).values
            index = random_below(MIN_ENTRIES, self._random)
            while index in values:
                index = random_below(MIN_ENTRIES, self._random)
            values[index] = 0
            self._known[credential_id, purpose] = (slug, index)
        return BitstringEntry(purpose, index, self.url_of(slug, purpose)).to_json()

    def set(self, credential_id: str, purpose: str, *, value: bool) -> None:
        """Take a credential back, put it on hold, or lift that.

        Raises:
            RequestError: no such credential was issued here with this status.
        """
        with self._lock:
            if (credential_id, purpose) not in self._known:
                raise RequestError(f"credentialId: no credential of this id has a {purpose} status")
            slug, index = self._known[credential_id, purpose]
            self._lists[slug, purpose].values[index] = int(value)

    def credential(self, suite: Suite, purpose: str, *, now: datetime) -> dict[str, Any]:
        """The list as it is now, to be secured by this suite."""
        with self._lock:
            values: Mapping[int, int] = dict(self._lists.get((suite.slug, purpose), _List()).values)
        set_only = {index: value for index, value in values.items() if value}
        return list_credential(
            Bitstring.of(MIN_ENTRIES, set_only),
            url=self.url_of(suite.slug, purpose),
            issuer=issuer_of(suite),
            purposes=(purpose,),
            validity=(now, now + _VALID_FOR),
            ttl=_TTL,
        )

    def url_of(self, slug: str, purpose: str) -> str:
        """Where a list lies."""
        return f"{self._url}{PATH.format(slug=slug, purpose=purpose)}"

    def place_of(self, url: str) -> tuple[str, str] | None:
        """Which suite and purpose an address of ours means; None for an address of others."""
        prefix, _, rest = url.partition("/vc-api/")
        slug, separator, purpose = rest.partition("/status-lists/")
        return (slug, purpose) if prefix == self._url and separator else None
