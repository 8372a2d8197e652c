"""What a person asks for under the GDPR, and what everybody is told of breaches."""

from http import HTTPStatus
from typing import Any

from consent.rights_request import MAX_REQUEST
from marketplace.api.openapi.operation import Answer, Door, Operation, schema
from marketplace.api.openapi.schema_parts import MOMENT, TEXT, TOKEN, json_list, json_object, nullable, text
from marketplace.api.rights import MAX_WITHDRAWAL

DUTIES_SCHEMAS: dict[str, Any] = {
    "BreachNotices": json_object(
        {"notices": json_list(TOKEN)},
        about="The same for everybody; a wallet finds out by itself which of them concern it.",
    ),
    "RightsRequest": json_object(
        {"request": text(MAX_REQUEST), "withdrawal": text(MAX_WITHDRAWAL)},
        optional=("withdrawal",),
        about="A request that ends the agreement brings its signed withdrawal along.",
    ),
    "RightsCase": json_object(
        {
            "request_id": TEXT,
            "consent_id": TEXT,
            "right": TEXT,
            "state": TEXT,
            "filed_at": MOMENT,
            "due_at": MOMENT,
            "extended_because": nullable(TEXT),
            "outcome": nullable(TEXT),
            "answer": nullable(TEXT),
            "answered_at": nullable(MOMENT),
        }
    ),
}

DUTIES: tuple[Operation, ...] = (
    Operation(
        method="GET",
        path="/breach-notices",
        name="readBreachNotices",
        summary="The signed notices of breaches, which name nobody",
        tag="persons",
        answer=Answer("All of them.", schema("BreachNotices")),
    ),
    Operation(
        method="POST",
        path="/rights-requests",
        name="fileRightsRequest",
        summary="A person asks for what the GDPR gives her; the same request again is the same case",
        tag="persons",
        door=Door.SIGNED,
        body=schema("RightsRequest"),
        answer=Answer("How it stands.", schema("RightsCase"), status=HTTPStatus.CREATED),
        refusals=(HTTPStatus.CONFLICT,),
    ),
    Operation(
        method="GET",
        path="/rights-requests/{request_id}",
        name="readRightsRequest",
        summary="How a person's request stands, and by when it is due",
        tag="persons",
        door=Door.HOLDER,
        answer=Answer("How it stands.", schema("RightsCase")),
    ),
)
"""Notices and requests."""
