"""Answers that everybody may read: how they are published, taken back and read."""

from http import HTTPStatus
from typing import Any

from consent.estimate import Withheld
from marketplace.api.openapi.operation import Answer, Door, Operation, schema
from marketplace.api.openapi.schema_parts import (
    BASE64URL,
    COUNT,
    DIGEST,
    MOMENT,
    TEXT,
    json_list,
    json_object,
    nullable,
    one_of,
)
from marketplace.domain.scope import Scope

_PUBLICATION: dict[str, Any] = {
    "order_id": TEXT,
    "published_at": MOMENT,
    "withdrawn_at": nullable(MOMENT),
    "digest": DIGEST,
    "description": schema("Description"),
}
PUBLISHING_SCHEMAS: dict[str, Any] = {
    "PublicationRequest": json_object(
        {"opened": json_list(BASE64URL, minItems=3, maxItems=3)},
        about="What was in the three envelopes, by role; it is held against what the nodes signed.",
    ),
    "Cell": json_object(
        {"label": TEXT, "value": nullable(COUNT), "margin95": COUNT, "withheld": nullable(one_of(Withheld))},
        about="People, give or take the margin (95 %: noise); without a value, why it is not told.",
    ),
    "Description": json_object(
        {
            "data_set": TEXT,
            "order_id": TEXT,
            "query_digest": DIGEST,
            "buyer": TEXT,
            "answered_at": MOMENT,
            "floor": COUNT,
            "epsilon": TEXT,
            "nodes": json_list(TEXT),
            "people": nullable(schema("Cell")),
            "marginals": json_list(json_object({"attribute": TEXT, "cells": json_list(schema("Cell"))})),
        },
        about="Counts with noise of single attributes. Its digest (RFC 8785, SHA-256) stands in the log.",
    ),
    "Publication": json_object(_PUBLICATION),
    "PublishedDescription": json_object(
        {
            **_PUBLICATION,
            "people": schema("Band"),
            "preview": json_object(
                {"label": TEXT, "columns": json_list(TEXT), "rows": json_list(json_list(TEXT))},
                about="Made-up rows, the same for everybody; no row is a person.",
            ),
            "log": schema("Shown"),
        }
    ),
}

_PATH = "/orders/{order_id}/publication"
PUBLISHING: tuple[Operation, ...] = (
    Operation(
        method="PUT",
        path=_PATH,
        name="publishAnswer",
        summary="Show an answer to everybody in the catalogue; again changes nothing",
        tag="orders",
        door=Door.BUYER,
        scopes=(Scope.ORDERS,),
        body=schema("PublicationRequest"),
        answer=Answer("What is shown now.", schema("Publication")),
        refusals=(HTTPStatus.CONFLICT,),
    ),
    Operation(
        method="DELETE",
        path=_PATH,
        name="withdrawPublication",
        summary="Take a published answer back, for good; again changes nothing",
        tag="orders",
        door=Door.BUYER,
        scopes=(Scope.ORDERS,),
        answer=Answer("What was shown.", schema("Publication")),
    ),
    Operation(
        method="GET",
        path="/data-sets/{name}/{version}/description",
        name="readDescription",
        summary="What a published answer says of a data set, with made-up rows and the proof from the log",
        tag="catalogue",
        answer=Answer("The answer that was computed last.", schema("PublishedDescription")),
    ),
)
"""Published answers."""
