"""What a buyer's program does: its account, prices, orders, sealed answers."""

from http import HTTPStatus
from typing import Any

from consent.menu import MOST_CLUSTERS, MOST_FRACTIONS, MOST_OTHERS, MOST_TOP
from consent.query import MAX_NAME, MOST_CONDITIONS, MOST_FLOOR, MOST_STATISTICS
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from marketplace.api.openapi.operation import Answer, Door, Operation, schema
from marketplace.api.openapi.schema_parts import (
    ANYTHING,
    BASE64URL,
    CENTS,
    COUNT,
    DIGEST,
    FLAG,
    MOMENT,
    PRIVATE_KEY,
    TEXT,
    TOKEN,
    json_list,
    json_object,
    nullable,
    one_of,
    paged,
    text,
)
from marketplace.domain.job import JobState
from marketplace.domain.scope import Scope
from marketplace.domain.split import MAX_CENTS

_NAME = text(MAX_NAME)
_NUMBER = {
    "type": "string",
    "pattern": r"^-?\d{1,15}(\.\d{1,9})?$",
    "description": "A decimal number as text.",
}
_POSITIVE = {
    "type": "string",
    "pattern": r"^\d{1,15}(\.\d{1,9})?$",
    "description": "A decimal number as text.",
}

EXAMPLE_QUERY: dict[str, Any] = {
    "data_set": "exam/1",
    "purpose": Purpose.ACADEMIC_RESEARCH.value,
    "statistics": [{"kind": "mean", "attribute": "exam_score"}],
    "where": [],
    "privacy": {"epsilon": "1", "floor": 25},
    "group_by": "school_type",
}
EXAMPLE_ORDER: dict[str, Any] = {
    "order_id": "4f6f0b9e-7b1e-4a53-9c0e-3f1d5b6a2c11",
    "query": EXAMPLE_QUERY,
    "accepted_price_cents": 5000,
}

