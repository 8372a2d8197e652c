"""Set webhooks up, see what became of deliveries, send events again."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Response, jsonify, request

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.issuer_service.api.operation import Answer, Operation, parameter, schema
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.event import MAX_URL, Delivery, Webhook, read_kinds
from ssi.issuer_service.domain.scope import Scope
from ssi.issuer_service.services.keep_webhooks import KeepWebhooks

_MAX_PAGE = 10_000


class WebhookEndpoints:
    """One method for each endpoint."""

    def __init__(self, keep: KeepWebhooks, now: Callable[[], datetime]) -> None:
        self._keep = keep
        self._now = now

    def operations(self) -> list[Operation]:
        """The endpoints with their descriptions."""
        one, unknown = "/webhooks/{webhook_id}", (HTTPStatus.NOT_FOUND,)
        return [
            Operation(
                "POST",
                "/webhooks",
                "createWebhook",
                "Have events sent to an https address; the secret is told once",
                self.create,
                Scope.WEBHOOKS,
                {HTTPStatus.CREATED: Answer("The webhook and its secret.", schema("NewWebhook"))},
                body=schema("WebhookRequest"),
                refusals=(HTTPStatus.CONFLICT,),
            ),
            Operation(
                "GET",
                "/webhooks",
                "listWebhooks",
                "All webhooks",
                self.all,
                Scope.WEBHOOKS,
                {HTTPStatus.OK: Answer("Oldest first.", schema("Webhooks"))},
            ),
            Operation(
                "DELETE",
                one,
                "removeWebhook",
                "Send it nothing more",
                self.remove,
                Scope.WEBHOOKS,
                {HTTPStatus.NO_CONTENT: Answer("Removed.", None, None)},
                refusals=unknown,
            ),
            Operation(
                "GET",
                f"{one}/deliveries",
                "listDeliveries",
                "Deliveries, newest first, fifty a page",
                self.deliveries,
                Scope.WEBHOOKS,
                {HTTPStatus.OK: Answer("Newest first.", schema("Deliveries"))},
                query=(parameter("page", "Which page, from 1.", type="integer", minimum=1),),
                refusals=unknown,
            ),
            Operation(
                "POST",
                f"{one}/replay",
                "replayEvents",
                "Send one event again, or all since a moment",
                self.replay,
                Scope.WEBHOOKS,
                {HTTPStatus.ACCEPTED: Answer("How many are sent again.", schema("Replayed"))},
                body=schema("Replay"),
                refusals=unknown,
            ),
        ]

    def create(self) -> tuple[Response, HTTPStatus]:
        """A new webhook."""
        fields = Fields.parse(request.get_data(), "webhook")
        url = fields.text("url", max_length=MAX_URL)
        kinds = read_kinds(fields.texts("events", most=50) if fields.has("events") else ())
        fields.done()
        new = self._keep.create(url, kinds, now=self._now())
        return jsonify({**_webhook(new.webhook), "secret": new.secret}), HTTPStatus.CREATED

    def all(self) -> Response:
        """All of them."""
        return jsonify(webhooks=[_webhook(each) for each in self._keep.all()])

    def remove(self, webhook_id: str) -> Response:
        """One less."""
        self._keep.remove(webhook_id)
        return Response(status=HTTPStatus.NO_CONTENT)

    def deliveries(self, webhook_id: str) -> Response:
        """What became of events."""
        page = request.args.get("page", "1")
        if not (page.isascii() and page.isdecimal() and 1 <= int(page[:6]) <= _MAX_PAGE):
            raise MalformedError(f"page: expected a number from 1 to {_MAX_PAGE}")
        found = self._keep.deliveries(webhook_id, page=int(page[:6]))
        return jsonify(deliveries=[_delivery(each) for each in found])

    def replay(self, webhook_id: str) -> tuple[Response, HTTPStatus]:
        """Send again."""
        fields = Fields.parse(request.get_data(), "replay")
        event_id = fields.text("event_id", max_length=60) if fields.has("event_id") else None
        since = fields.moment("since") if fields.has("since") else None
        fields.done()
        if (event_id is None) is (since is None):
            raise MalformedError("replay: name either event_id or since")
        count = self._keep.replay(webhook_id, now=self._now(), event_id=event_id, since=since)
        return jsonify(replayed=count), HTTPStatus.ACCEPTED


def _webhook(webhook: Webhook) -> dict[str, Json]:
    return {
        "webhook_id": webhook.webhook_id,
        "url": webhook.url,
        "events": [kind.value for kind in sorted(webhook.kinds)],
        "created_at": utc_text(webhook.created_at),
    }


def _delivery(delivery: Delivery) -> dict[str, Json]:
    document: dict[str, Json] = {
        "event_id": delivery.event.event_id,
        "type": delivery.event.kind.value,
        "created_at": utc_text(delivery.event.created_at),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
    }
    if delivery.state is DeliveryState.WAITING:
        document["next_at"] = utc_text(delivery.next_at)
    if delivery.answer is not None:
        document["answer"] = delivery.answer
    return document
