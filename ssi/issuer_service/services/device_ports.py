"""What taking in readings of devices needs from the database, and from the makers of the devices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ssi.device.credential import Device
from ssi.device.stream import StreamPosition
from ssi.issuer_service.domain.device import DeviceChange, Observed, RegisteredDevice, Wearer
from ssi.issuer_service.domain.entry import Standing, StatusPlace


class Devices(Protocol):
    """Keeps devices, who wears them, how far their streams are, and the newest readings.

    Part of a `Register`. Who wears what, and readings, are sealed to their rows.
    """

    def put(self, device: RegisteredDevice) -> None:
        """Keep a device, in place of what is known under its id."""
        ...

    def get(self, device_id: str) -> RegisteredDevice:
        """One device, stopped or not. Raises UnknownThingError: there is none."""
        ...

    def named(self, maker: str, name: str) -> RegisteredDevice | None:
        """The device that its maker calls so."""
        ...

    def all(self) -> tuple[RegisteredDevice, ...]:
        """All that are not stopped, oldest first."""
        ...

    def page(self, offset: int, limit: int) -> tuple[tuple[RegisteredDevice, ...], int]:
        """Some of those that were ever registered, newest first, and how many there are in all."""
        ...

    def set_wearers(self, device_id: str, wearers: Sequence[Wearer]) -> None:
        """Say who wears the sensors of a device, in place of what was said before."""
        ...

    def wearers(self, device_id: str) -> tuple[Wearer, ...]:
        """Who wears the sensors of a device."""
        ...

    def positions(self, device_id: str) -> tuple[StreamPosition, ...]:
        """How far all streams of a device were accepted, by name."""
        ...

    def keep_position(self, device_id: str, position: StreamPosition) -> None:
        """Write how far a stream is."""
        ...

    def observed(self, record_key: bytes) -> Observed:
        """The newest readings for a record."""
        ...

    def keep_observed(self, record_key: bytes, observed: Observed) -> None:
        """Write the newest readings for a record."""
        ...

    def forget_observed(self, record_keys: Sequence[bytes]) -> None:
        """Drop the newest readings for these records."""
        ...


class DeviceStandings(Protocol):
    """Keeps what was said of devices, and where the credentials stand that the office signed for them.

    Part of a `Register`. Reasons are sealed to their rows.
    """

    def remember(self, change: DeviceChange) -> None:
        """Write one change more."""
        ...

    def changes(self, device_id: str) -> tuple[DeviceChange, ...]:
        """What was said of a device, oldest first."""
        ...

    def attest(self, device_id: str, place: StatusPlace) -> None:
        """Remember where a credential stands that the office signed for a device."""
        ...

    def at(self, place: StatusPlace) -> Standing | None:
        """What is said of the credential at a place; None if the office signed none for a device there."""
        ...

    def say(self, device_id: str, standing: Standing) -> frozenset[int]:
        """Say this of all credentials of a device that are not revoked; in which lists they stand."""
        ...


class MakerStatus(Protocol):
    """Asks makers whether they took a device's credential back."""

    def __call__(self, device: Device, *, now: datetime) -> None:
        """Return only if its credential is valid.

        Raises:
            RevokedError: it is not.
            CredentialError: the maker's list cannot be believed.
            PeerError: the list cannot be had.
        """
        ...
