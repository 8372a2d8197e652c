"""The screens of hospitals that a wallet reads from: connect, sign in there, read, end it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from ssi.hosting.design.headers import CONTENT_SECURITY_POLICY
from ssi.http.address import origin_of
from wallet.domain.hospital import Hospital
from wallet.domain.sign_in_answer import once_each
from wallet.domain.source import Manifest
from wallet.errors import LinkError, PullError, PullTrouble
from wallet.services.keep_streams import KeepReport
from wallet.services.read_hospital import SOURCE
from wallet.services.suite import Services
from wallet.services.take_file import Progress
from wallet.web import file_reading, visitor
from wallet.web.hospital_words import told_of
from wallet.web.problems import status_of
from wallet.web.source_form import DEFAULT_ZONE, read_choice, zones

Page = str | Response | tuple[str, HTTPStatus]
_FORM_ACTION: Final = "form-action 'self'"


def screens(services: Services) -> Blueprint:
    """Hospitals."""
    hospitals = Blueprint("hospitals", __name__, url_prefix="/sources/hospitals")
    hospitals.before_request(visitor.door)
    _Screens(services).add_to(hospitals)
    return hospitals


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, hospitals: Blueprint) -> None:
        hospitals.get("/")(self.overview)
        hospitals.post("/")(self.look)
        hospitals.get("/back")(self.back)
        hospitals.get("/<row_id>")(self.hospital)
        hospitals.post("/<row_id>/sign-in")(self.sign_in)
        hospitals.post("/<row_id>/read")(self.read)
        hospitals.post("/<row_id>/disconnect")(self.disconnect)

    def overview(self) -> Page:
        return self._form({}, None, HTTPStatus.OK)

    def look(self) -> Page:
        """Ask a server what it is, and remember it."""
        told = read_choice(self._manifest())
        if told.chosen is None:
            return self._form(told.errors, None, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            found = self.services.hospitals.look(
                visitor.current(),
                request.form.get("address", ""),
                request.form.get("client_id", "").strip() or _own_name(),
                told.chosen,
                stays=request.form.get("stays") == "yes",
            )
        except PullError as error:
            return self._form({"address": told_of(error).cause}, error, status_of(error))
        return redirect(url_for("hospitals.hospital", row_id=found.row_id))

    def hospital(self, row_id: str) -> Page:
        """What would be asked there, or how reading stands."""
        return self._shown(self.services.hospitals.get(visitor.current(), row_id), None)

    def sign_in(self, row_id: str) -> Page:
        """Send the person to the hospital's page."""
        back = url_for("hospitals.back", _external=True)
        page = self.services.hospitals.begin_sign_in(visitor.current(), row_id, back)
        return redirect(page, HTTPStatus.SEE_OTHER)

    def back(self) -> Page:
        """Take what the browser brought back, leave none of it in the address, and begin to read."""
        try:
            answer = once_each(request.args.to_dict(flat=False))
            found = self.services.hospitals.finish_sign_in(visitor.current(), answer)
        except LinkError:
            error = PullError(PullTrouble.SIGN_IN_AGAIN, "the answer says one thing twice")
            return self._form({}, error, status_of(error))
        except PullError as error:
            return self._form({}, error, status_of(error))
        self._begin(found)
        return redirect(url_for("sources.reading"))

    def read(self, row_id: str) -> Page:
        """Read now."""
        found = self.services.hospitals.get(visitor.current(), row_id)
        if found.access is None:
            return redirect(url_for("hospitals.hospital", row_id=row_id))
        self._begin(found)
        return redirect(url_for("sources.reading"))

    def disconnect(self, row_id: str) -> Page:
        """End it, here and there."""
        if self.services.hospitals.disconnect(visitor.current(), row_id):
            flash(gettext("Your wallet reads nothing there any more, and has no right to."), "good")
        else:
            flash(
                gettext(
                    "Your wallet has forgotten its right to read there. The hospital did not confirm that it"
                    " ended it too: look under the apps that you allowed in your account there."
                ),
                "warning",
            )
        return redirect(url_for("hospitals.overview"))

    def _begin(self, found: Hospital) -> None:
        wallet, hospitals = visitor.current(), self.services.hospitals

        def work(file: BinaryIO, progress: Progress) -> KeepReport:
            return hospitals.read(wallet, found.row_id, file, progress)

        file_reading.begin_fetching(
            self._manifest(), work, back=url_for("hospitals.hospital", row_id=found.row_id)
        )

    def _manifest(self) -> Manifest:
        return self.services.take_file.sources.manifest(SOURCE)

    def _form(self, errors: dict[str, str], error: PullError | None, status: HTTPStatus) -> Page:
        manifest = self._manifest()
        page = render_template(
            "wallet/hospital/overview.html",
            hospitals=self.services.hospitals.all(visitor.current()),
            manifest=manifest,
            errors=errors,
            error=error,
            told=told_of(error) if error else None,
            form_told=request.form,
            own_name=_own_name(),
            switches=request.form.getlist("switches") if request.form else manifest.most_private,
            zones=zones(),
            zone=request.form.get("zone", DEFAULT_ZONE),
        )
        return page, status

    def _shown(self, found: Hospital, error: PullError | None) -> Page:
        page = render_template(
            "wallet/hospital/detail.html",
            hospital=found,
            manifest=self._manifest(),
            signs_in_at=origin_of(found.doors.authorize) or "",
            error=error,
        )
        response = make_response(page)
        # Browsers hold redirects of a form to its policy, and one of these leads to the hospital's page.
        allowed = f"{_FORM_ACTION} {origin_of(found.doors.authorize) or ''}".rstrip()
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(_FORM_ACTION, allowed)
        return response


def _own_name() -> str:
    """What this wallet calls itself where no other name was agreed: its own address."""
    return request.url_root.rstrip("/")
