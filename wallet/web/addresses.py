"""The screens of devices that send by themselves: their addresses, a new one, one less."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from wallet.domain.broker_access import topic_of
from wallet.domain.source import Manifest
from wallet.errors import ChoiceError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.passkey_form import PasskeyForms
from wallet.web.problems import status_of
from wallet.web.source_form import DEFAULT_ZONE, read_choice, zones

Page = str | Response | tuple[str, HTTPStatus]
LIVE: Final = ("sensor-community", "device")
"""The sources whose messages devices send by themselves; others come as files."""
PUBLISHES: Final = "device"
"""The one whose devices may publish to a broker as well."""
EXAMPLE_STREAM: Final = "pulse"
EXAMPLE: Final = '{"quantity": "heart-rate", "start": "2026-01-31T12:00:00Z", "value": 61, "sequence": 1}'


def screens(services: Services, forms: PasskeyForms, broker: str | None) -> Blueprint:
    """Devices that send, to this address or to the broker, if there is one."""
    addresses = Blueprint("addresses", __name__, url_prefix="/sources/devices")
    addresses.before_request(visitor.door)
    _Screens(services, forms, broker).add_to(addresses)
    return addresses


@dataclass(frozen=True)
class _Screens:
    services: Services
    forms: PasskeyForms
    broker: str | None

    def add_to(self, addresses: Blueprint) -> None:
        addresses.get("/")(self.overview)
        addresses.post("/")(self.give)
        addresses.post("/<address_id>/remove")(self.remove)

    def overview(self) -> Page:
        return self._shown({}, HTTPStatus.OK)

    def give(self) -> Page:
        """A new address, with its password, shown this once."""
        source = self._chosen()
        told = read_choice(self._manifest(source))
        if told.chosen is None:
            return self._shown(_explained(told.errors, source), HTTPStatus.UNPROCESSABLE_ENTITY)
        name = request.form.get("name", "")
        try:
            given = self.services.letters.addresses.give(visitor.current(), name, source, told.chosen)
        except ChoiceError as error:
            return self._shown({error.field: str(error)}, status_of(error))
        publishes = source == PUBLISHES
        return render_template(
            "wallet/sources/address.html",
            given=given,
            name=name.strip(),
            site=self.forms.site().origin,
            publishes=publishes,
            broker=self.broker if publishes else None,
            topic=topic_of(given.address_id, EXAMPLE_STREAM),
            example=EXAMPLE,
            example_over_http=f'{{"stream": "{EXAMPLE_STREAM}", {EXAMPLE[1:]}',
        )

    def remove(self, address_id: str) -> Page:
        """Take an address away."""
        self.services.letters.addresses.remove(visitor.current(), address_id)
        flash("That device can send nothing any more. What it sent before stays in your wallet.", "good")
        return redirect(url_for("addresses.overview"))

    def _chosen(self) -> str:
        told = request.form.get("source", LIVE[0])
        return told if told in LIVE else LIVE[0]

    def _manifest(self, source: str) -> Manifest:
        return self.services.take_file.sources.manifest(source)

    def _shown(self, errors: dict[str, str], status: HTTPStatus) -> Page:
        manifests = {source: self._manifest(source) for source in LIVE}
        manifest = manifests[LIVE[0]]
        page = render_template(
            "wallet/sources/devices.html",
            addresses=self.services.letters.addresses.all(visitor.current()),
            manifest=manifest,
            manifests=manifests,
            source=self._chosen(),
            publishes=PUBLISHES,
            errors=errors,
            name=request.form.get("name", ""),
            switches=request.form.getlist("switches") if request.form else manifest.most_private,
            zones=zones(),
            zone=request.form.get("zone", DEFAULT_ZONE),
        )
        return page, status


def _explained(errors: dict[str, str], source: str) -> dict[str, str]:
    if "switches" in errors and source == PUBLISHES:
        return {**errors, "switches": "What a device of your own sends is kept value by value: choose that."}
    return errors
