"""The JSON of webhooks, events and API keys, as JSON Schema; part of `schemas`."""

from typing import Any

from ssi.issuer_service.api.operation import schema
from ssi.issuer_service.api.schema_parts import COUNT, ID, MOMENT, TEXT, json_list, json_object, one_of
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.event import MAX_URL, EventKind
from ssi.issuer_service.domain.scope import Scope
from ssi.issuer_service.services.sign_in import MAX_KEY_NAME

_KEY_ID = {"type": "string", "pattern": "^[0-9a-f]{12}$"}
CONNECTION_SCHEMAS: dict[str, Any] = {
    "WebhookRequest": json_object(
        {"url": {"type": "string", "maxLength": MAX_URL}, "events": json_list(one_of(EventKind))}, ["url"]
    ),
    "Webhook": json_object(
        {"webhook_id": ID, "url": TEXT, "events": json_list(one_of(EventKind)), "created_at": MOMENT}
    ),
    "NewWebhook": json_object(
        {
            "webhook_id": ID,
            "url": TEXT,
            "events": json_list(one_of(EventKind)),
            "created_at": MOMENT,
            "secret": TEXT,
        }
    ),
    "Webhooks": json_object({"webhooks": json_list(schema("Webhook"))}),
    "Delivery": json_object(
        {
            "event_id": TEXT,
            "type": one_of(EventKind),
            "created_at": MOMENT,
            "state": one_of(DeliveryState),
            "attempts": COUNT,
            "next_at": MOMENT,
            "answer": TEXT,
        },
        ["event_id", "type", "created_at", "state", "attempts"],
    ),
    "Deliveries": json_object({"deliveries": json_list(schema("Delivery"))}),
    "Replay": json_object({"event_id": TEXT, "since": MOMENT}, []),
    "Replayed": json_object({"replayed": COUNT}),
    "Event": {
        "type": "object",
        "properties": {"type": one_of(EventKind), "timestamp": MOMENT, "data": {"type": "object"}},
        "required": ["type", "timestamp", "data"],
    },
    "ApiKeyRequest": json_object(
        {
            "name": {"type": "string", "maxLength": MAX_KEY_NAME},
            "scopes": json_list(one_of(Scope), minItems=1, maxItems=len(Scope)),
        }
    ),
    "ApiKey": json_object(
        {
            "key_id": _KEY_ID,
            "name": TEXT,
            "scopes": json_list(one_of(Scope)),
            "created_at": MOMENT,
            "revoked_at": MOMENT,
        },
        ["key_id", "name", "scopes", "created_at"],
    ),
    "ApiKeys": json_object({"api_keys": json_list(schema("ApiKey"))}),
    "NewApiKey": json_object({"key": TEXT}),
}
