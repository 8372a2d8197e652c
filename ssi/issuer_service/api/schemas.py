"""The JSON that the API takes and gives, as JSON Schema (2020-12, as OpenAPI 3.1 has it)."""

from collections.abc import Mapping, Sequence
from typing import Any

from ssi.issuer_service.api.device_schemas import DEVICE_SCHEMAS
from ssi.issuer_service.api.operation import schema
from ssi.issuer_service.domain.also_as import AlsoAs
from ssi.issuer_service.domain.batch import BatchState, Outcome
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.entry import Delivery, Standing
from ssi.issuer_service.domain.event import MAX_URL, EventKind
from ssi.issuer_service.domain.mail_address import MAX_ADDRESS
from ssi.issuer_service.domain.scope import Scope
from ssi.issuer_service.domain.submission import MAX_EXTERNAL_ID, MAX_VALID_DAYS
from ssi.issuer_service.domain.template import MAX_HEADING, MAX_NAME
from ssi.issuer_service.services.change_status import MAX_REASON
from ssi.issuer_service.services.register_records import Change
from ssi.issuer_service.services.sign_in import MAX_KEY_NAME

MAX_BATCH = 1000
_MOMENT = {"type": "string", "format": "date-time"}
_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0}
_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_KEY_ID = {"type": "string", "pattern": "^[0-9a-f]{12}$"}
_EXTERNAL_ID = {"type": "string", "minLength": 1, "maxLength": MAX_EXTERNAL_ID}
_VALUES = {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}}
_COLUMNS = {
    "type": "object",
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": MAX_HEADING},
    "description": "The column for each value, for external_id and for email.",
}


