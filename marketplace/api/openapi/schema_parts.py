"""What the schemas are made of: kinds of values, and objects that have no members but their own."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from marketplace.domain.split import MAX_CENTS

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
CENTS: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_CENTS, "description": "Euro cents."}
MOMENT: Schema = {"type": "string", "format": "date-time", "description": "UTC, whole seconds."}
DIGEST: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$", "description": "SHA-256, base64url."}
TOKEN: Schema = {"type": "string", "description": "A signed document in compact form (JWS or SD-JWT)."}
BASE64URL: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]*$", "contentEncoding": "base64url"}
PRIVATE_KEY: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]{43}$",
    "description": "32 bytes, base64url.",
}
ANYTHING: Schema = {"type": "object", "description": "Checked by its own specification in `consent`."}


def json_object(
    properties: Mapping[str, Any], *, optional: Iterable[str] = (), about: str | None = None
) -> dict[str, Any]:
    """An object with these members and no others; all are required but the optional ones."""
    left_out = set(optional)
    described: dict[str, Any] = {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in left_out],
        "additionalProperties": False,
    }
    return described if about is None else {**described, "description": about}


def nullable(schema: Schema) -> dict[str, Any]:
    """A value of this kind, or null."""
    return {"anyOf": [dict(schema), {"type": "null"}]}


def json_list(items: Schema, **limits: int) -> dict[str, Any]:
    """A list of things of one kind."""
    return {"type": "array", "items": dict(items), **limits}


def one_of(words: Iterable[Enum]) -> dict[str, Any]:
    """One of the words of an enumeration."""
    return {"type": "string", "enum": [word.value for word in words]}


def text(most: int, least: int = 1) -> dict[str, Any]:
    """A text of bounded length."""
    return {"type": "string", "minLength": least, "maxLength": most}


def paged(member: str, items: Schema, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One page of a list; `next` is the cursor of the page after it, null on the last."""
    return json_object({member: json_list(items), "next": nullable(TEXT), **(extra or {})})
