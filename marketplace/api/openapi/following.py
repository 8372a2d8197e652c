"""Events of an account, and the webhooks that they are sent to."""

from http import HTTPStatus
from typing import Any

from marketplace.api.openapi.operation import Answer, Door, Operation, parameter, schema
from marketplace.api.openapi.schema_parts import COUNT, MOMENT, TEXT, json_list, json_object, nullable, one_of
from marketplace.domain.event import MOST_NUMBER, MOST_ON_PAGE
from marketplace.domain.scope import Scope
from marketplace.domain.webhook import WebhookState
from ssi.http.event_stream import EVENT_STREAM
from ssi.http.outside import MAX_URL

_WEBHOOK: dict[str, Any] = {
    "webhook_id": TEXT,
    "url": TEXT,
    "made_at": MOMENT,
    "state": one_of(WebhookState),
    "sent_until": COUNT,
    "failures": COUNT,
    "failure": nullable(TEXT),
    "next_at": nullable(MOMENT),
    "waiting": COUNT,
}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": MOST_NUMBER}
FOLLOWING_SCHEMAS: dict[str, Any] = {
    "Event": json_object(
        {"number": COUNT, "type": TEXT, "timestamp": MOMENT, "data": {"type": "object"}},
        about="One event. Pass over types that you do not know: there may be more later.",
    ),
    "Events": json_object(
        {"events": json_list(schema("Event")), "last": COUNT, "forgotten": COUNT},
        about="`last` is the number of the last event there is; those up to `forgotten` are not kept.",
    ),
    "WebhookRequest": json_object({"url": {**TEXT, "maxLength": MAX_URL}}),
    "ReplayRequest": json_object({"after": _NUMBER}),
    "Webhook": json_object(
        _WEBHOOK, about="Events up to `sent_until` arrived; `failures` are those of the next one in a row."
    ),
    "NewWebhook": json_object(
        {**_WEBHOOK, "secret": nullable(TEXT)}, about="`secret` is told once: null where it was told before."
    ),
    "NewSecret": json_object(
        {"secret": TEXT, "before_until": nullable(MOMENT)}, about="Until then the one before signs as well."
    ),
    "Webhooks": json_object({"webhooks": json_list(schema("Webhook")), "next": nullable(TEXT)}),
    "Deliveries": json_object(
        {
            "deliveries": json_list(
                json_object({"number": COUNT, "at": MOMENT, "attempt": COUNT, "failure": nullable(TEXT)})
            )
        },
        about="The latest fifty attempts, the last first; `failure` is null where it arrived.",
    ),
}
_ONE = "/webhooks/{webhook_id}"
_VIEW = Answer("The webhook as it is now.", schema("Webhook"))


def _reading(path: str, name: str, summary: str, answer: Answer, *, pages: bool = False) -> Operation:
    return Operation(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        tag="orders",
        door=Door.BUYER,
        scopes=(Scope.ORDERS,),
        answer=answer,
        pages=pages,
    )


def _changing(method: str, path: str, name: str, summary: str, answer: Answer, **more: Any) -> Operation:
    return Operation(
        method=method,
        path=path,
        name=name,
        summary=summary,
        tag="orders",
        door=Door.BUYER,
        scopes=(Scope.ORDERS,),
        answer=answer,
        refusals=(HTTPStatus.CONFLICT, *more.pop("refusals", ())),
        **more,
    )


FOLLOWING: tuple[Operation, ...] = (
    Operation(
        method="GET",
        path="/events",
        name="followEvents",
        summary="What happened to orders and repeated questions: a page, or a stream by Accept",
        tag="orders",
        door=Door.BUYER,
        scopes=(Scope.ORDERS,),
        answer=Answer("The events, the earliest first.", schema("Events"), also=EVENT_STREAM),
        query=(
            parameter("after", "The number behind which to go on; 0 for all that are kept.", **_NUMBER),
            parameter(
                "limit", "How many at most on a page.", type="integer", minimum=1, maximum=MOST_ON_PAGE
            ),
        ),
        headers=(
            parameter("Last-Event-ID", "As `after`, and counts more than that.", place="header", **_NUMBER),
        ),
        refusals=(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS),
    ),
    _reading(
        "/webhooks",
        "listWebhooks",
        "The webhooks, made last first",
        Answer("A page of them.", schema("Webhooks")),
        pages=True,
    ),
    _reading(_ONE, "readWebhook", "One webhook, and how far it is", _VIEW),
    _reading(
        f"{_ONE}/deliveries",
        "listDeliveries",
        "What was tried lately, and what came of it",
        Answer("The attempts.", schema("Deliveries")),
    ),
    _changing(
        "PUT",
        _ONE,
        "makeWebhook",
        "Have events from now on sent to an address, under an id of yours; again changes nothing",
        Answer("The webhook, and once its secret.", schema("NewWebhook")),
        body=schema("WebhookRequest"),
        example={"url": "https://buyer.example/events"},
    ),
    _changing("DELETE", _ONE, "endWebhook", "Send nothing there any more; again changes nothing", _VIEW),
    _changing(
        "POST",
        f"{_ONE}/test",
        "testWebhook",
        "Write an event that says nothing, which is sent as all others are",
        Answer("The event.", schema("Event")),
        refusals=(HTTPStatus.TOO_MANY_REQUESTS,),
    ),
    _changing(
        "POST",
        f"{_ONE}/rotate",
        "rotateWebhookSecret",
        "Make a new secret; for a day the one before signs as well",
        Answer("The secret, told this one time.", schema("NewSecret")),
    ),
    _changing("POST", f"{_ONE}/resume", "resumeWebhook", "Have it go on, also where it stopped", _VIEW),
    _changing(
        "POST",
        f"{_ONE}/replay",
        "replayEvents",
        "Send once more the events behind a number",
        _VIEW,
        body=schema("ReplayRequest"),
        example={"after": 0},
    ),
)
"""Events and webhooks."""
