"""What schemas of the API are made of: kinds of values, and objects that have no members but their own."""

from collections.abc import Mapping, Sequence
from typing import Any

from ssi.issuer_service.domain.submission import MAX_EXTERNAL_ID

MOMENT = {"type": "string", "format": "date-time"}
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
COUNT = {"type": "integer", "minimum": 0}
ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
EXTERNAL_ID = {"type": "string", "minLength": 1, "maxLength": MAX_EXTERNAL_ID}


def json_object(properties: Mapping[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    """An object with these members; all of them are required unless told otherwise."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def one_of(words: Any) -> dict[str, Any]:
    """One of the words of an enumeration."""
    return {"type": "string", "enum": [word.value for word in words]}


def json_list(items: Mapping[str, Any], **limits: int) -> dict[str, Any]:
    """A list of things of one kind."""
    return {"type": "array", "items": dict(items), **limits}
