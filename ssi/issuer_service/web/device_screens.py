"""Devices on screen: which are registered, how far each is, and what the office says of it."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ssi.dataset import DataSet
from ssi.issuer_service.domain.entry import Standing
from ssi.issuer_service.errors import StatusConflictError
from ssi.issuer_service.services.change_status import MAX_REASON
from ssi.issuer_service.services.keep_devices import DeviceView
from ssi.issuer_service.web import device_words, words
from ssi.issuer_service.web.absent import something
from ssi.issuer_service.web.device_words import DeviceWords
from ssi.issuer_service.web.office import OfficeServices

PAGE = 25
_MAX_PAGES = 10_000


def add_devices(screens: Blueprint, services: OfficeServices) -> None:
    """Add the pages of devices that are registered."""
    desk = DeviceDesk(services)

    @screens.get("/devices")
    def devices() -> AnyResponse:
        return desk.show_list()

    @screens.get("/devices/<device_id>")
    def device(device_id: str) -> AnyResponse:
        with something():
            return desk.show(device_id)

    @screens.get("/devices/<device_id>/maker")
    def device_maker(device_id: str) -> str:
        with something():
            return desk.show_maker(device_id)

    @screens.get("/devices/<device_id>/credential")
    def device_credential(device_id: str) -> AnyResponse:
        with something():
            return desk.download(device_id)

    @screens.post("/devices/<device_id>/standing")
    def change_device(device_id: str) -> AnyResponse:
        with something():
            return desk.change(device_id)


class DeviceDesk:
    """The pages of devices that are registered."""

    def __init__(self, services: OfficeServices) -> None:
        self._services = services

    @property
    def data_sets(self) -> tuple[DataSet, ...]:
        """Those whose values devices may measure."""
        found = (each.numbers for each in self._services.catalogue.configurations)
        return tuple(each for each in found if each is not None)

    def words_of(self, view: DeviceView) -> DeviceWords:
        """A device as it is told of."""
        return DeviceWords.of(
            view, known=self.data_sets, own=self._services.issuer_id, now=self._services.now()
        )

    def show_list(self) -> AnyResponse:
        """One page of all of them, newest first."""
        number = min(max(request.args.get("page", 1, type=int) or 1, 1), _MAX_PAGES)
        found, total = self._services.devices.page((number - 1) * PAGE, PAGE)
        page = render_template(
            "issuer/devices.html",
            devices=[self.words_of(each) for each in found],
            total=total,
            page_number=number,
            pages=max(1, -(-total // PAGE)),
        )
        return make_response(page)

    def show(
        self, device_id: str, errors: dict[str, str] | None = None, status: HTTPStatus = HTTPStatus.OK
    ) -> AnyResponse:
        """One of them: what it is, how far it is, who wears it, and what an officer may do about it."""
        told = self.words_of(self._services.devices.get(device_id))
        standing = told.view.device.standing
        possible = [each for each in Standing if each is not standing and standing is not Standing.REVOKED]
        templates = self._services.templates.all()
        page = render_template(
            "issuer/device.html",
            told=told,
            device=told.view.device,
            actions=[
                {"value": each.value, "label": label, "help": note}
                for each, (label, note) in device_words.ACTIONS.items()
                if each in possible
            ],
            said={each.value: label for each, label in device_words.DONE.items()},
            said_by=words.said_by,
            within=words.within(self._services.status_ttl),
            template_names={each.template_id: each.terms.name for each in templates},
            templates=[(each.template_id, each.terms.name) for each in templates if each.retired_at is None],
            errors=errors or {},
        )
        return make_response(page, status.value)

    def show_maker(self, device_id: str) -> str:
        """What whoever vouches for a device says of it now: this asks the maker, who may be slow."""
        told = self.words_of(self._services.devices.get(device_id))
        refused = None
        try:
            self._services.devices.verify(told.view.device.credential, now=self._services.now())
        except device_words.REFUSED as error:
            refused = device_words.refusal(error)
        return render_template("issuer/device_maker.html", told=told, refused=refused)

    def download(self, device_id: str) -> AnyResponse:
        """Its credential as a file, for the device or whoever sets it up."""
        device = self._services.devices.get(device_id).device
        headers = {"Content-Disposition": 'attachment; filename="device-credential.txt"'}
        return Response(device.credential, headers=headers, content_type="application/dc+sd-jwt")

    def change(self, device_id: str) -> AnyResponse:
        """Change what is said of it, once the officer said what, why, and that the device was checked."""
        wanted, reason = request.form.get("status", ""), request.form.get("reason", "").strip()
        errors = {}
        if wanted not in list(Standing):
            errors["status"] = "What to do: choose one."
        if not 0 < len(reason) <= MAX_REASON:
            errors["reason"] = f"Reason: say why, in up to {MAX_REASON} characters."
        if request.form.get("sure") != "yes":
            errors["sure"] = "Confirm that this is the right device."
        if errors:
            return self.show(device_id, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            self._services.change_device(
                device_id, Standing(wanted), reason=reason, by=words.OFFICER, now=self._services.now()
            )
        except StatusConflictError:
            errors["status"] = "This device was taken back. Register it anew instead."
            return self.show(device_id, errors, HTTPStatus.CONFLICT)
        flash("Done. From now on this holds for its readings.", "good")
        return redirect(url_for("office.device", device_id=device_id))
