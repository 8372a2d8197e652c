"""What reading from hospitals needs from outside (SMART App Launch 2.2, FHIR R4).

Every method that asks a server raises `PullError`, whose kind says what a person can do about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from wallet.domain.hospital import Access, Doors, Hospital, Visit


@dataclass(frozen=True)
class Page:
    """One page of what a search found, unverified: its entries, where the next one is, how long it was."""

    entries: tuple[Mapping[str, Any], ...] = field(repr=False)
    following: str | None
    size: int


class HospitalServers(Protocol):
    """Talks to servers of hospitals, each at its own addresses."""

    def doors(self, address: str) -> Doors:
        """What a server says of itself, after it was checked."""
        ...

    def page_for(self, hospital: Hospital, visit: Visit) -> str:
        """The address of the page where the person signs in; nothing is asked yet."""
        ...

    def redeem(self, hospital: Hospital, visit: Visit, code: str, now: datetime) -> Access:
        """The right to read, for the code that the browser brought back."""
        ...

    def renewed(self, hospital: Hospital, access: Access, now: datetime) -> Access:
        """A right that still holds, instead of one that has run out."""
        ...

    def revoke(self, hospital: Hospital, access: Access) -> bool:
        """End a right, where the server has a way to; whether it confirmed."""
        ...

    def observations(
        self, hospital: Hospital, access: Access, since: datetime | None, following: str | None
    ) -> Page:
        """A page of the patient's observations: the first, or the one that a page before it named."""
        ...

    def rest(self, seconds: float) -> None:
        """Let so much time pass, because a server asked for it."""
        ...
