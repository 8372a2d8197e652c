"""The screens of devices that send by themselves: their addresses, a new one, one less."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from wallet.domain.source import Manifest
from wallet.errors import ChoiceError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.passkey_form import PasskeyForms
from wallet.web.problems import status_of
from wallet.web.source_form import DEFAULT_ZONE, read_choice, zones

Page = str | Response | tuple[str, HTTPStatus]
LIVE: Final = "sensor-community"
"""The source whose messages devices send by themselves; others come as files."""


def screens(services: Services, forms: PasskeyForms) -> Blueprint:
    """Devices that send."""
    addresses = Blueprint("addresses", __name__, url_prefix="/sources/devices")
    addresses.before_request(visitor.door)
    _Screens(services, forms).add_to(addresses)
    return addresses


@dataclass(frozen=True)
class _Screens:
    services: Services
    forms: PasskeyForms

    def add_to(self, addresses: Blueprint) -> None:
        addresses.get("/")(self.overview)
        addresses.post("/")(self.give)
        addresses.post("/<address_id>/remove")(self.remove)

    def overview(self) -> Page:
        return self._shown({}, HTTPStatus.OK)

    def give(self) -> Page:
        """A new address, with its password, shown this once."""
        told = read_choice(self._manifest())
        if told.chosen is None:
            return self._shown(told.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        name = request.form.get("name", "")
        try:
            given = self.services.letters.addresses.give(visitor.current(), name, LIVE, told.chosen)
        except ChoiceError as error:
            return self._shown({error.field: str(error)}, status_of(error))
        site = self.forms.site().origin
        return render_template("wallet/sources/address.html", given=given, name=name.strip(), site=site)

    def remove(self, address_id: str) -> Page:
        """Take an address away."""
        self.services.letters.addresses.remove(visitor.current(), address_id)
        flash("That device can send nothing any more. What it sent before stays in your wallet.", "good")
        return redirect(url_for("addresses.overview"))

    def _manifest(self) -> Manifest:
        return self.services.take_file.sources.manifest(LIVE)

    def _shown(self, errors: dict[str, str], status: HTTPStatus) -> Page:
        manifest = self._manifest()
        page = render_template(
            "wallet/sources/devices.html",
            addresses=self.services.letters.addresses.all(visitor.current()),
            manifest=manifest,
            errors=errors,
            name=request.form.get("name", ""),
            switches=request.form.getlist("switches") if request.form else manifest.most_private,
            zones=zones(),
            zone=request.form.get("zone", DEFAULT_ZONE),
        )
        return page, status
