"""Where an organisation has its events sent: registering an address, what arrived, tests, and the end."""

import uuid
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.event import KEPT_FOR, MOST_KEPT
from marketplace.domain.member import Right
from marketplace.domain.webhook import MOST_ATTEMPTS, MOST_WEBHOOKS, Webhook, WebhookState
from marketplace.errors import RefusedError, TooManyAttemptsError
from marketplace.services.suite import Services
from marketplace.web.visitor import for_buyers, me, visitor
from marketplace.web.words import sentence

_MOST_DIGITS = 15


def screens(services: Services) -> Blueprint:
    """The pages about webhooks."""
    blueprint = Blueprint("webhooks", __name__, url_prefix="/organisation/webhooks")
    _looking(blueprint, services)
    _changing(blueprint, services)
    _ending(blueprint, services)
    return blueprint


def _looking(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("")
    @for_buyers(Right.KEYS)
    def overview() -> str:
        return _list(services)

    @blueprint.post("")
    @for_buyers(Right.KEYS)
    def make() -> str | Response | tuple[str, int]:
        url, webhook_id = request.form.get("url", "").strip(), request.form.get("webhook_id", "")
        try:
            made, secret = services.webhooks.make(_who(), webhook_id, url)
        except RefusedError as error:
            wrong = sentence(str(error).removeprefix("url: "))
            return _list(services, url=url, error=wrong), HTTPStatus.UNPROCESSABLE_ENTITY
        if secret is None:
            return redirect(url_for("webhooks.detail", webhook_id=made.webhook_id))
        return _one(services, webhook_id, secret=secret)

    @blueprint.get("/<webhook_id>")
    @for_buyers(Right.KEYS)
    def detail(webhook_id: str) -> str:
        return _one(services, webhook_id)


def _changing(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/<webhook_id>/test")
    @for_buyers(Right.KEYS)
    def test(webhook_id: str) -> Response:
        try:
            event = services.webhooks.test(_who(), webhook_id)
        except TooManyAttemptsError as error:
            flash(sentence(str(error)), "warning")
        else:
            flash(f"Event {event.number} is on its way. Load this page again to see what came of it.", "good")
        return _back(webhook_id)

    @blueprint.post("/<webhook_id>/going-on")
    @for_buyers(Right.KEYS)
    def resume(webhook_id: str) -> Response:
        services.webhooks.go_on(_who(), webhook_id)
        flash("It goes on with the next event that did not arrive.", "good")
        return _back(webhook_id)

    @blueprint.post("/<webhook_id>/replay")
    @for_buyers(Right.KEYS)
    def replay(webhook_id: str) -> Response | tuple[str, int]:
        typed = request.form.get("from", "").strip()
        try:
            services.webhooks.go_on(_who(), webhook_id, after=_number(typed) - 1)
        except RefusedError as error:
            wrong = sentence(str(error))
            return _one(services, webhook_id, typed=typed, error=wrong), HTTPStatus.UNPROCESSABLE_ENTITY
        flash("They are sent once more, under the same ids.", "good")
        return _back(webhook_id)


def _ending(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/<webhook_id>/secret")
    @for_buyers(Right.KEYS)
    def rotate(webhook_id: str) -> str:
        _, secret = services.webhooks.rotate(_who(), webhook_id)
        return _one(services, webhook_id, secret=secret)

    @blueprint.post("/<webhook_id>/end")
    @for_buyers(Right.KEYS)
    def end(webhook_id: str) -> Response:
        services.webhooks.end(_who(), webhook_id)
        flash("Nothing is sent there any more.", "good")
        return redirect(url_for("webhooks.overview"))


def state_words(webhook: Webhook) -> tuple[str, str]:
    """How a webhook stands, in words, and their tone."""
    if webhook.state is WebhookState.ENDED:
        return "ended", "quiet"
    if webhook.state is WebhookState.STOPPED:
        return "stopped: nothing arrived", "bad"
    return ("tried again later", "warning") if webhook.attempts else ("sending", "good")


def _number(typed: str) -> int:
    """The number of an event.

    Raises:
        RefusedError: it is none.
    """
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS and int(typed) > 0):
        raise RefusedError("give the number of an event, such as 12")
    return int(typed)


def _who() -> tuple[str, str | None]:
    return visitor().account_id, me().member_id


def _back(webhook_id: str) -> Response:
    return redirect(url_for("webhooks.detail", webhook_id=webhook_id))


def _list(services: Services, *, url: str = "", error: str | None = None) -> str:
    return render_template(
        "market/webhooks.html",
        views=services.webhooks.all(visitor().account_id),
        state_words=state_words,
        webhook_id=str(uuid.uuid4()),
        url=url,
        error=error,
        most=MOST_WEBHOOKS,
        days=KEPT_FOR.days,
        most_kept=MOST_KEPT,
    )


def _one(
    services: Services,
    webhook_id: str,
    *,
    secret: str | None = None,
    typed: str = "",
    error: str | None = None,
) -> str:
    view = services.webhooks.get(visitor().account_id, webhook_id)
    words, tone = state_words(view.webhook)
    return render_template(
        "market/webhook.html",
        view=view,
        webhook=view.webhook,
        state=words,
        tone=tone,
        secret=secret,
        typed=typed,
        error=error,
        most_attempts=MOST_ATTEMPTS,
    )
