"""The JSON of records, their standing and their links, as JSON Schema; part of `schemas`."""

from typing import Any

from ssi.issuer_service.api.operation import schema
from ssi.issuer_service.api.schema_parts import (
    COUNT,
    EXTERNAL_ID,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    json_list,
    json_object,
    one_of,
)
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.entry import Delivery, Standing
from ssi.issuer_service.domain.mail_address import MAX_ADDRESS
from ssi.issuer_service.domain.submission import MAX_VALID_DAYS
from ssi.issuer_service.services.change_status import MAX_REASON
from ssi.issuer_service.services.register_records import Change

MAX_BATCH = 1000
_VALUES = {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}}
_ENTRY = {
    "credential_id": ID,
    "data_set": TEXT,
    "external_id": EXTERNAL_ID,
    "version": {"type": "integer", "minimum": 1},
    "status": one_of(Standing),
    "delivery": one_of(Delivery),
    "created_at": MOMENT,
    "expires_at": MOMENT,
}
_CLAIM_CODE = {
    "type": "string",
    "description": "What a person enters whose wallet comes by itself: as good as the link.",
}
_TX_CODE = {
    "type": "string",
    "description": "What the wallet asks for besides: tell it another way than the link and the claim code.",
}
_OFFER = {"offer_uri": TEXT, "claim_code": _CLAIM_CODE, "offer_expires_at": MOMENT, "tx_code": _TX_CODE}
_REGISTERED = {"change": one_of(Change), **_ENTRY, "collected_at": MOMENT, **_OFFER}
_REGISTERED_ALWAYS = ["change", *_ENTRY]
RECORD_SCHEMAS: dict[str, Any] = {
    "Record": json_object(
        {
            "data_set": TEXT,
            "external_id": EXTERNAL_ID,
            "values": _VALUES,
            "valid_days": {"type": "integer", "minimum": 1, "maximum": MAX_VALID_DAYS},
            "transaction_code": FLAG,
            "reissue": FLAG,
        },
        ["data_set", "external_id", "values"],
    ),
    "Records": json_object({"records": json_list({}, minItems=1, maxItems=MAX_BATCH)}),
    "Credential": json_object(_ENTRY | {"collected_at": MOMENT}, list(_ENTRY)),
    "CredentialStatus": json_object(
        _ENTRY
        | {
            "collected_at": MOMENT,
            "status_changed_at": MOMENT,
            "known_everywhere_at": {
                **MOMENT,
                "description": "By when everybody who keeps to the time to live of status lists knows of it.",
            },
            "propagation_seconds": {
                **COUNT,
                "description": "How long a change of status takes at most to be known everywhere.",
            },
        },
        [*_ENTRY, "propagation_seconds"],
    ),
    "Registered": json_object(_REGISTERED, _REGISTERED_ALWAYS),
    "Offered": json_object({**_ENTRY, **_OFFER}, [*_ENTRY, "offer_uri", "claim_code", "offer_expires_at"]),
    "Credentials": json_object({"credentials": json_list(schema("Credential")), "total": COUNT}),
    "Results": json_object({"results": json_list(schema("Result"))}),
    "Result": {
        "oneOf": [
            json_object({"row": COUNT, **_REGISTERED}, ["row", *_REGISTERED_ALWAYS]),
            json_object({"row": COUNT, "error": schema("Problem")}),
        ]
    },
    "CredentialSearch": json_object(
        {
            "external_id": {**EXTERNAL_ID, "description": "Your number of the person."},
            "data_set": {"type": "string", "maxLength": 100, "description": "Only records of this data set."},
        },
        ["external_id"],
    ),
    "StatusChange": json_object(
        {"status": one_of(Standing), "reason": {"type": "string", "minLength": 1, "maxLength": MAX_REASON}}
    ),
    "LetterRequest": json_object({"email": {"type": "string", "maxLength": MAX_ADDRESS}}),
    "LetterQueued": json_object({"letter_id": ID, "state": one_of(DeliveryState)}),
}
