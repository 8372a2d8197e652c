"""Issuing one record: choose its kind, fill in, look at it as the holder will, hand over the link."""

from http import HTTPStatus

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ssi.issuer_service.domain.entry import Sought, Standing
from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.errors import NotOfferedError, RecordRefusedError
from ssi.issuer_service.web import words
from ssi.issuer_service.web.forms import RecordForm
from ssi.issuer_service.web.office import OfficeServices


def add_issuing(screens: Blueprint, services: OfficeServices) -> None:
    """Add the pages on which a record is issued."""
    desk = _Desk(services)

    @screens.get("/issue")
    def choose() -> Response:
        known = services.catalogue.configurations
        if len(known) == 1:
            return redirect(_form_address(known[0]))
        return make_response(
            render_template("issuer/choose.html", kinds=[(each, _form_address(each)) for each in known])
        )

    @screens.get("/issue/<name>/<int(min=1, max=9999):version>")
    def form(name: str, version: int) -> Response:
        return desk.show_form(RecordForm.empty(desk.find(name, version)))

    @screens.post("/issue/<name>/<int(min=1, max=9999):version>")
    def step(name: str, version: int) -> Response:
        filled = RecordForm.read(desk.find(name, version), request.form)
        if request.form.get("step") == "edit":
            return desk.show_form(filled)
        errors = filled.errors()
        if errors:
            return desk.show_form(filled, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        if request.form.get("step") == "issue":
            return desk.issue(filled)
        return desk.show_preview(filled)


class _Desk:
    """The steps of issuing."""

    def __init__(self, services: OfficeServices) -> None:
        self._services = services

    def find(self, name: str, version: int) -> Configuration:
        """The configuration that an address names."""
        try:
            return self._services.catalogue.get(f"{name}/{version}")
        except NotOfferedError:
            abort(HTTPStatus.NOT_FOUND)

    def show_form(
        self, form: RecordForm, errors: dict[str, str] | None = None, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        """The form, with what has to be looked at again."""
        page = render_template(
            "issuer/form.html",
            form=form,
            errors=errors or {},
            several=len(self._services.catalogue.configurations) > 1,
        )
        return make_response(page, status.value)

    def show_preview(self, form: RecordForm) -> Response:
        """The record as the holder will see it, and what issuing it would replace."""
        submission = form.submission()
        earlier = self._services.look_up.search(
            Sought(external_id=submission.external_id, configuration=form.configuration.id, limit=1)
        ).entries
        page = render_template(
            "issuer/preview.html",
            form=form,
            pairs=words.shown(form.configuration, submission.values),
            issuer_name=self._services.issuer_name,
            replaces=bool(earlier) and earlier[0].standing is not Standing.REVOKED,
        )
        return make_response(page)

    def issue(self, form: RecordForm) -> Response:
        """Issue it, and go on to the link; pressed twice it leads to the same link."""
        now = self._services.now()
        (registered,) = self._services.register([form.submission()], by=words.OFFICER, now=now)
        self._services.operations.registered([registered], by=words.OFFICER)
        if isinstance(registered, RecordRefusedError):
            raise registered
        endpoint = "office.link" if registered.offer else "office.detail"
        return redirect(url_for(endpoint, credential_id=registered.entry.credential_id))


def _form_address(configuration: Configuration) -> str:
    name, _, version = configuration.id.partition("/")
    return url_for("office.form", name=name, version=int(version))
