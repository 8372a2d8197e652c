"""Which devices may hand readings in, and whose readings those are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crypto.randomness import RandomBytes
from ssi.device.credential import Device, verify_device
from ssi.device.errors import OutOfScopeError
from ssi.device.stream import StreamPosition
from ssi.device.unverified import read_unverified_device
from ssi.issuer_service.domain.device import DeviceChange, RegisteredDevice, Wearer
from ssi.issuer_service.errors import BatchConflictError, StoppedDeviceError
from ssi.issuer_service.services.device_ports import MakerStatus
from ssi.issuer_service.services.ports import Books, Register
from ssi.issuer_service.services.wearers import Wearers, Worn, set_wearers
from ssi.trust import TrustRegistry

_ID_BYTES = 16


@dataclass(frozen=True)
class DeviceView:
    """A device with how far its streams are, who wears its sensors, and what was said of it."""

    device: RegisteredDevice
    positions: tuple[StreamPosition, ...] = field(repr=False)
    wearers: tuple[Wearer, ...] = field(default=(), repr=False)
    changes: tuple[DeviceChange, ...] = ()


class KeepDevices:
    """Registers devices, and tells of them."""

    def __init__(
        self,
        books: Books,
        wearers: Wearers,
        *,
        registry: Callable[[], TrustRegistry],
        status: MakerStatus,
        random: RandomBytes,
    ) -> None:
        self._books = books
        self._wearers = wearers
        self._registry = registry
        self._status = status
        self._random = random

    def register(
        self, credential: str, worn: Sequence[Worn] | None, *, by: str, now: datetime
    ) -> RegisteredDevice:
        """Take readings of a device from now on; of one that is known already, replace what is known.

        A device goes on with its streams under a new credential, and one that is on hold stays so. A person
        who wears a sensor already keeps the moment since when; for everybody else it is now, so that nobody
        gets the readings of who wore it before (`set_wearers`). Without `worn`, everybody goes on wearing
        what she wears, as far as the device still vouches for it.

        Raises:
            CredentialError: the credential does not hold, its maker is not trusted, or took it back.
            PeerError: the maker cannot be asked.
            OutOfScopeError: the device does not vouch for one of the sensors.
            BatchConflictError: the credential is older than the one that is there, or a template is retired.
            UnknownThingError: there is no such template.
            RecordRefusedError: a known value is none of the data set's.
        """
        device = self.verify(credential, now=now)
        for each in worn or ():
            _require_vouched(device.claims.vouched_for, device.claims.id, each.sensor)
        with self._books.writing() as register:
            registered = self.put(register, credential, device, by=by, now=now)
            if worn is None:
                before = register.devices.wearers(registered.device_id)
                wearers = [each for each in before if each.sensor in device.claims.vouched_for]
            else:
                wearers = [self._wearers.read(register, each, now) for each in worn]
            set_wearers(register, registered.device_id, wearers)
        return registered

    def verify(self, credential: str, *, now: datetime) -> Device:
        """The device that a credential names, if that holds, its maker is trusted and did not take it back.

        Raises:
            CredentialError, PeerError: as `register`.
        """
        device = verify_device(credential, self._registry(), now=now)
        self._status(device, now=now)
        return device

    def put(
        self, register: Register, credential: str, device: Device, *, by: str, now: datetime
    ) -> RegisteredDevice:
        """Write a verified device down, in place of what is known of it.

        Raises:
            BatchConflictError: the credential is older than the one that is there.
        """
        known = register.devices.named(device.issuer, device.claims.id)
        if known is not None and device.issued_at < known.issued_at:
            raise BatchConflictError(f"{device.claims.id} has a newer credential already: hand that in")
        registered = RegisteredDevice(
            device_id=known.device_id if known else self._random(_ID_BYTES).hex(),
            maker=device.issuer,
            name=device.claims.id,
            credential=credential,
            issued_at=device.issued_at,
            registered_at=now,
            registered_by=by,
            suspended_at=known.suspended_at if known and known.stopped_at is None else None,
        )
        register.devices.put(registered)
        return registered

    def wear(self, device_id: str, worn: Worn, *, now: datetime) -> None:
        """Say who wears one sensor from now on, in place of who wore it before.

        Raises:
            UnknownThingError: there is no such device or template.
            StoppedDeviceError: it was stopped.
            OutOfScopeError: the device does not vouch for the sensor.
            BatchConflictError, RecordRefusedError: as `register`.
        """
        with self._books.writing() as register:
            device = register.devices.get(device_id)
            if device.stopped_at is not None:
                raise StoppedDeviceError(f"{device.name} was stopped here: register it anew first")
            claims = read_unverified_device(device.credential).claims  # verified when it was registered
            _require_vouched(claims.vouched_for, claims.id, worn.sensor)
            others = [each for each in register.devices.wearers(device_id) if each.sensor != worn.sensor]
            set_wearers(register, device_id, [*others, self._wearers.read(register, worn, now)])

    def take_off(self, device_id: str, sensor: str) -> None:
        """Say that nobody wears a sensor any more.

        Raises:
            UnknownThingError: there is no such device.
        """
        with self._books.writing() as register:
            worn = register.devices.wearers(register.devices.get(device_id).device_id)
            set_wearers(register, device_id, [each for each in worn if each.sensor != sensor])

    def get(self, device_id: str) -> DeviceView:
        """One device, stopped or not.

        Raises:
            UnknownThingError: there is none of this id.
        """
        with self._books.reading() as register:
            return DeviceView(
                register.devices.get(device_id),
                register.devices.positions(device_id),
                register.devices.wearers(device_id),
                register.device_standings.changes(device_id),
            )

    def all(self) -> tuple[RegisteredDevice, ...]:
        """All that may hand readings in, oldest first."""
        with self._books.reading() as register:
            return register.devices.all()

    def page(self, offset: int, limit: int) -> tuple[tuple[DeviceView, ...], int]:
        """Some of those that were ever registered, newest first, and how many there are in all."""
        with self._books.reading() as register:
            found, total = register.devices.page(offset, limit)
            views = [DeviceView(each, register.devices.positions(each.device_id)) for each in found]
        return tuple(views), total


def _require_vouched(vouched_for: frozenset[str], device: str, sensor: str) -> None:
    if sensor not in vouched_for:
        raise OutOfScopeError(f"{device} does not vouch for the sensor {sensor!r}")
