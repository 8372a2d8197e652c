"""Webhooks for a buyer's program: where its events are sent, what arrived, and the secrets that sign."""

from flask import Blueprint, Response, jsonify

from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.api.paging import Page, page_of, paged
from marketplace.api.problems import STATUS
from marketplace.api.requests import acting, body, buyer, done, unstored
from marketplace.domain.scope import Scope
from marketplace.domain.webhook import Delivery, Webhook, WebhookView
from marketplace.services.suite import Services
from ssi.http.outside import MAX_URL
from ssi.http.problems import register

_MOST_NUMBER = 2**53 - 1


def webhooks_api(services: Services) -> Blueprint:
    """The endpoints about webhooks."""
    blueprint = Blueprint("webhooks_api", __name__, url_prefix="/api/v1/webhooks")
    register(blueprint, STATUS)
    _add_reading(blueprint, services)
    _add_changing(blueprint, services)
    return blueprint


def _add_reading(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("")
    def overview() -> Response:
        found = services.webhooks.all(buyer(services, Scope.ORDERS).account_id)
        page = page_of(found, lambda view: view.webhook.webhook_id)
        return paged("webhooks", Page([_view(each) for each in page.things], page.following))

    @blueprint.get("/<webhook_id>")
    def one(webhook_id: str) -> Response:
        return jsonify(_view(services.webhooks.get(buyer(services, Scope.ORDERS).account_id, webhook_id)))

    @blueprint.get("/<webhook_id>/deliveries")
    def deliveries(webhook_id: str) -> Response:
        view = services.webhooks.get(buyer(services, Scope.ORDERS).account_id, webhook_id)
        return jsonify(deliveries=[_delivery(each) for each in view.deliveries])


def _add_changing(blueprint: Blueprint, services: Services) -> None:
    def who() -> tuple[str, str | None]:
        account, by = acting(services, Scope.ORDERS)
        return account.account_id, by

    @blueprint.put("/<webhook_id>")
    def make(webhook_id: str) -> Response:
        me, fields = who(), body()
        url = done(fields, fields.text("url", max_length=MAX_URL))
        made, secret = services.webhooks.make(me, webhook_id, url)
        return unstored({**_webhook(made), "waiting": 0, "secret": secret})

    @blueprint.delete("/<webhook_id>")
    def end(webhook_id: str) -> Response:
        return jsonify(_view(WebhookView(services.webhooks.end(who(), webhook_id))))

    @blueprint.post("/<webhook_id>/test")
    def test(webhook_id: str) -> Response:
        return jsonify(services.webhooks.test(who(), webhook_id).to_json())

    @blueprint.post("/<webhook_id>/rotate")
    def rotate(webhook_id: str) -> Response:
        renewed, secret = services.webhooks.rotate(who(), webhook_id)
        valid_until = None if renewed.before_until is None else utc_text(renewed.before_until)
        return unstored({"secret": secret, "before_until": valid_until})

    @blueprint.post("/<webhook_id>/resume")
    def resume(webhook_id: str) -> Response:
        me = who()
        services.webhooks.go_on(me, webhook_id)
        return jsonify(_view(services.webhooks.get(me[0], webhook_id)))

    @blueprint.post("/<webhook_id>/replay")
    def replay(webhook_id: str) -> Response:
        me, fields = who(), body()
        after = done(fields, fields.integer("after", least=0, most=_MOST_NUMBER))
        services.webhooks.go_on(me, webhook_id, after=after)
        return jsonify(_view(services.webhooks.get(me[0], webhook_id)))


def _view(view: WebhookView) -> dict[str, Json]:
    return {**_webhook(view.webhook), "waiting": view.waiting}


def _webhook(webhook: Webhook) -> dict[str, Json]:
    return {
        "webhook_id": webhook.webhook_id,
        "url": webhook.url,
        "made_at": utc_text(webhook.made_at),
        "state": webhook.state.value,
        "sent_until": webhook.sent_until,
        "failures": webhook.attempts,
        "failure": webhook.failure,
        "next_at": utc_text(webhook.due_at) if webhook.is_active and webhook.attempts else None,
    }


def _delivery(delivery: Delivery) -> Json:
    return {
        "number": delivery.number,
        "at": utc_text(delivery.at),
        "attempt": delivery.attempt,
        "failure": delivery.failure,
    }
