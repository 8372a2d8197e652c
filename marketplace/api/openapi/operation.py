"""One endpoint, as the document describes it: where it lies, who may call it, what it takes and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from marketplace.domain.scope import Scope

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain"
BYTES_TYPE = "application/octet-stream"
Schema = Mapping[str, Any]


class Door(StrEnum):
    """How a caller is recognised."""

    ANYBODY = "anybody"
    SIGNED = "signed"
    """The document in the body is signed by the person whom it is about."""
    HOLDER = "holder"
    BUYER = "buyer"


@dataclass(frozen=True)
class Answer:
    """A successful answer: what it means, and the schema of its JSON or its other media type.

    `also` is a second media type, for those who accept that more.
    """

    about: str
    schema: Schema | None = field(default=None, hash=False)
    media_type: str = JSON_TYPE
    status: HTTPStatus = HTTPStatus.OK
    also: str | None = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One endpoint. `path` is in the form of OpenAPI and lies under `/api/v1`.

    `scopes` are those of which a buyer's key needs one. `refusals` are the statuses that it may answer
    besides those that its door and its body bring with them. `pages` tells that the list comes in pages.
    """

    method: str
    path: str
    name: str
    summary: str
    tag: str
    answer: Answer
    door: Door = Door.ANYBODY
    scopes: tuple[Scope, ...] = ()
    body: Schema | None = field(default=None, hash=False)
    example: Any = field(default=None, hash=False)
    query: tuple[Schema, ...] = ()
    headers: tuple[Schema, ...] = ()
    refusals: tuple[HTTPStatus, ...] = ()
    pages: bool = False


def schema(name: str) -> Schema:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str, about: str, *, place: str = "query", required: bool = False, **kind: Any) -> Schema:
    """A parameter of the address or a header, a text unless told otherwise."""
    return {
        "name": name,
        "in": place,
        "required": required,
        "description": about,
        "schema": {"type": "string", **kind},
    }
