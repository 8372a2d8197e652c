"""Asking wallets to show credentials: sessions, and the notices of their ends."""

from http import HTTPStatus
from typing import Any

from marketplace.api.openapi.operation import Answer, Door, Operation, parameter, schema
from marketplace.api.openapi.schema_parts import (
    ANYTHING,
    COUNT,
    MOMENT,
    TEXT,
    json_list,
    json_object,
    nullable,
    one_of,
    paged,
    text,
)
from marketplace.domain.scope import Scope
from ssi.openid4vp.request import RequestUriMethod
from ssi.openid4vp.transaction_data import MAX_TRANSACTIONS

ASKING_SCHEMAS: dict[str, Any] = {
    "Question": json_object(
        {
            "template": text(200),
            "dcql_query": ANYTHING,
            "response_mode": text(2_000),
            "client_id_prefix": text(2_000),
            "request_uri_method": one_of(RequestUriMethod),
            "transaction_data": json_list(ANYTHING, minItems=1, maxItems=MAX_TRANSACTIONS),
            "return_url": text(2_000),
            "webhook_url": text(2_000),
        },
        optional=(
            "template",
            "dcql_query",
            "response_mode",
            "client_id_prefix",
            "request_uri_method",
            "transaction_data",
            "return_url",
            "webhook_url",
        ),
        about="Either a template or a query in DCQL (OpenID4VP 1.0 §6).",
    ),
    "StartedSession": json_object(
        {
            "session_id": TEXT,
            "expires_at": MOMENT,
            "request_uri": TEXT,
            "links": json_list(TEXT),
            "page": TEXT,
        }
    ),
    "Session": json_object(
        {
            "session_id": TEXT,
            "state": TEXT,
            "created_at": MOMENT,
            "expires_at": MOMENT,
            "answered_at": nullable(MOMENT),
            "reason": nullable(TEXT),
            "sentence": nullable(TEXT),
            "detail": nullable(TEXT),
            "result": nullable(ANYTHING),
        }
    ),
    "Notice": json_object(
        {
            "notice_id": TEXT,
            "session_id": TEXT,
            "url": TEXT,
            "created_at": MOMENT,
            "due_at": nullable(MOMENT),
            "attempts": COUNT,
            "delivered_at": nullable(MOMENT),
            "failure": nullable(TEXT),
        }
    ),
    "Notices": paged("notices", schema("Notice")),
}


def _operation(method: str, path: str, name: str, summary: str, **more: Any) -> Operation:
    return Operation(
        method=method,
        path=path,
        name=name,
        summary=summary,
        tag="presentations",
        door=Door.BUYER,
        scopes=(Scope.PRESENTATIONS,),
        **more,
    )


ASKING: tuple[Operation, ...] = (
    _operation(
        "POST",
        "/presentations",
        "startPresentation",
        "Ask a wallet to show credentials",
        body=schema("Question"),
        example={"template": "organisation"},
        headers=(
            parameter(
                "Idempotency-Key",
                "Made by you: the same question under the same key is the same session.",
                place="header",
                pattern="^[!-~]{1,100}$",
            ),
        ),
        answer=Answer("Where the wallet is to look.", schema("StartedSession"), status=HTTPStatus.CREATED),
        refusals=(HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CONFLICT),
    ),
    _operation(
        "GET",
        "/presentations/{session_id}",
        "readPresentation",
        "What came of it",
        query=(parameter("response_code", "The code that came with the person, where there is one."),),
        answer=Answer("The session.", schema("Session")),
    ),
    _operation(
        "GET",
        "/notices",
        "listNotices",
        "What was told to your server, newest first",
        pages=True,
        answer=Answer("One page of them.", schema("Notices")),
    ),
    _operation(
        "POST",
        "/notices/{notice_id}/replay",
        "replayNotice",
        "Tell it once more",
        answer=Answer("The notice.", schema("Notice"), status=HTTPStatus.ACCEPTED),
    ),
)
"""Presentations and notices; only where a market can ask wallets."""
