"""The blueprint of `/api/v1`: who comes in, what each key may do, and which error has which status."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from ssi.http import problems
from ssi.issuer_service.api.batches import BatchEndpoints, BatchServices
from ssi.issuer_service.api.credential_links import LinkEndpoints
from ssi.issuer_service.api.credentials import CredentialEndpoints, CredentialServices
from ssi.issuer_service.api.devices import DeviceEndpoints, DeviceServices
from ssi.issuer_service.api.keys import KeyEndpoints
from ssi.issuer_service.api.openapi import document
from ssi.issuer_service.api.operation import Operation
from ssi.issuer_service.api.statuses import STATUS
from ssi.issuer_service.api.templates import TemplateEndpoints
from ssi.issuer_service.api.webhooks import WebhookEndpoints
from ssi.issuer_service.domain.scope import Scope
from ssi.issuer_service.errors import ForbiddenError, UnauthorisedError
from ssi.issuer_service.services.keep_templates import KeepTemplates
from ssi.issuer_service.services.keep_webhooks import KeepWebhooks
from ssi.issuer_service.services.sign_in import ApiKeys

PREFIX = "/api/v1"


@dataclass(frozen=True)
class ApiServices:
    """The use cases behind the API."""

    url: str
    keys: ApiKeys
    credentials: CredentialServices
    batches: BatchServices
    templates: KeepTemplates
    webhooks: KeepWebhooks
    devices: DeviceServices
    now: Callable[[], datetime]


def create_api(services: ApiServices) -> Blueprint:
    """The blueprint of `/api/v1`."""
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    problems.register(api, STATUS)
    operations = all_operations(services)
    described = document(operations, url=services.url, prefix=PREFIX)
    for operation in operations:
        guarded = _guarded(operation, services.keys)
        api.add_url_rule(operation.rule, operation.name, guarded, methods=[operation.method])

    @api.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(described)

    @api.after_request
    def challenge(response: Response) -> Response:
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Bearer realm="issuer"'
        return response

    return api


def all_operations(services: ApiServices) -> list[Operation]:
    """Every endpoint, in the order of the document."""
    configurations = services.credentials.catalogue
    return [
        *CredentialEndpoints(services.credentials).operations(),
        *LinkEndpoints(services.credentials).operations(),
        *BatchEndpoints(services.batches).operations(),
        *TemplateEndpoints(services.templates, configurations, services.now).operations(),
        *WebhookEndpoints(services.webhooks, services.now).operations(),
        *DeviceEndpoints(services.devices).operations(),
        *KeyEndpoints(services.keys, services.now).operations(),
    ]


def _guarded(operation: Operation, keys: ApiKeys) -> Callable[..., Any]:
    @wraps(operation.view)
    def guarded(**places: str) -> Any:
        g.acting = f"key {_admitted(keys, operation.scope)}"
        return operation.view(**places)

    return guarded


def _admitted(keys: ApiKeys, scope: Scope) -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise UnauthorisedError("expected the header 'Authorization: Bearer <API key>'")
    key_id, scopes = keys.admit(key.strip())
    if scope not in scopes:
        raise ForbiddenError(f"this API key is not good for {scope.value}: use one that has this scope")
    g.scopes = scopes
    return key_id
