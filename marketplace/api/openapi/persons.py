"""What a person's wallet says about records in computations, and about her money."""

from http import HTTPStatus
from typing import Any

from consent.payout import MOST_LINES
from marketplace.api.openapi.operation import Answer, Door, Operation, schema
from marketplace.api.openapi.schema_parts import (
    ANYTHING,
    CENTS,
    COUNT,
    FLAG,
    MOMENT,
    TEXT,
    TOKEN,
    json_list,
    json_object,
    nullable,
    text,
)

_HISTORY: dict[str, Any] = {
    "consent_id": TEXT,
    "state": TEXT,
    "data_set": TEXT,
    "received_at": MOMENT,
    "privacy": ANYTHING,
    "earnings": json_object({"total_cents": CENTS, "currency": TEXT}),
    "uses": json_list(ANYTHING),
    "others": json_list(ANYTHING),
    "withdrawal": nullable(
        json_object({"withdrawn_at": MOMENT, "recipients": json_list(ANYTHING), "log": schema("Shown")})
    ),
    "nodes": json_list(
        json_object(
            {"node": TEXT, "answer": TEXT, "reason": nullable(TEXT), "deletion_receipt": nullable(TOKEN)}
        )
    ),
    "deletion_receipts": json_list(TOKEN),
    "status_receipts": json_list(ANYTHING),
    "checkpoint": TEXT,
}

PERSONS_SCHEMAS: dict[str, Any] = {
    "Shown": json_object(
        {"entry": nullable(ANYTHING), "proof": schema("Inclusion")},
        about="An entry of the log, null where it was erased, with the proof of its place.",
    ),
    "TakenIn": json_object(
        {
            "consent_id": TEXT,
            "receipt": TOKEN,
            "log": schema("Shown"),
            "status_receipts": json_list(ANYTHING),
        },
        optional=("status_receipts",),
        about="Of an agreement to computations with a credential for its status.",
    ),
    "Withdrawal": json_object({"withdrawal": text(100_000)}),
    "Withdrawn": json_object(
        {
            "consent_id": TEXT,
            "withdrawn_at": MOMENT,
            "log": schema("Shown"),
            "status_receipts": json_list(ANYTHING),
        },
        optional=("status_receipts",),
        about="Of an agreement to computations with a credential for each status that it had.",
    ),
    "Pause": json_object({"pause": text(10_000)}),
    "Paused": json_object({"consent_id": TEXT, "paused": FLAG, "sequence": COUNT}),
    "History": json_object(_HISTORY),
    "PayoutTerms": json_object(
        {
            "least_cents": CENTS,
            "days": COUNT,
            "people_percent": COUNT,
            "platform_percent": COUNT,
            "currency": TEXT,
        }
    ),
    "PayoutRequest": json_object(
        {"lines": json_list(text(400_000), minItems=1, maxItems=MOST_LINES)},
        about="One signed line for each agreement.",
    ),
    "Payout": {
        "type": "object",
        "properties": {"payout_id": TEXT, "state": TEXT, "total_cents": CENTS},
        "required": ["payout_id", "state"],
    },
}
_SIGNED = {"door": Door.SIGNED, "refusals": (HTTPStatus.CONFLICT,)}


def _operation(method: str, path: str, name: str, summary: str, **more: Any) -> Operation:
    return Operation(method=method, path=path, name=name, summary=summary, tag="persons", **more)


PERSONS: tuple[Operation, ...] = (
    _operation(
        "POST",
        "/offers",
        "offer",
        "A wallet offers a record under a signed consent; the same again gets the same answer",
        body=ANYTHING,
        answer=Answer("Its receipt and its place in the log.", schema("TakenIn"), status=HTTPStatus.CREATED),
        **_SIGNED,
    ),
    _operation(
        "POST",
        "/withdrawals",
        "withdraw",
        "A person withdraws her consent",
        body=schema("Withdrawal"),
        answer=Answer("When it ended.", schema("Withdrawn")),
        **_SIGNED,
    ),
    _operation(
        "POST",
        "/pauses",
        "pause",
        "A person pauses, or goes on",
        body=schema("Pause"),
        answer=Answer("What counts now.", schema("Paused")),
        **_SIGNED,
    ),
    _operation(
        "GET",
        "/contributions/{consent_id}/history",
        "readHistory",
        "What was done with a person's record, with proofs from the log",
        door=Door.HOLDER,
        answer=Answer("The history.", schema("History")),
    ),
    _operation(
        "GET",
        "/payout-terms",
        "readPayoutTerms",
        "From which amount and how fast people are paid",
        answer=Answer("The terms.", schema("PayoutTerms")),
    ),
    _operation(
        "POST",
        "/payouts",
        "askPayout",
        "A person asks to be paid; the same request again moves nothing",
        body=schema("PayoutRequest"),
        answer=Answer("How it stands.", schema("Payout")),
        door=Door.SIGNED,
        refusals=(HTTPStatus.CONFLICT, HTTPStatus.PAYMENT_REQUIRED),
    ),
    _operation(
        "GET",
        "/payouts/{payout_id}",
        "readPayout",
        "How a payout stands",
        door=Door.HOLDER,
        answer=Answer("How it stands.", schema("Payout")),
    ),
)
"""Offers, withdrawals, pauses, history, payouts."""
