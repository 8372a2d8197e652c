"""Where a buyer's connector takes messages; what it is told there is said by the Dataspace Protocol."""

from typing import Any

from marketplace.api.openapi.operation import Answer, Door, Operation, schema
from marketplace.api.openapi.schema_parts import json_object, nullable, text
from marketplace.domain.dsp import MAX_URL
from marketplace.domain.scope import Scope

CONNECTING_SCHEMAS: dict[str, Any] = {
    "Connector": json_object({"callback_address": nullable(text(MAX_URL))}),
    "ConnectorChange": json_object(
        {"callback_address": text(MAX_URL)},
        optional=("callback_address",),
        about="Without an address messages go nowhere any more.",
    ),
}

CONNECTING: tuple[Operation, ...] = (
    Operation(
        method="GET",
        path="/account/connector",
        name="readConnector",
        summary="Where the buyer's connector takes messages",
        tag="account",
        door=Door.BUYER,
        scopes=(Scope.ACCOUNT,),
        answer=Answer("The address, or null.", schema("Connector")),
    ),
    Operation(
        method="PUT",
        path="/account/connector",
        name="registerConnector",
        summary="Say where the buyer's connector takes messages; again replaces it",
        tag="account",
        door=Door.BUYER,
        scopes=(Scope.ACCOUNT,),
        body=schema("ConnectorChange"),
        answer=Answer("The address, or null.", schema("Connector")),
    ),
)
"""The connector."""
