"""What the institution's own systems may do here, on screen: API keys and webhooks."""

from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crypto.errors import MalformedError
from ssi.issuer_service.domain.event import read_kinds
from ssi.issuer_service.domain.scope import Scope, read_scopes
from ssi.issuer_service.errors import BatchConflictError, UnauthorisedError
from ssi.issuer_service.web import words
from ssi.issuer_service.web.absent import something
from ssi.issuer_service.web.office import OfficeServices

_MAX_PAGE = 10_000


def add_connections(screens: Blueprint, services: OfficeServices) -> None:
    """Add the pages of API keys and webhooks."""
    desk = _Desk(services)

    @screens.get("/connections")
    def connections() -> Response:
        return desk.show()

    @screens.post("/connections/keys")
    def make_key() -> Response:
        return desk.make_key()

    @screens.post("/connections/keys/<key_id>/revoke")
    def revoke_key(key_id: str) -> Response:
        return desk.revoke_key(key_id)

    @screens.post("/connections/webhooks")
    def make_webhook() -> Response:
        return desk.make_webhook()

    _add_one_webhook(screens, services, desk)


def _add_one_webhook(screens: Blueprint, services: OfficeServices, desk: "_Desk") -> None:
    @screens.get("/connections/webhooks/<webhook_id>")
    def webhook(webhook_id: str) -> Response:
        with something():
            return desk.show_webhook(webhook_id)

    @screens.post("/connections/webhooks/<webhook_id>/replay")
    def replay(webhook_id: str) -> Response:
        with something():
            services.webhooks.replay(
                webhook_id, now=services.now(), event_id=request.form.get("event_id", "")
            )
        flash("It will be sent again in a moment.", "good")
        return redirect(url_for("office.webhook", webhook_id=webhook_id))

    @screens.post("/connections/webhooks/<webhook_id>/remove")
    def remove_webhook(webhook_id: str) -> Response:
        with something():
            if request.form.get("sure") != "yes":
                return desk.show_webhook(webhook_id, {"sure": "Confirm that it should get nothing more."})
            services.webhooks.remove(webhook_id)
        flash("Removed. It gets nothing more.", "good")
        return redirect(url_for("office.connections"))


class _Desk:
    """The pages of connections. A key or a secret stands on the answer to making it, and nowhere else."""

    def __init__(self, services: OfficeServices) -> None:
        self._services = services

    def show(
        self,
        errors: dict[str, str] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        secret: tuple[str, str] | None = None,
    ) -> Response:
        """Keys, webhooks, and forms for more."""
        page = render_template(
            "issuer/connections.html",
            keys=self._services.keys.all(),
            webhooks=self._services.webhooks.all(),
            scopes=[{"value": scope.value, "label": said} for scope, said in words.SCOPES.items()],
            scope_words={scope.value: said for scope, said in words.SCOPES.items()},
            every_scope=len(Scope),
            kinds=[{"value": kind.value, "label": said} for kind, said in words.EVENTS.items()],
            kind_words={kind.value: said for kind, said in words.EVENTS.items()},
            errors=errors or {},
            secret=secret,
        )
        return make_response(page, status.value)

    def make_key(self) -> Response:
        """A new key, told once."""
        name, errors = request.form.get("name", "").strip(), {}
        if not name:
            errors["name"] = "Name: say which system will use this key."
        if not request.form.getlist("scopes"):
            errors["scopes"] = "What it may do: choose at least one."
        if errors:
            return self.show(errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            scopes = read_scopes(request.form.getlist("scopes"))
            key = self._services.keys.create(now=self._services.now(), name=name, scopes=scopes)
        except MalformedError as error:
            return self.show({"name": f"Name: {error}."}, HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.show(secret=(f"The key of {name}", key))

    def revoke_key(self, key_id: str) -> Response:
        """Out of force, once that was confirmed."""
        if request.form.get("sure") != "yes":
            said = "Confirm that the system may be cut off."
            return self.show({f"sure-{key_id[:12]}": said}, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            self._services.keys.revoke(key_id, now=self._services.now())
        except UnauthorisedError:
            flash("This key is not in force any more.", "warning")
        else:
            flash("The key is out of force.", "good")
        return redirect(url_for("office.connections"))

    def make_webhook(self) -> Response:
        """A new webhook; its secret is told once."""
        try:
            kinds = read_kinds(request.form.getlist("events"))
            url = request.form.get("url", "").strip()
            new = self._services.webhooks.create(url, kinds, now=self._services.now())
        except (MalformedError, BatchConflictError) as error:
            said = f"Address: {str(error).removeprefix('url: ')}."
            return self.show({"url": said}, HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.show(secret=("The secret of the webhook", new.secret))

    def show_webhook(self, webhook_id: str, errors: dict[str, str] | None = None) -> Response:
        """What became of each event."""
        number = min(max(request.args.get("page", 1, type=int) or 1, 1), _MAX_PAGE)
        page = render_template(
            "issuer/webhook.html",
            webhook=self._services.webhooks.webhook(webhook_id),
            deliveries=self._services.webhooks.deliveries(webhook_id, page=number),
            states=words.DELIVERIES,
            kind_words={kind.value: said for kind, said in words.EVENTS.items()},
            page_number=number,
            errors=errors or {},
        )
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)