def _object(properties: Mapping[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def _words(words: Any) -> dict[str, Any]:
    return {"type": "string", "enum": [word.value for word in words]}


def _list(items: Mapping[str, Any], **limits: int) -> dict[str, Any]:
    return {"type": "array", "items": dict(items), **limits}


_ENTRY = {
    "credential_id": _ID,
    "data_set": _TEXT,
    "external_id": _EXTERNAL_ID,
    "version": {"type": "integer", "minimum": 1},
    "status": _words(Standing),
    "delivery": _words(Delivery),
    "created_at": _MOMENT,
    "expires_at": _MOMENT,
}
_CLAIM_CODE = {
    "type": "string",
    "description": "What a person enters whose wallet comes by itself: as good as the link.",
}
_TX_CODE = {
    "type": "string",
    "description": "What the wallet asks for besides: tell it another way than the link and the claim code.",
}
_OFFER = {"offer_uri": _TEXT, "claim_code": _CLAIM_CODE, "offer_expires_at": _MOMENT, "tx_code": _TX_CODE}
_REGISTERED = {"change": _words(Change), **_ENTRY, "collected_at": _MOMENT, **_OFFER}
_REGISTERED_ALWAYS = ["change", *_ENTRY]
_TERMS = {
    "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME},
    "display_name": {"type": "string", "maxLength": MAX_NAME},
    "valid_days": {"type": "integer", "minimum": 1, "maximum": MAX_VALID_DAYS},
    "transaction_code": _FLAG,
    "hold": _FLAG,
    "decimal_comma": _FLAG,
    "columns": _COLUMNS,
    "defaults": {"type": "object", "additionalProperties": _TEXT},
    "grades": {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
    "also_as": {"type": "string", "enum": ["", *(each.value for each in AlsoAs)]},
}
_BATCH = {
    "batch_id": _ID,
    "template_id": _ID,
    "template_version": {"type": "integer", "minimum": 1},
    "data_set": _TEXT,
    "file_name": _TEXT,
    "encoding": _TEXT,
    "separator": _TEXT,
    "columns": _COLUMNS,
    "unread_columns": _list(_TEXT),
    "state": _words(BatchState),
    "created_at": _MOMENT,
    "total": _COUNT,
    "done": _COUNT,
    "percent": {"type": "integer", "minimum": 0, "maximum": 100},
    "counts": _object({outcome.value: _COUNT for outcome in Outcome}),
    "errors": _list(schema("RowError")),
    "notes": _list(_TEXT),
}

SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "What went wrong and what to do (RFC 9457).",
        "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
        "required": ["type", "title", "status"],
    },
    "Record": _object(
        {
            "data_set": _TEXT,
            "external_id": _EXTERNAL_ID,
            "values": _VALUES,
            "valid_days": {"type": "integer", "minimum": 1, "maximum": MAX_VALID_DAYS},
            "transaction_code": _FLAG,
            "reissue": _FLAG,
        },
        ["data_set", "external_id", "values"],
    ),
    "Records": _object({"records": _list({}, minItems=1, maxItems=MAX_BATCH)}),
    "Credential": _object(_ENTRY | {"collected_at": _MOMENT}, list(_ENTRY)),
    "CredentialStatus": _object(
        _ENTRY
        | {
            "collected_at": _MOMENT,
            "status_changed_at": _MOMENT,
            "known_everywhere_at": {
                **_MOMENT,
                "description": "By when everybody who keeps to the time to live of status lists knows of it.",
            },
            "propagation_seconds": {
                **_COUNT,
                "description": "How long a change of status takes at most to be known everywhere.",
            },
        },
        [*_ENTRY, "propagation_seconds"],
    ),
    "Registered": _object(_REGISTERED, _REGISTERED_ALWAYS),
    "Offered": _object({**_ENTRY, **_OFFER}, [*_ENTRY, "offer_uri", "claim_code", "offer_expires_at"]),
    "Credentials": _object({"credentials": _list(schema("Credential")), "total": _COUNT}),
    "Results": _object({"results": _list(schema("Result"))}),
    "Result": {
        "oneOf": [
            _object({"row": _COUNT, **_REGISTERED}, ["row", *_REGISTERED_ALWAYS]),
            _object({"row": _COUNT, "error": schema("Problem")}),
        ]
    },
    "CredentialSearch": _object(
        {
            "external_id": {**_EXTERNAL_ID, "description": "Your number of the person."},
            "data_set": {"type": "string", "maxLength": 100, "description": "Only records of this data set."},
        },
        ["external_id"],
    ),
    "StatusChange": _object(
        {"status": _words(Standing), "reason": {"type": "string", "minLength": 1, "maxLength": MAX_REASON}}
    ),
    "LetterRequest": _object({"email": {"type": "string", "maxLength": MAX_ADDRESS}}),
    "LetterQueued": _object({"letter_id": _ID, "state": _words(DeliveryState)}),
    "TemplateRequest": _object({"data_set": _TEXT, **_TERMS}, ["data_set", "name"]),
    "TemplateTerms": _object(_TERMS, ["name"]),
    "Template": _object(
        {
            "template_id": _ID,
            "version": {"type": "integer", "minimum": 1},
            "data_set": _TEXT,
            **_TERMS,
            "created_at": _MOMENT,
            "retired": _FLAG,
        }
    ),
    "Templates": _object({"templates": _list(schema("Template"))}),
    "RowError": _object({"row": _COUNT, "column": _TEXT, "problem": _TEXT}),
    "Batch": _object(_BATCH | {"finished_at": _MOMENT}, list(_BATCH)),
    "Batches": _object({"batches": _list(schema("Batch"))}),
    "BatchStart": _object({"columns": _COLUMNS}, []),
    "WebhookRequest": _object(
        {"url": {"type": "string", "maxLength": MAX_URL}, "events": _list(_words(EventKind))}, ["url"]
    ),
    "Webhook": _object(
        {"webhook_id": _ID, "url": _TEXT, "events": _list(_words(EventKind)), "created_at": _MOMENT}
    ),
    "NewWebhook": _object(
        {
            "webhook_id": _ID,
            "url": _TEXT,
            "events": _list(_words(EventKind)),
            "created_at": _MOMENT,
            "secret": _TEXT,
        }
    ),
    "Webhooks": _object({"webhooks": _list(schema("Webhook"))}),
    "Delivery": _object(
        {
            "event_id": _TEXT,
            "type": _words(EventKind),
            "created_at": _MOMENT,
            "state": _words(DeliveryState),
            "attempts": _COUNT,
            "next_at": _MOMENT,
            "answer": _TEXT,
        },
        ["event_id", "type", "created_at", "state", "attempts"],
    ),
    "Deliveries": _object({"deliveries": _list(schema("Delivery"))}),
    "Replay": _object({"event_id": _TEXT, "since": _MOMENT}, []),
    "Replayed": _object({"replayed": _COUNT}),
    "Event": {
        "type": "object",
        "properties": {"type": _words(EventKind), "timestamp": _MOMENT, "data": {"type": "object"}},
        "required": ["type", "timestamp", "data"],
    },
    "ApiKeyRequest": _object(
        {
            "name": {"type": "string", "maxLength": MAX_KEY_NAME},
            "scopes": _list(_words(Scope), minItems=1, maxItems=len(Scope)),
        }
    ),
    "ApiKey": _object(
        {
            "key_id": _KEY_ID,
            "name": _TEXT,
            "scopes": _list(_words(Scope)),
            "created_at": _MOMENT,
            "revoked_at": _MOMENT,
        },
        ["key_id", "name", "scopes", "created_at"],
    ),
    "ApiKeys": _object({"api_keys": _list(schema("ApiKey"))}),
    "NewApiKey": _object({"key": _TEXT}),
    **DEVICE_SCHEMAS,
}
