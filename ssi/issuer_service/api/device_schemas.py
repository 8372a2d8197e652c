"""The JSON of devices and their readings, as JSON Schema; part of `schemas`."""

from typing import Any

from ssi.device.batch import MAX_VALUE, MOST_HEADER, MOST_READINGS
from ssi.device.credential import MAX_NAME, MOST_SENSORS
from ssi.issuer_service.domain.device import MOST_HOURS
from ssi.issuer_service.domain.submission import MAX_EXTERNAL_ID
from ssi.issuer_service.services.register_records import Change

_NAME = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
_COUNT = {"type": "integer", "minimum": 0}
_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_MOMENT = {"type": "string", "format": "date-time"}


def _closed(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


_STREAM = _closed(
    {
        "stream": _NAME,
        "sensor": _NAME,
        "next_sequence": _COUNT,
        "previous": {
            "type": "string",
            "description": "The digest that the next header names as `previous`, in base64url.",
        },
    }
)
_PERSON = _closed(
    {
        "sensor": _NAME,
        "external_id": {"type": "string", "minLength": 1, "maxLength": MAX_EXTERNAL_ID},
        "template_id": _ID,
        "values": {
            "type": "object",
            "additionalProperties": {"type": ["string", "number"]},
            "description": "What no sensor tells, such as her age.",
        },
        "every_hours": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_HOURS,
            "default": 24,
            "description": "How many hours lie between two versions of her record at least.",
        },
    },
    "values",
    "every_hours",
)
_DEVICE = _closed(
    {
        "device_id": _ID,
        "maker": _NAME,
        "name": _NAME,
        "registered_at": _MOMENT,
        "streams": {"type": "array", "items": _STREAM},
        "stopped_at": _MOMENT,
    },
    "stopped_at",
)

DEVICE_SCHEMAS: dict[str, Any] = {
    "DeviceRequest": _closed(
        {
            "credential": {"type": "string", "description": "The device's SD-JWT VC, by its maker."},
            "people": {"type": "array", "items": _PERSON, "minItems": 1, "maxItems": MOST_SENSORS},
        }
    ),
    "Device": _DEVICE,
    "Devices": _closed({"devices": {"type": "array", "items": _DEVICE}}),
    "ReadingBatch": _closed(
        {
            "header": {
                "type": "string",
                "maxLength": MOST_HEADER,
                "description": "A JWS of the type stream-batch+jwt by the device's key.",
            },
            "readings": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_READINGS,
                "items": {
                    "type": "array",
                    "description": "Milliseconds since the start of the batch, and the value as an integer.",
                    "prefixItems": [
                        _COUNT,
                        {"type": "integer", "minimum": -MAX_VALUE, "maximum": MAX_VALUE},
                    ],
                    "minItems": 2,
                    "maxItems": 2,
                },
            },
        }
    ),
    "TakenReadings": _closed(
        {
            "stream": _STREAM,
            "readings": _COUNT,
            "left_out": _COUNT,
            "missing": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Values that her record lacks still; no record is made while there are any.",
            },
            "credential_id": _ID,
            "change": {"type": "string", "enum": [each.value for each in Change]},
        },
        "credential_id",
        "change",
    ),
}
