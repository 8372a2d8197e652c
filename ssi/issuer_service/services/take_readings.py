"""Take a batch of readings in: believe it, put it behind the ones before, and make the record it belongs to.

Everything is written in one transaction: how far the stream is, the newest readings, and the new version of
the record. A batch is taken once or not at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from crypto.encoding import Json
from ssi.device.credential import verify_device
from ssi.device.errors import OutOfScopeError
from ssi.device.stream import StreamPosition, follow
from ssi.device.verify import VerifiedBatch, verify_batch
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.device import (
    Observed,
    RegisteredDevice,
    Wearer,
    attribute_for,
    newest_of,
)
from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.domain.submission import Submission
from ssi.issuer_service.domain.template import Template
from ssi.issuer_service.errors import BatchConflictError, RecordRefusedError, StoppedDeviceError
from ssi.issuer_service.services.device_ports import MakerStatus
from ssi.issuer_service.services.ports import Books, Register
from ssi.issuer_service.services.register_records import Registered, RegisterRecords
from ssi.trust import TrustRegistry


@dataclass(frozen=True)
class TakenReadings:
    """How far the stream is now, what of the batch did not count, and the record, if one was made.

    `missing` names the values that the person's record still lacks.
    """

    position: StreamPosition
    readings: int
    left_out: int
    missing: tuple[str, ...] = ()
    registered: Registered | None = field(default=None, repr=False)


class TakeReadings:
    """Takes batches in."""

    def __init__(
        self,
        books: Books,
        catalogue: Catalogue,
        register_records: RegisterRecords,
        *,
        registry: Callable[[], TrustRegistry],
        status: MakerStatus,
    ) -> None:
        self._books = books
        self._catalogue = catalogue
        self._records = register_records
        self._registry = registry
        self._status = status

    def __call__(self, device_id: str, raw: bytes, *, by: str, now: datetime) -> TakenReadings:
        """Take one batch, if all of this holds.

        1. The device is registered here, and neither on hold nor stopped.
        2. Its credential holds now, its maker is trusted, and did not take it back.
        3. The batch holds: form, key, readings, scope, times (`verify_batch`).
        4. It follows on the last one of its stream, and is not too old (`follow`).
        5. Somebody wears the sensor, and her data set has a value of this measure and unit.

        Readings from before she wore it, and those out of the range of the data set, are left out.

        Raises:
            UnknownThingError, StoppedDeviceError: 1 does not hold.
            BatchConflictError: the template is retired, or the device was changed here meanwhile.
            CredentialError: 2 does not hold.
            PeerError: the maker cannot be asked.
            DeviceError, NotYetValidError: 3, 4 or 5 does not hold; see `ssi.device.errors`.
            RecordRefusedError: the data set has no such value.
        """
        with self._books.reading() as register:
            known = register.devices.get(device_id)
        _require_running(known)  # 1
        device = verify_device(known.credential, self._registry(), now=now)  # 2
        self._status(device, now=now)  # 2
        batch = verify_batch(raw, device, now=now)  # 3
        with self._books.writing() as register:
            _require_unchanged(register.devices.get(device_id), known)
            position = follow(register.devices.positions(device_id), batch, received_at=now)  # 4
            register.devices.keep_position(device_id, position)
            wearer = _worn_by(register, device_id, batch.header.sensor)  # 5
            return self._take(register, wearer, batch, position, _Occasion(by, now))

    def _take(
        self,
        register: Register,
        wearer: Wearer,
        batch: VerifiedBatch,
        position: StreamPosition,
        occasion: "_Occasion",
    ) -> TakenReadings:
        template = register.templates.get(wearer.template_id)
        if template.retired_at is not None:
            raise BatchConflictError(f"template {wearer.template_id} is retired: register the device anew")
        configuration = self._catalogue.get(template.configuration_id)
        observed, left_out = _observe(register, wearer, batch, configuration)
        values = {**wearer.known, **{name: each.value for name, each in observed.newest.items()}}
        missing = tuple(configuration.faults(values))
        registered = None
        if not missing and observed.is_due(wearer.every, occasion.now):
            submission = _submission(configuration, template, wearer, values)
            (answer,) = self._records.within(register, [submission], by=occasion.by, now=occasion.now)
            if isinstance(answer, RecordRefusedError):
                raise answer
            registered, observed = answer, replace(observed, recorded_at=occasion.now)
        register.devices.keep_observed(wearer.record_key, observed)
        return TakenReadings(position, len(batch.readings), left_out, missing, registered)


@dataclass(frozen=True)
class _Occasion:
    by: str
    now: datetime


def _require_running(device: RegisteredDevice) -> None:
    if device.stopped_at is not None:
        raise StoppedDeviceError(f"{device.name} was stopped here: ask the office to register it anew")
    if device.suspended_at is not None:
        raise StoppedDeviceError(f"{device.name} is on hold here: ask the office to let it count again")


def _require_unchanged(found: RegisteredDevice, known: RegisteredDevice) -> None:
    if found != known:
        raise BatchConflictError(f"{known.name} was changed here at this moment: hand the batch in again")


def _worn_by(register: Register, device_id: str, sensor: str) -> Wearer:
    for wearer in register.devices.wearers(device_id):
        if wearer.sensor == sensor:
            return wearer
    raise OutOfScopeError(f"nobody wears the sensor {sensor!r}: tell the office whose it is")


def _observe(
    register: Register, wearer: Wearer, batch: VerifiedBatch, configuration: Configuration
) -> tuple[Observed, int]:
    """What is known of the person with this batch, and how many of its readings do not count."""
    header, numbers = batch.header, configuration.numbers
    attribute = None if numbers is None else attribute_for(numbers, header.measure)
    if attribute is None:
        code, unit = header.measure.coding.code, header.measure.unit
        raise RecordRefusedError(
            f"{configuration.id} has no value for {code!r} in {unit!r}: see its attributes"
        )
    newest, left_out = newest_of(header, batch.readings, attribute, since=wearer.since)
    observed = register.devices.observed(wearer.record_key)
    if newest is not None:
        observed = replace(observed, newest=observed.with_newer(attribute.name, newest))
    return observed, left_out


def _submission(
    configuration: Configuration, template: Template, wearer: Wearer, values: Mapping[str, Json]
) -> Submission:
    return Submission(
        configuration=configuration,
        external_id=wearer.external_id,
        values=configuration.parse(values),
        valid_days=template.terms.valid_days,
        transaction_code=template.terms.transaction_code,
        hold=template.terms.hold,
    )
