"""Devices in SQL: whose readings they are, and the readings themselves, are sealed to their rows."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json
from crypto.reading import Fields
from crypto.sealing import Vault
from ssi.clock import moment_of, seconds_of
from ssi.device.credential import Measure
from ssi.device.stream import StreamPosition
from ssi.issuer_service.domain.device import Newest, Observed, RegisteredDevice, Wearer
from ssi.issuer_service.errors import UnknownThingError
from ssi.issuer_service.storage.device_tables import devices, observed, streams, wearers

_HOUR: Final = timedelta(hours=1)


class SqlDevices:
    """Keeps devices, who wears them, how far their streams are, and the newest readings."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def put(self, device: RegisteredDevice) -> None:
        """Keep a device, in place of what is known under its id."""
        row = {
            "maker": device.maker,
            "name": device.name,
            "credential": device.credential,
            "issued_at": device.issued_at,
            "registered_at": device.registered_at,
            "registered_by": device.registered_by,
            "stopped_at": device.stopped_at,
            "suspended_at": device.suspended_at,
        }
        mine = devices.c.device_id == device.device_id
        if self._session.scalar(select(devices.c.device_id).where(mine)) is None:
            self._session.execute(insert(devices).values(device_id=device.device_id, **row))
        else:
            self._session.execute(update(devices).where(mine).values(**row))

    def get(self, device_id: str) -> RegisteredDevice:
        """One device, stopped or not.

        Raises:
            UnknownThingError: there is none.
        """
        row = self._session.execute(select(devices).where(devices.c.device_id == device_id)).first()
        if row is None:
            raise UnknownThingError(f"no device has the id {device_id[:40]!r}")
        return _device(row)

    def named(self, maker: str, name: str) -> RegisteredDevice | None:
        """The device that its maker calls so."""
        wanted = select(devices).where(devices.c.maker == maker, devices.c.name == name)
        row = self._session.execute(wanted).first()
        return None if row is None else _device(row)

    def all(self) -> tuple[RegisteredDevice, ...]:
        """All that are not stopped, oldest first."""
        running = select(devices).where(devices.c.stopped_at.is_(None))
        found = self._session.execute(running.order_by(devices.c.registered_at, devices.c.device_id))
        return tuple(_device(row) for row in found)

    def page(self, offset: int, limit: int) -> tuple[tuple[RegisteredDevice, ...], int]:
        """Some of those that were ever registered, newest first, and how many there are in all."""
        newest = select(devices).order_by(devices.c.registered_at.desc(), devices.c.device_id)
        found = self._session.execute(newest.offset(offset).limit(limit))
        total = self._session.scalar(select(func.count()).select_from(devices))
        return tuple(_device(row) for row in found), total or 0

    def set_wearers(self, device_id: str, worn: Sequence[Wearer]) -> None:
        """Say who wears the sensors of a device, in place of what was said before."""
        self._session.execute(delete(wearers).where(wearers.c.device_id == device_id))
        if worn:
            self._session.execute(insert(wearers), [self._row(device_id, wearer) for wearer in worn])

    def wearers(self, device_id: str) -> tuple[Wearer, ...]:
        """Who wears the sensors of a device."""
        wanted = select(wearers).where(wearers.c.device_id == device_id).order_by(wearers.c.sensor)
        return tuple(self._wearer(row) for row in self._session.execute(wanted))

    def positions(self, device_id: str) -> tuple[StreamPosition, ...]:
        """How far all streams of a device were accepted, by name."""
        wanted = select(streams.c.position).where(streams.c.device_id == device_id)
        return tuple(_position(each) for each in self._session.scalars(wanted.order_by(streams.c.stream)))

    def keep_position(self, device_id: str, position: StreamPosition) -> None:
        """Write how far a stream is."""
        self._session.execute(delete(streams).where(_is(device_id, position.stream)))
        document = canonical_json(_position_json(position)).decode()
        self._session.execute(
            insert(streams).values(device_id=device_id, stream=position.stream, position=document)
        )

    def observed(self, record_key: bytes) -> Observed:
        """The newest readings for a record."""
        row = self._session.execute(select(observed).where(observed.c.record_key == record_key)).first()
        if row is None:
            return Observed()
        document: Any = parse_json(self._vault.open(row.newest_sealed, _newest_place(record_key)))
        newest = {name: Newest(at, value) for name, (at, value) in document.items()}
        return Observed(newest, row.recorded_at)

    def keep_observed(self, record_key: bytes, found: Observed) -> None:
        """Write the newest readings for a record."""
        document = canonical_json({name: list(each) for name, each in found.newest.items()})
        self._session.execute(delete(observed).where(observed.c.record_key == record_key))
        self._session.execute(
            insert(observed).values(
                record_key=record_key,
                newest_sealed=self._vault.seal(document, _newest_place(record_key)),
                recorded_at=found.recorded_at,
            )
        )

    def forget_observed(self, record_keys: Sequence[bytes]) -> None:
        """Drop the newest readings for these records."""
        self._session.execute(delete(observed).where(observed.c.record_key.in_(record_keys)))

    def _row(self, device_id: str, wearer: Wearer) -> dict[str, Any]:
        person = canonical_json({"external_id": wearer.external_id, "known": dict(wearer.known)})
        return {
            "device_id": device_id,
            "sensor": wearer.sensor,
            "record_key": wearer.record_key,
            "template_id": wearer.template_id,
            "person_sealed": self._vault.seal(person, _person_place(device_id, wearer.sensor)),
            "since": wearer.since,
            "every_hours": wearer.every // _HOUR,
        }

    def _wearer(self, row: Row[Any]) -> Wearer:
        opened = self._vault.open(row.person_sealed, _person_place(row.device_id, row.sensor))
        person: Any = parse_json(opened)
        return Wearer(
            sensor=row.sensor,
            external_id=person["external_id"],
            record_key=row.record_key,
            template_id=row.template_id,
            known=person["known"],
            since=row.since,
            every=row.every_hours * _HOUR,
        )


def _device(row: Row[Any]) -> RegisteredDevice:
    return RegisteredDevice(**row._mapping)


def _position_json(position: StreamPosition) -> dict[str, Any]:
    return {
        "issuer": position.issuer,
        "device": position.device,
        "stream": position.stream,
        "sensor": position.sensor,
        "measure": position.measure.to_json(),
        "decimals": position.decimals,
        "next_sequence": position.next_sequence,
        "previous": b64url_encode(position.previous),
        "ended_at": seconds_of(position.ended_at),
        "signed_at": seconds_of(position.signed_at),
    }


def _position(document: str) -> StreamPosition:
    read: Any = parse_json(document)
    changed = {
        "measure": Measure.read(Fields.of(read["measure"], "position.measure")),
        "previous": b64url_decode(read["previous"]),
        "ended_at": moment_of(read["ended_at"]),
        "signed_at": moment_of(read["signed_at"]),
    }
    return StreamPosition(**{**read, **changed})


def _is(device_id: str, stream: str) -> Any:
    return (streams.c.device_id == device_id) & (streams.c.stream == stream)


def _person_place(device_id: str, sensor: str) -> str:
    return f"device_wearers|{device_id}|{sensor}|person"


def _newest_place(record_key: bytes) -> str:
    return f"device_observed|{record_key.hex()}|newest"
