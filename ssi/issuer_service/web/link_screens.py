"""The link of a record on screen: shown, printed, sent by e-mail, and made anew."""

from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crypto.errors import MalformedError
from ssi.issuer_service.errors import StatusConflictError
from ssi.issuer_service.web import words
from ssi.issuer_service.web.absent import something
from ssi.issuer_service.web.office import OfficeServices
from ssi.issuer_service.web.quick_response import quick_response
from ssi.issuer_service.web.register_screens import kind_of


def add_links(screens: Blueprint, services: OfficeServices) -> None:
    """Add the pages on which links are handed over."""
    desk = _Desk(services)

    @screens.get("/records/<credential_id>/link")
    def link(credential_id: str) -> Response:
        with something():
            return desk.show_link(credential_id)

    @screens.get("/records/<credential_id>/letter")
    def letter(credential_id: str) -> Response:
        with something():
            return desk.show_link(credential_id, "issuer/letter.html")

    @screens.get("/records/<credential_id>/code-letter")
    def code_letter(credential_id: str) -> Response:
        with something():
            return desk.show_link(credential_id, "issuer/code_letter.html")

    @screens.post("/records/<credential_id>/mail")
    def mail(credential_id: str) -> Response:
        with something():
            return desk.mail_link(credential_id)

    @screens.post("/records/<credential_id>/link")
    def new_link(credential_id: str) -> Response:
        with something():
            return desk.renew_link(credential_id)


class _Desk:
    """The pages of one link."""

    def __init__(self, services: OfficeServices) -> None:
        self._services = services

    def show_link(
        self,
        credential_id: str,
        page: str = "issuer/link.html",
        errors: dict[str, str] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """The link and the code to hand over, while the record waits."""
        detail = self._services.look_up.detail(credential_id, now=self._services.now())
        if detail.offer is None:
            return redirect(url_for("office.detail", credential_id=credential_id))
        handover = self._services.hand_over(detail.offer)
        shown = render_template(
            page,
            entry=detail.entry,
            kind=kind_of(self._services.catalogue, detail.entry),
            issuer_name=self._services.issuer_name,
            handover=handover,
            picture=quick_response(handover.offer_uri),
            can_mail=self._services.send_link.can_send,
            letters=self._services.send_link.sent(credential_id),
            states=words.DELIVERIES,
            errors=errors or {},
        )
        return make_response(shown, status.value)

    def mail_link(self, credential_id: str) -> Response:
        """Queue a letter with the link."""
        try:
            self._services.send_link(credential_id, request.form.get("email", ""), now=self._services.now())
        except MalformedError:
            errors = {"email": "E-mail address: enter one such as name@university.example."}
            return self.show_link(credential_id, errors=errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except StatusConflictError:
            flash("This link cannot be sent. Make a new one, or ask who runs this office.", "error")
        else:
            flash("The letter is on its way. Tell the code another way.", "good")
        return redirect(url_for("office.link", credential_id=credential_id))

    def renew_link(self, credential_id: str) -> Response:
        """A new link and code; the earlier ones stop working."""
        try:
            self._services.renew_offer(credential_id, now=self._services.now())
        except StatusConflictError:
            flash("There is nothing to hand over any more. Issue the record again.", "error")
            return redirect(url_for("office.detail", credential_id=credential_id))
        return redirect(url_for("office.link", credential_id=credential_id))
