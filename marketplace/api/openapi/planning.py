"""How a query would be computed: the endpoint for plans."""

from http import HTTPStatus
from typing import Any

from consent.vocabulary import Engine
from marketplace.api.openapi.buying import EXAMPLE_QUERY
from marketplace.api.openapi.operation import Answer, Door, Operation, schema
from marketplace.api.openapi.schema_parts import (
    COUNT,
    FLAG,
    MOMENT,
    TEXT,
    json_list,
    json_object,
    nullable,
    one_of,
)
from marketplace.domain.exposure import Party
from marketplace.domain.plan import Obstacle, Protocol
from marketplace.domain.scope import Scope

_ROLE = {"type": "integer", "minimum": 0, "maximum": 2}
_NODES = {"type": "integer", "minimum": 0, "maximum": 3}
_SECONDS = {"type": "number", "minimum": 0}

PLANNING_SCHEMAS: dict[str, Any] = {
    "PlanAlternative": json_object(
        {"engine": one_of(Engine), "obstacle": one_of(Obstacle), "reason": TEXT, "remedy": nullable(TEXT)},
        about="A way of computing that was not taken, what stands against it, and what would help.",
    ),
    "PlanCost": json_object(
        {
            "people": COUNT,
            "rounds": COUNT,
            "node_bytes": json_list(json_object({"from": _ROLE, "to": _ROLE, "bytes": COUNT})),
            "dealer_bytes": COUNT,
            "buyer_bytes": COUNT,
            "products": COUNT,
            "exact": FLAG,
            "seconds": json_object(
                {"least": _SECONDS, "most": _SECONDS, "assumes": TEXT, "measured_at": nullable(MOMENT)}
            ),
        },
        about="What the nodes say to each other, counted; exact at this very number of people, or nearly.",
    ),
    "Exposure": json_object(
        {
            "coalitions": json_list(
                json_object({"nodes": _NODES, "others": json_list(one_of(Party))}),
            ),
            "sentence": TEXT,
            "besides": json_list(TEXT),
        },
        about="The smallest coalitions that could see a record: so many nodes, with all of the others.",
    ),
    "Plan": json_object(
        {
            "query": schema("Query"),
            "engine": one_of(Engine),
            "protocol": one_of(Protocol),
            "reason": TEXT,
            "people": schema("Band"),
            "nodes": json_list(TEXT),
            "who_must_collude": TEXT,
            "exposure": schema("Exposure"),
            "alternatives": json_list(schema("PlanAlternative")),
            "cost": nullable(schema("PlanCost")),
        },
        about="How a query is computed; its query names the engine, to be ordered as it stands here.",
    ),
}

PLANNING: tuple[Operation, ...] = (
    Operation(
        method="POST",
        path="/plans",
        name="plan",
        summary="How a query would be computed now, with rounds, bytes and a time estimate",
        door=Door.BUYER,
        scopes=(Scope.QUOTES,),
        body=schema("QuoteRequest"),
        example={"query": EXAMPLE_QUERY},
        answer=Answer("The plan; it reserves nothing.", schema("Plan")),
        refusals=(HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
        tag="orders",
    ),
)
"""Plans."""
