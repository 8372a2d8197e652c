"""The OpenAPI 3.1 document, made from the operations."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from marketplace.api.openapi.asking import ASKING, ASKING_SCHEMAS
from marketplace.api.openapi.buying import BUYING, BUYING_SCHEMAS
from marketplace.api.openapi.connecting import CONNECTING, CONNECTING_SCHEMAS
from marketplace.api.openapi.direct import DIRECT, DIRECT_SCHEMAS
from marketplace.api.openapi.duties import DUTIES, DUTIES_SCHEMAS
from marketplace.api.openapi.following import FOLLOWING, FOLLOWING_SCHEMAS
from marketplace.api.openapi.operation import JSON_TYPE, Answer, Door, Operation, parameter, schema
from marketplace.api.openapi.persons import PERSONS, PERSONS_SCHEMAS
from marketplace.api.openapi.planning import PLANNING, PLANNING_SCHEMAS
from marketplace.api.openapi.public import PUBLIC, PUBLIC_SCHEMAS
from marketplace.api.openapi.publishing import PUBLISHING, PUBLISHING_SCHEMAS
from marketplace.api.openapi.repeating import REPEATING, REPEATING_SCHEMAS
from marketplace.api.openapi.schema_parts import TEXT, nullable
from marketplace.api.openapi.staffing import STAFFING, STAFFING_SCHEMAS
from marketplace.api.paging import MOST_ON_PAGE, USUAL_ON_PAGE
from ssi.http.problem import MEDIA_TYPE

PREFIX = "/api/v1"
DESCRIBED_ELSEWHERE = frozenset(
    {
        "openid4vp",
        "dcat_api",
        "ckan_api",
        "payment_notices_api",
        "dsp_versions",
        "dsp_catalogue",
        "dsp_negotiations",
        "dsp_transfers",
    }
)
"""The blueprints of which a standard of its own says what they answer."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_OF_BODIES = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_OF_DOORS: dict[Door, tuple[HTTPStatus, ...]] = {
    Door.ANYBODY: (),
    Door.SIGNED: (),
    Door.HOLDER: (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS),
    Door.BUYER: (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
}
_SECURITY: dict[Door, list[dict[str, list[str]]]] = {
    Door.ANYBODY: [],
    Door.SIGNED: [],
    Door.HOLDER: [{"holderProof": []}],
    Door.BUYER: [{"apiKey": []}],
}
_SAID_OF_DOORS = {
    Door.ANYBODY: "For anybody.",
    Door.SIGNED: "For the person who signed what is sent: the signature stands in the document.",
    Door.HOLDER: "For the holder of a key, who proves it for this one request.",
    Door.BUYER: "For buyers' programs.",
}
_PAGING = (
    parameter(
        "limit",
        f"How many at most, {USUAL_ON_PAGE} by default.",
        type="integer",
        minimum=1,
        maximum=MOST_ON_PAGE,
    ),
    parameter("cursor", "Where to go on: `next` of the page before.", maxLength=400),
)
_PROBLEM = {
    "type": "object",
    "description": "What went wrong and what to do (RFC 9457), and what would be answered, where known.",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": TEXT,
        "price_cents": {"type": "integer"},
        "missing_cents": {"type": "integer"},
        "nearby": nullable(schema("Query")),
        "nearby_people": nullable(TEXT),
        "obstacle": TEXT,
        "alternatives": {"type": "array", "items": schema("PlanAlternative")},
    },
    "required": ["type", "title", "status"],
}
_SCHEMES = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of a buyer. Which scope an operation needs stands in its description.",
    },
    "holderProof": {
        "type": "http",
        "scheme": "Proof",
        "description": "A JWS of type request-proof+jwt about this one request, in the manner of RFC 9449.",
    },
}


def operations(*, asking: bool, connecting: bool) -> tuple[Operation, ...]:
    """All endpoints; those of wallets that are asked and of connectors only where there are such."""
    some = (*(ASKING if asking else ()), *(CONNECTING if connecting else ()))
    asked = (*PLANNING, *REPEATING, *FOLLOWING, *STAFFING)
    return (*PUBLIC, *BUYING, *DIRECT, *PERSONS, *DUTIES, *PUBLISHING, *asked, *some)


def document(*, asking: bool, connecting: bool) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations(asking=asking, connecting=connecting):
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Market",
            "version": "1",
            "description": (
                "Answers over many people's data that nobody could look at. Refusals are problem documents. "
                "Whatever moves money has an id that its sender made: sent again it changes nothing, and "
                "with another content it is refused with 409."
            ),
        },
        "servers": [{"url": PREFIX}],
        "tags": [{"name": name} for name in ("catalogue", "account", "orders", "scores", "crowd sums", "log")]
        + [{"name": "persons"}, {"name": "presentations"}],
        "paths": paths,
        "components": {
            "securitySchemes": _SCHEMES,
            "schemas": {
                "Problem": _PROBLEM,
                **PUBLIC_SCHEMAS,
                **BUYING_SCHEMAS,
                **PLANNING_SCHEMAS,
                **DIRECT_SCHEMAS,
                **PERSONS_SCHEMAS,
                **DUTIES_SCHEMAS,
                **PUBLISHING_SCHEMAS,
                **REPEATING_SCHEMAS,
                **FOLLOWING_SCHEMAS,
                **STAFFING_SCHEMAS,
                **ASKING_SCHEMAS,
                **CONNECTING_SCHEMAS,
            },
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": _who(operation),
        "tags": [operation.tag],
        "parameters": [
            *_path_parameters(operation.path),
            *operation.query,
            *(_PAGING if operation.pages else ()),
            *operation.headers,
        ],
        "responses": _responses(operation),
        "security": _SECURITY[operation.door],
    }
    if operation.body is not None:
        content: dict[str, Any] = {"schema": operation.body}
        if operation.example is not None:
            content["example"] = operation.example
        described["requestBody"] = {"required": True, "content": {JSON_TYPE: content}}
    return described


def _who(operation: Operation) -> str:
    said = _SAID_OF_DOORS[operation.door]
    if operation.door is not Door.BUYER:
        return said
    if not operation.scopes:
        return f"{said} Any key is good for it."
    return f"{said} Needs a key with the scope {' or '.join(f'`{each}`' for each in operation.scopes)}."


def _responses(operation: Operation) -> dict[str, Any]:
    refusals = {
        *_ALWAYS,
        *_OF_DOORS[operation.door],
        *(_OF_BODIES if operation.method in {"POST", "PUT"} else ()),
        *operation.refusals,
    }
    return {
        str(operation.answer.status.value): _answer(operation.answer, pages=operation.pages),
        **{str(status.value): _problem(status) for status in sorted(refusals)},
    }


def _path_parameters(path: str) -> Sequence[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PLACEHOLDER.findall(path)
    ]


def _answer(answer: Answer, *, pages: bool) -> dict[str, Any]:
    content = {"schema": answer.schema or {"type": "string"}}
    described: dict[str, Any] = {"description": answer.about, "content": {answer.media_type: content}}
    if answer.also is not None:
        described["content"][answer.also] = {"schema": {"type": "string"}}
    if pages:
        link = {"description": "The page after this one, rel=next (RFC 8288).", "schema": TEXT}
        described["headers"] = {"Link": link}
    return described


def _problem(status: HTTPStatus) -> dict[str, Any]:
    return {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": schema("Problem")}}}
