"""One endpoint: where it lies, who may call it, what it takes and answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from ssi.issuer_service.domain.scope import Scope

JSON_TYPE = "application/json"
CSV_TYPE = "text/csv"
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """A successful answer: what it means, and the schema of its JSON, or none for a table or nothing."""

    about: str
    schema: Schema | None = field(default=None, hash=False)
    media_type: str | None = JSON_TYPE


@dataclass(frozen=True)
class Operation:
    """One endpoint. `path` is in the form of OpenAPI, such as `/credentials/{credential_id}`.

    `body` is the schema of a JSON body, `table` says that the body is a table instead. `refusals` are the
    statuses that it may answer besides 400, 401 and 403.
    """

    method: str
    path: str
    name: str
    summary: str
    view: Callable[..., Any]
    scope: Scope
    answers: Mapping[HTTPStatus, Answer] = field(hash=False)
    body: Schema | None = field(default=None, hash=False)
    table: bool = False
    query: tuple[Schema, ...] = ()
    refusals: tuple[HTTPStatus, ...] = ()

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{", "<").replace("}", ">")

    @property
    def tag(self) -> str:
        """The first part of the path."""
        return self.path.split("/")[1]


def schema(name: str) -> Schema:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str, about: str, *, required: bool = False, **kind: Any) -> Schema:
    """A parameter of the query, a text unless told otherwise."""
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": about,
        "schema": {"type": "string", **kind},
    }
