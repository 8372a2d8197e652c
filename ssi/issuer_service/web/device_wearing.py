"""Who wears a sensor, on screen: whose records its readings go into from now on."""

from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ssi.issuer_service.domain.device import MOST_HOURS, attribute_for
from ssi.issuer_service.domain.template import Template
from ssi.issuer_service.errors import IssuerError
from ssi.issuer_service.services.wearers import Worn
from ssi.issuer_service.web.absent import something
from ssi.issuer_service.web.device_screens import DeviceDesk
from ssi.issuer_service.web.device_words import DeviceWords
from ssi.issuer_service.web.forms import EXTERNAL_ID, FieldView, RecordForm
from ssi.issuer_service.web.office import OfficeServices

_HOURS = "every_hours"
_DEFAULT_HOURS = "24"
_MAX_DIGITS = 5


def add_wearing(screens: Blueprint, services: OfficeServices) -> None:
    """Add the pages on which it is said who wears what."""
    desk = _Desk(services)

    @screens.get("/devices/<device_id>/wearer")
    def wearer(device_id: str) -> Response:
        with something():
            return desk.show(device_id)

    @screens.post("/devices/<device_id>/wearer")
    def set_wearer(device_id: str) -> Response:
        with something():
            return desk.save(device_id)

    @screens.post("/devices/<device_id>/nobody")
    def take_off(device_id: str) -> Response:
        with something():
            services.devices.take_off(device_id, request.form.get("sensor", ""))
        flash("Nobody wears it now. Its readings are refused until you say whose they are.", "good")
        return redirect(url_for("office.device", device_id=device_id))


class _Desk:
    """The form for one sensor of one device, under one template."""

    def __init__(self, services: OfficeServices) -> None:
        self._services = services
        self._devices = DeviceDesk(services)

    def show(
        self, device_id: str, errors: dict[str, str] | None = None, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        """The form, with what has to be looked at again."""
        told = self._devices.words_of(self._services.devices.get(device_id))
        template, form, measured = self._form(told)
        page = render_template(
            "issuer/wearer.html",
            told=told,
            sensor=self._sensor(told),
            template=template,
            external_id=form.external_id,
            hours=request.form.get(_HOURS, _DEFAULT_HOURS),
            fields=[each for name, each in _fields(form).items() if name not in measured],
            measured=[each for name, each in _fields(form).items() if name in measured],
            errors=errors or {},
        )
        return make_response(page, status.value)

    def save(self, device_id: str) -> Response:
        """Say who wears it from now on."""
        told = self._devices.words_of(self._services.devices.get(device_id))
        template, form, measured = self._form(told)
        values = {name: value for name, value in form.values.items() if name not in measured}
        errors = self._errors(form, measured)
        if errors:
            return self.show(device_id, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        worn = Worn(
            sensor=self._sensor(told),
            external_id=form.external_id,
            template_id=template.template_id,
            known=values,
            every=timedelta(hours=_hours() or 1),
        )
        try:
            self._services.devices.wear(device_id, worn, now=self._services.now())
        except IssuerError as error:
            return self.show(device_id, {EXTERNAL_ID: f"This was refused: {error}."}, HTTPStatus.CONFLICT)
        flash("Kept. Readings from now on go into the records of this person.", "good")
        return redirect(url_for("office.device", device_id=device_id))

    def _form(self, told: DeviceWords) -> tuple[Template, RecordForm, frozenset[str]]:
        """The template that is meant, its form, and which of its values the device measures."""
        template = self._services.templates.get(request.values.get("template_id", ""))
        configuration = self._services.catalogue.get(template.configuration_id)
        numbers = configuration.numbers
        if numbers is None:
            abort(HTTPStatus.NOT_FOUND)
        found = [attribute_for(numbers, each) for each in told.claims.measures]
        measured = frozenset(each.name for each in found if each is not None)
        return template, RecordForm.read(configuration, request.form), measured

    def _sensor(self, told: DeviceWords) -> str:
        sensor = request.values.get("sensor", "")
        if sensor not in told.sensors:
            abort(HTTPStatus.NOT_FOUND)
        return sensor

    def _errors(self, form: RecordForm, measured: frozenset[str]) -> dict[str, str]:
        mine = {field.name for name, field in _fields(form).items() if name not in measured}
        found = {name: said for name, said in form.errors().items() if name in mine | {EXTERNAL_ID}}
        if _hours() is None:
            found[_HOURS] = f"A new version every: enter a number of hours from 1 to {MOST_HOURS}."
        return found


def _fields(form: RecordForm) -> dict[str, FieldView]:
    claims = form.configuration.claims
    return {claim.name: each for claim, each in zip(claims, form.fields, strict=True)}


def _hours() -> int | None:
    text = request.form.get(_HOURS, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        return None
    return int(text) if 1 <= int(text) <= MOST_HOURS else None