BUYING_SCHEMAS: dict[str, Any] = {
    "Query": json_object(
        {
            "data_set": _NAME,
            "purpose": one_of(Purpose),
            "statistics": json_list(schema("Statistic"), minItems=1, maxItems=MOST_STATISTICS),
            "where": json_list(schema("Condition"), maxItems=MOST_CONDITIONS),
            "privacy": json_object(
                {
                    "epsilon": nullable(_POSITIVE),
                    "floor": {"type": "integer", "minimum": 1, "maximum": MOST_FLOOR},
                },
                about="The privacy cost, null for an exact answer, and the least number of people.",
            ),
            "join": _NAME,
            "group_by": _NAME,
            "engine": one_of(Engine),
            "verified": FLAG,
            "publication": FLAG,
        },
        optional=("where", "join", "group_by", "engine", "verified", "publication"),
        about="One question to a crowd. What data set and consents permit is checked beyond this.",
    ),
    "Statistic": json_object(
        {
            "kind": one_of(StatisticKind),
            "attribute": _NAME,
            "with": json_list(_NAME, minItems=1, maxItems=MOST_OTHERS),
            "fractions": json_list(_NUMBER, minItems=1, maxItems=MOST_FRACTIONS),
            "count": {"type": "integer", "minimum": 1, "maximum": max(MOST_CLUSTERS, MOST_TOP)},
            "windows": ANYTHING,
        },
        optional=("attribute", "with", "fractions", "count", "windows"),
    ),
    "Condition": {
        "oneOf": [
            json_object({"attribute": _NAME, "is": _NAME}),
            json_object({"attribute": _NAME, "from": _NUMBER, "to": _NUMBER}),
        ],
        "description": "Only people of this category, or whose number lies between the two.",
    },
    "Band": json_object(
        {"least": COUNT, "below": nullable(COUNT), "text": TEXT}, about="A number of people, told coarsely."
    ),
    "Price": json_object(
        {
            "people": COUNT,
            "compensation_cents": CENTS,
            "people_total_cents": CENTS,
            "node_fees_cents": json_list(CENTS, minItems=3, maxItems=3),
            "platform_fee_cents": CENTS,
            "gross_cents": CENTS,
            "records": COUNT,
        },
        optional=("records",),
    ),
    "Quote": json_object(
        {
            "query": schema("Query"),
            "price": schema("Price"),
            "people": schema("Band"),
            "expected_errors": json_list(
                json_object(
                    {
                        "label": TEXT,
                        "noise_sd": nullable({"type": "number"}),
                        "noise_rank_sd": nullable({"type": "number"}),
                        "unit": nullable(TEXT),
                    }
                )
            ),
            "quoted_at": MOMENT,
            "vat_cents": nullable(CENTS),
            "vat_rate_permille": nullable(COUNT),
        },
        about="The tax is contained in what nodes and market get; null where nothing is billed.",
    ),
    "QuoteRequest": json_object({"query": schema("Query")}),
    "OrderRequest": json_object(
        {
            "order_id": {
                **text(100),
                "description": "Made by you, a UUID: the same order again is the same order, never a second.",
            },
            "query": schema("Query"),
            "accepted_price_cents": CENTS,
        }
    ),
    "Order": json_object(
        {
            "order_id": TEXT,
            "job_id": TEXT,
            "query": schema("Query"),
            "state": one_of(JobState),
            "attempt": COUNT,
            "placed_at": MOMENT,
            "price": schema("Price"),
            "people": schema("Band"),
            "held_cents": CENTS,
            "charged_cents": nullable(CENTS),
            "returned_cents": nullable(CENTS),
            "admitted": nullable(COUNT),
            "events": json_list(
                json_object({"at": MOMENT, "state": one_of(JobState), "note": TEXT, "attempt": COUNT})
            ),
            "steps": json_list(json_object({"key": TEXT, "label": TEXT, "status": TEXT})),
            "reason": nullable(TEXT),
            "culprits": json_list(TEXT),
            "dispute_until": nullable(MOMENT),
            "dispute": nullable(json_object({"proven": FLAG, "node": TEXT, "reason": TEXT, "at": MOMENT})),
            "log_index": COUNT,
            "node_ids": json_list(TEXT),
        }
    ),
    "Orders": paged("orders", schema("Order")),
    "SealedResult": json_object(
        {
            "order_id": TEXT,
            "job_id": TEXT,
            "attempt": COUNT,
            "query": schema("Query"),
            "nodes": json_list(TEXT, minItems=3, maxItems=3),
            "admitted": COUNT,
            "admitted_root": DIGEST,
            "manifest_digest": DIGEST,
            "computation": ANYTHING,
            "outputs": json_list(
                json_object(
                    {
                        "role": {"type": "integer", "minimum": 0, "maximum": 2},
                        "node": TEXT,
                        "statement": TOKEN,
                        "held_statement": TOKEN,
                        "envelope": BASE64URL,
                    }
                ),
                minItems=3,
                maxItems=3,
            ),
            "registry": TOKEN,
        },
        about="Three envelopes that only the buyer's key file opens, with what the nodes signed.",
    ),
    "Proof": json_object(
        {
            "order_id": TEXT,
            "fetched_at": MOMENT,
            "credential": TOKEN,
            "mandate": TOKEN,
            "escrow_receipt": TOKEN,
            "entry": nullable(ANYTHING),
            "inclusion": schema("Inclusion"),
            "result": schema("SealedResult"),
        },
        about="The papers with which anybody checks an answered order offline; no secret is among them.",
    ),
    "DisputeRequest": json_object(
        {"role": {"type": "integer", "minimum": 0, "maximum": 2}, "private_key": PRIVATE_KEY}
    ),
    "DisputeOutcome": json_object(
        {
            "proven": FLAG,
            "node": TEXT,
            "reason": TEXT,
            "role": {"type": "integer", "minimum": 0, "maximum": 2},
        }
    ),
    "Organisation": json_object(
        {
            "id": TEXT,
            "name": TEXT,
            "kind": one_of(RecipientKind),
            "country": TEXT,
            "valid_until": MOMENT,
            "mandate_valid_until": MOMENT,
        }
    ),
    "Account": json_object(
        {
            "account_id": TEXT,
            "organisation": nullable(schema("Organisation")),
            "available_cents": CENTS,
            "held_cents": CENTS,
        }
    ),
    "OrganisationRequest": json_object({"credential": text(100_000), "mandate": text(100_000)}),
    "TopUp": json_object(
        {
            "transfer_id": {**text(100), "description": "Made by you: the same one again adds nothing."},
            "amount_cents": {"type": "integer", "minimum": 1, "maximum": MAX_CENTS},
        }
    ),
    "Balance": json_object({"available_cents": CENTS, "held_cents": CENTS}),
    "Statement": paged(
        "lines",
        json_object(
            {
                "transfer_id": TEXT,
                "at": MOMENT,
                "kind": TEXT,
                "amount_cents": {"type": "integer"},
                "order_id": nullable(TEXT),
            }
        ),
        {"available_cents": CENTS, "held_cents": CENTS},
    ),
}
_ORDERED = (HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.CONFLICT)
_LOOKING = (Scope.RESULTS, Scope.ORDERS)
_ONE = "/orders/{order_id}"


