"""The OpenAPI 3.1 document of the API, made from its operations."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from ssi.http.problem import MEDIA_TYPE
from ssi.issuer_service.api.operation import CSV_TYPE, JSON_TYPE, Answer, Operation, schema
from ssi.issuer_service.api.schemas import SCHEMAS
from ssi.issuer_service.domain.event import EventKind

_ALWAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def document(operations: Sequence[Operation], *, url: str, prefix: str) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Registry office",
            "version": "1",
            "description": "Hand records in, follow them, take them back. Errors are problem documents.",
        },
        "servers": [{"url": f"{url}{prefix}"}],
        "security": [{"apiKey": []}],
        "paths": paths,
        "webhooks": {kind.value: {"post": _webhook(kind)} for kind in EventKind},
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key. Which scope an operation needs stands in its description.",
                }
            },
            "schemas": SCHEMAS,
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Needs a key with the scope `{operation.scope.value}`.",
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation.path), *operation.query],
        "responses": {
            **{str(status.value): _answer(answer) for status, answer in operation.answers.items()},
            **{str(status.value): _problem(status) for status in (*_ALWAYS, *operation.refusals)},
            "default": _problem(None),
        },
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": operation.body}}}
    if operation.table:
        described["requestBody"] = {
            "required": True,
            "description": "A table with headings, separated by comma, semicolon, tab or bar.",
            "content": {CSV_TYPE: {"schema": {"type": "string"}}},
        }
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PLACEHOLDER.findall(path)
    ]


def _answer(answer: Answer) -> dict[str, Any]:
    if answer.media_type is None:
        return {"description": answer.about}
    content = {"schema": answer.schema or {"type": "string"}}
    return {"description": answer.about, "content": {answer.media_type: content}}


def _problem(status: HTTPStatus | None) -> dict[str, Any]:
    about = status.phrase if status else "Any other refusal"
    return {"description": about, "content": {MEDIA_TYPE: {"schema": schema("Problem")}}}


def _webhook(kind: EventKind) -> dict[str, Any]:
    return {
        "summary": f"Sent to your webhook when {kind.value} happens.",
        "description": "Signed by webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks).",
        "requestBody": {"required": True, "content": {JSON_TYPE: {"schema": schema("Event")}}},
        "responses": {"2XX": {"description": "Taken in. Anything else is tried again for about a day."}},
    }
