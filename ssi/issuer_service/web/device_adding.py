"""Add a device on screen: by its maker's credential, or as one that this office vouches for."""

from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ssi.issuer_service.domain.device_key import MAX_KEY
from ssi.issuer_service.web import device_words, words
from ssi.issuer_service.web.device_forms import DeviceForm
from ssi.issuer_service.web.device_screens import DeviceDesk
from ssi.issuer_service.web.office import OfficeServices

_MAX_CREDENTIAL = 100_000


def add_new_devices(screens: Blueprint, services: OfficeServices) -> None:
    """Add the pages on which devices are registered."""
    desk = _Desk(services)

    @screens.get("/devices/new")
    def new_device() -> Response:
        return desk.show_form(DeviceForm(desk.data_sets))

    @screens.post("/devices/new")
    def attest_device() -> Response:
        return desk.attest()

    @screens.get("/devices/known")
    def known_device() -> Response:
        return desk.show_known()

    @screens.post("/devices/known")
    def register_device() -> Response:
        return desk.register()


class _Desk:
    """The two forms."""

    def __init__(self, services: OfficeServices) -> None:
        self._services = services
        self.data_sets = DeviceDesk(services).data_sets

    def show_form(
        self, form: DeviceForm, errors: dict[str, str] | None = None, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        """The form for a device that this office vouches for."""
        page = render_template(
            "issuer/new_device.html",
            form=form,
            roles=[
                {"value": role.value, "label": label, "help": note}
                for role, (label, note) in device_words.ROLES.items()
            ],
            trusted=self._services.attests_devices,
            errors=errors or {},
        )
        return make_response(page, status.value)

    def attest(self) -> Response:
        """Sign its credential, and go on to the device, where it is downloaded."""
        sent = request.files.get("key_file")
        handed = sent.stream.read(MAX_KEY + 1).decode(errors="replace") if sent else ""
        form = DeviceForm.read(self.data_sets, request.form, handed)
        errors = form.errors()
        if errors:
            return self.show_form(form, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            device = self._services.attest_device(
                form.claims, form.key, valid_for=form.valid_for, by=words.OFFICER, now=self._services.now()
            )
        except device_words.REFUSED as error:
            refused = device_words.refusal(error)
            return self.show_form(form, {"name": refused.text}, refused.status)
        flash("This office vouches for it now. Give its credential to the device.", "good")
        return redirect(url_for("office.device", device_id=device.device_id))

    def show_known(
        self, errors: dict[str, str] | None = None, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        """The form for the credential of another maker."""
        page = render_template(
            "issuer/known_device.html", typed=request.form.get("credential", ""), errors=errors or {}
        )
        return make_response(page, status.value)

    def register(self) -> Response:
        """Register it, if its maker vouches for it now."""
        credential = "".join(request.form.get("credential", "").split())
        if not 0 < len(credential) <= _MAX_CREDENTIAL:
            errors = {"credential": "Credential: paste what the maker gave you with the device."}
            return self.show_known(errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            device = self._services.devices.register(
                credential, None, by=words.OFFICER, now=self._services.now()
            )
        except device_words.REFUSED as error:
            refused = device_words.refusal(error)
            return self.show_known({"credential": refused.text}, refused.status)
        flash("Registered. Say who wears it, so that its readings count.", "good")
        return redirect(url_for("office.device", device_id=device.device_id))
