"""Register devices, take their readings in, tell how far their streams are, stop them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import cast

from flask import Response, g, jsonify, request

from crypto.encoding import Json, b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.device.credential import MAX_NAME, MOST_SENSORS, read_name
from ssi.device.stream import StreamPosition
from ssi.issuer_service.api.operation import Answer, Operation, schema
from ssi.issuer_service.domain.device import MOST_HOURS, RegisteredDevice
from ssi.issuer_service.domain.entry import Standing
from ssi.issuer_service.domain.scope import Scope
from ssi.issuer_service.domain.submission import MAX_EXTERNAL_ID, read_external_id
from ssi.issuer_service.services.change_device import ChangeDevice
from ssi.issuer_service.services.keep_devices import KeepDevices
from ssi.issuer_service.services.take_readings import TakenReadings, TakeReadings
from ssi.issuer_service.services.wearers import Worn

_MAX_CREDENTIAL = 100_000
_DEFAULT_HOURS = 24
_STOPPED = "by request of the institution's system"
_REFUSED = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
_OUT_OF_REACH = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True)
class DeviceServices:
    """The use cases behind these endpoints."""

    keep: KeepDevices
    take: TakeReadings
    change: ChangeDevice
    now: Callable[[], datetime]


class DeviceEndpoints:
    """One method for each endpoint."""

    def __init__(self, services: DeviceServices) -> None:
        self._services = services

    def operations(self) -> list[Operation]:
        """The endpoints with their descriptions."""
        one, told = "/devices/{device_id}", Answer("The device and its streams.", schema("Device"))
        return [
            Operation(
                "POST",
                "/devices",
                "registerDevice",
                "Take a device's readings from now on, for the people who wear its sensors",
                self.register,
                Scope.DEVICES,
                {HTTPStatus.CREATED: told},
                body=schema("DeviceRequest"),
                refusals=(*_REFUSED, *_OUT_OF_REACH),
            ),
            Operation(
                "GET",
                "/devices",
                "listDevices",
                "All devices that are not stopped",
                self.all,
                Scope.DEVICES,
                {HTTPStatus.OK: Answer("Oldest first, without their streams.", schema("Devices"))},
            ),
            Operation(
                "GET",
                one,
                "getDevice",
                "A device, and how far each of its streams is",
                self.show,
                Scope.READINGS,
                {HTTPStatus.OK: told},
                refusals=(HTTPStatus.NOT_FOUND,),
            ),
            Operation(
                "DELETE",
                one,
                "stopDevice",
                "Take nothing more from it, and forget who wore it; records stay",
                self.stop,
                Scope.DEVICES,
                {HTTPStatus.NO_CONTENT: Answer("Stopped.", None, None)},
                refusals=(HTTPStatus.NOT_FOUND,),
            ),
            Operation(
                "POST",
                f"{one}/batches",
                "takeReadings",
                "Hand in the next batch of a stream, as the device signed it",
                self.take,
                Scope.READINGS,
                {HTTPStatus.OK: Answer("How far the stream is now.", schema("TakenReadings"))},
                body=schema("ReadingBatch"),
                refusals=(*_REFUSED, *_OUT_OF_REACH),
            ),
        ]

    def register(self) -> tuple[Response, HTTPStatus]:
        """Register a device, or one that is known anew."""
        fields = Fields.parse(request.get_data(), "device")
        credential = fields.text("credential", max_length=_MAX_CREDENTIAL)
        worn = [_worn(each) for each in fields.objects("people", least=1, most=MOST_SENSORS)]
        fields.done()
        if len({each.sensor for each in worn}) != len(worn):
            raise MalformedError("device.people: each sensor is worn by one person")
        keep = self._services.keep
        device = keep.register(credential, worn, by=g.acting, now=self._services.now())
        return jsonify(_device(device, keep.get(device.device_id).positions)), HTTPStatus.CREATED

    def all(self) -> Response:
        """All of them."""
        return jsonify(devices=[_device(each, ()) for each in self._services.keep.all()])

    def show(self, device_id: str) -> Response:
        """One of them."""
        view = self._services.keep.get(device_id)
        return jsonify(_device(view.device, view.positions))

    def stop(self, device_id: str) -> Response:
        """One less."""
        self._services.change(
            device_id, Standing.REVOKED, reason=_STOPPED, by=g.acting, now=self._services.now()
        )
        return Response(status=HTTPStatus.NO_CONTENT)

    def take(self, device_id: str) -> Response:
        """One batch more."""
        raw = request.get_data()
        return jsonify(_taken(self._services.take(device_id, raw, by=g.acting, now=self._services.now())))


def _worn(fields: Fields) -> Worn:
    known = fields.any("values") if fields.has("values") else {}
    if not isinstance(known, Mapping):
        raise MalformedError(f"{fields.where}.values: expected an object of values by attribute")
    hours = fields.integer("every_hours", least=1, most=MOST_HOURS) if fields.has("every_hours") else None
    worn = Worn(
        sensor=fields.text("sensor", max_length=MAX_NAME),
        external_id=read_external_id(fields.text("external_id", max_length=MAX_EXTERNAL_ID)),
        template_id=read_name(fields, "template_id", max_length=32),
        known=cast("Mapping[str, Json]", known),
        every=timedelta(hours=hours or _DEFAULT_HOURS),
    )
    fields.done()
    return worn


def _device(device: RegisteredDevice, positions: tuple[StreamPosition, ...]) -> dict[str, Json]:
    document: dict[str, Json] = {
        "device_id": device.device_id,
        "maker": device.maker,
        "name": device.name,
        "registered_at": utc_text(device.registered_at),
        "streams": [_position(each) for each in positions],
    }
    if device.stopped_at is not None:
        document["stopped_at"] = utc_text(device.stopped_at)
    return document


def _position(position: StreamPosition) -> dict[str, Json]:
    return {
        "stream": position.stream,
        "sensor": position.sensor,
        "next_sequence": position.next_sequence,
        "previous": b64url_encode(position.previous),
    }


def _taken(taken: TakenReadings) -> dict[str, Json]:
    document: dict[str, Json] = {
        "stream": _position(taken.position),
        "readings": taken.readings,
        "left_out": taken.left_out,
        "missing": list(taken.missing),
    }
    if taken.registered is not None:
        document["credential_id"] = taken.registered.entry.credential_id
        document["change"] = taken.registered.change.value
    return document
