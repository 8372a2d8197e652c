"""Which devices may hand readings in, and whose readings those are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crypto.encoding import Json
from crypto.randomness import RandomBytes
from ssi.device.credential import verify_device
from ssi.device.errors import OutOfScopeError
from ssi.device.stream import StreamPosition
from ssi.errors import DataSetError
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.device import RegisteredDevice, Wearer
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.errors import BatchConflictError, RecordRefusedError
from ssi.issuer_service.services.device_ports import MakerStatus
from ssi.issuer_service.services.ports import Books, Register
from ssi.trust import TrustRegistry

_ID_BYTES = 16


@dataclass(frozen=True)
class Worn:
    """Who wears a sensor, as it is handed in: see `Wearer`."""

    sensor: str
    external_id: str = field(repr=False)
    template_id: str
    known: Mapping[str, Json] = field(repr=False, hash=False)
    every: timedelta


@dataclass(frozen=True)
class DeviceView:
    """A device with how far its streams are."""

    device: RegisteredDevice
    positions: tuple[StreamPosition, ...] = field(repr=False)


class KeepDevices:
    """Registers devices, tells of them, stops them."""

    def __init__(  # noqa: PLR0913 — whom to believe, what is issued, and where it is kept
        self,
        books: Books,
        secrets: IssuerSecrets,
        catalogue: Catalogue,
        *,
        registry: Callable[[], TrustRegistry],
        status: MakerStatus,
        random: RandomBytes,
    ) -> None:
        self._books = books
        self._secrets = secrets
        self._catalogue = catalogue
        self._registry = registry
        self._status = status
        self._random = random

    def register(self, credential: str, worn: Sequence[Worn], *, by: str, now: datetime) -> RegisteredDevice:
        """Take readings of a device from now on; of one that is known already, replace what is known.

        A device goes on with its streams under a new credential. A person who wears a sensor already keeps
        the moment since when; for everybody else it is now, so that nobody gets the readings of who wore it
        before. Whoever no longer wears a sensor that she wore before loses the newest readings that were
        kept for her record, those of other devices too: they may have been somebody else's.

        Raises:
            CredentialError: the credential does not hold, its maker is not trusted, or took it back.
            PeerError: the maker cannot be asked.
            OutOfScopeError: the device does not vouch for one of the sensors.
            BatchConflictError: the credential is older than the one that is there, or a template is retired.
            UnknownThingError: there is no such template.
            RecordRefusedError: a known value is none of the data set's.
        """
        device = verify_device(credential, self._registry(), now=now)
        self._status(device, now=now)
        for each in worn:
            if each.sensor not in device.claims.vouched_for:
                raise OutOfScopeError(f"{device.claims.id} does not vouch for the sensor {each.sensor!r}")
        with self._books.writing() as register:
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
            )
            before = register.devices.wearers(registered.device_id)
            wearers = [_kept(self._wearer(register, each, now), before) for each in worn]
            register.devices.put(registered)
            _set_wearers(register, registered.device_id, before, wearers)
        return registered

    def get(self, device_id: str) -> DeviceView:
        """One device.

        Raises:
            UnknownThingError: there is none of this id.
        """
        with self._books.reading() as register:
            return DeviceView(register.devices.get(device_id), register.devices.positions(device_id))

    def all(self) -> tuple[RegisteredDevice, ...]:
        """All that may hand readings in, oldest first."""
        with self._books.reading() as register:
            return register.devices.all()

    def stop(self, device_id: str, *, now: datetime) -> None:
        """Take nothing more from a device, and forget who wore it. Records that were made stay.

        Raises:
            UnknownThingError: there is none of this id.
        """
        with self._books.writing() as register:
            device = register.devices.get(device_id)
            if device.stopped_at is None:
                register.devices.put(replace(device, stopped_at=now))
                _set_wearers(register, device_id, register.devices.wearers(device_id), [])

    def _wearer(self, register: Register, worn: Worn, now: datetime) -> Wearer:
        template = register.templates.get(worn.template_id)
        if template.retired_at is not None:
            raise BatchConflictError(f"template {worn.template_id} is retired: choose another")
        numbers = self._catalogue.get(template.configuration_id).numbers
        if numbers is None:
            raise RecordRefusedError(
                "an organisation wears no device: choose a template for records of people"
            )
        for name, value in worn.known.items():
            try:
                numbers.attribute(name).parse(value)
            except DataSetError as error:
                raise RecordRefusedError(f"values.{error}") from error
        return Wearer(
            sensor=worn.sensor,
            external_id=worn.external_id,
            record_key=self._secrets.record_key(numbers.ref, worn.external_id),
            template_id=worn.template_id,
            known=worn.known,
            since=now,
            every=worn.every,
        )


def _set_wearers(
    register: Register, device_id: str, before: Sequence[Wearer], wearers: Sequence[Wearer]
) -> None:
    register.devices.set_wearers(device_id, wearers)
    worn = {(each.sensor, each.record_key) for each in wearers}
    gone = {each.record_key for each in before if (each.sensor, each.record_key) not in worn}
    register.devices.forget_observed(sorted(gone))


def _kept(wearer: Wearer, before: Sequence[Wearer]) -> Wearer:
    """Somebody who wears the sensor already keeps the moment since when."""
    same = [each for each in before if (each.sensor, each.external_id) == (wearer.sensor, wearer.external_id)]
    return replace(wearer, since=same[0].since) if same else wearer