def _operation(method: str, path: str, name: str, summary: str, **more: Any) -> Operation:
    tag = "account" if path.startswith("/account") else "orders"
    return Operation(method=method, path=path, name=name, summary=summary, tag=tag, door=Door.BUYER, **more)


BUYING: tuple[Operation, ...] = (
    _operation(
        "GET",
        "/account",
        "readAccount",
        "Whose the key is, and how much there is to spend",
        answer=Answer("The account.", schema("Account")),
    ),
    _operation(
        "PUT",
        "/account/organisation",
        "registerOrganisation",
        "Register the organisation's credential and a mandate; again replaces them",
        scopes=(Scope.ACCOUNT,),
        body=schema("OrganisationRequest"),
        answer=Answer("The account with its organisation.", schema("Account")),
    ),
    _operation(
        "POST",
        "/account/top-ups",
        "topUp",
        "Add sandbox money, once for each transfer id",
        scopes=(Scope.ACCOUNT,),
        body=schema("TopUp"),
        example={"transfer_id": "2026-11-first", "amount_cents": 10_000},
        answer=Answer("The balance after it.", schema("Balance")),
        refusals=(HTTPStatus.CONFLICT,),
    ),
    _operation(
        "GET",
        "/account/statement",
        "readStatement",
        "Every movement of the account's money, newest first",
        scopes=(Scope.ACCOUNT,),
        pages=True,
        answer=Answer("One page of it.", schema("Statement")),
    ),
    _operation(
        "POST",
        "/quotes",
        "quote",
        "What a query costs now, over about how many people, and how exact it would be",
        scopes=(Scope.QUOTES,),
        body=schema("QuoteRequest"),
        example={"query": EXAMPLE_QUERY},
        answer=Answer("The price; it reserves nothing.", schema("Quote")),
        refusals=(HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
    ),
    _operation(
        "POST",
        "/orders",
        "order",
        "Order an answer for at most this price; the same order again is the same order",
        scopes=(Scope.ORDERS,),
        body=schema("OrderRequest"),
        example=EXAMPLE_ORDER,
        answer=Answer("The order, with its price held.", schema("Order"), status=HTTPStatus.CREATED),
        refusals=(*_ORDERED, HTTPStatus.TOO_MANY_REQUESTS),
    ),
    _operation(
        "GET",
        "/orders",
        "listOrders",
        "The account's orders, newest first",
        scopes=_LOOKING,
        pages=True,
        answer=Answer("One page of them.", schema("Orders")),
    ),
    _operation(
        "GET",
        _ONE,
        "readOrder",
        "How far an order is, and what happened to it",
        scopes=_LOOKING,
        answer=Answer("The order.", schema("Order")),
    ),
    _operation(
        "GET",
        f"{_ONE}/result",
        "fetchResult",
        "The sealed answer, once it is released",
        scopes=(Scope.RESULTS,),
        answer=Answer("Three sealed outputs.", schema("SealedResult")),
        refusals=(HTTPStatus.CONFLICT,),
    ),
    _operation(
        "GET",
        f"{_ONE}/proof",
        "fetchProof",
        "Everything with which the answer is checked offline, without a secret",
        scopes=(Scope.RESULTS,),
        answer=Answer("The papers of the order.", schema("Proof")),
        refusals=(HTTPStatus.CONFLICT,),
    ),
    _operation(
        "POST",
        f"{_ONE}/confirmation",
        "confirmResult",
        "Say that the answer is right, which pays everybody; again changes nothing",
        scopes=(Scope.ORDERS,),
        answer=Answer("The settled order.", schema("Order")),
        refusals=(HTTPStatus.CONFLICT,),
    ),
    _operation(
        "POST",
        f"{_ONE}/dispute",
        "disputeResult",
        "Show the key of one role, so that its envelope can be looked into",
        scopes=(Scope.ORDERS,),
        body=schema("DisputeRequest"),
        answer=Answer("What it showed.", schema("DisputeOutcome")),
        refusals=(HTTPStatus.CONFLICT,),
    ),
)
"""Accounts, quotes and orders."""
