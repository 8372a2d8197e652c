"""The screens about taking a wallet along: a file out of it, and a file into an empty one."""

from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from wallet.errors import (
    ConflictError,
    ExportError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongPasskeyError,
    WrongPasswordError,
)
from wallet.services.move_wallet import MAX_FILE_BYTES
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.passkey_form import PasskeyForms
from wallet.web.problems import status_of

Page = str | Response | tuple[str, HTTPStatus]
RESTORE = "moving.restore"
_FORM_BYTES = 64 * 1024


def screens(services: Services, forms: PasskeyForms) -> Blueprint:
    """Taking a wallet along."""
    moving = Blueprint("moving", __name__, url_prefix="/move")
    moving.before_request(visitor.door)
    _Screens(services, forms).add_to(moving)
    return moving


def let_a_whole_wallet_in() -> None:
    """Let one form be as large as a wallet, for those who have one open; all others stay small."""
    if request.endpoint == RESTORE and visitor.is_open():
        request.max_content_length = MAX_FILE_BYTES + _FORM_BYTES


@dataclass(frozen=True)
class _Screens:
    services: Services
    forms: PasskeyForms

    def add_to(self, moving: Blueprint) -> None:
        moving.get("")(self.overview)
        moving.post("/export")(self.export)
        moving.post("/restore")(self.restore)

    def overview(self) -> Page:
        return self._shown({}, HTTPStatus.OK)

    def export(self) -> Page:
        """The file, to be saved by the browser; it is in no cache and not kept here."""
        file_password = request.form.get("file_password", "")
        if file_password != request.form.get("again"):
            told = {"again": "The two passwords differ. Type the same one twice."}
            return self._shown(told, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            proof = self.forms.proof("password")
            file = self.services.move.export(visitor.current(), proof, file_password)
        except WrongPasswordError as error:
            return self._shown({"password": "This is not the password of your wallet."}, status_of(error))
        except (TooManyAttemptsError, WrongPasskeyError, ExportError) as error:
            return self._shown({"password": str(error)}, status_of(error))
        except WeakPasswordError as error:
            return self._shown({"file_password": str(error)}, status_of(error))
        response = make_response(file)
        response.headers["Content-Type"] = "application/octet-stream"
        response.headers["Content-Disposition"] = 'attachment; filename="wallet.jwe"'
        response.headers["Cache-Control"] = "no-store"
        return response

    def restore(self) -> Page:
        """Put a file into this empty wallet."""
        with closing(request.files.get("file") or FileStorage()) as upload:
            raw = upload.read()
        try:
            moved = self.services.move.restore(
                visitor.current(), raw.decode("ascii", "replace"), request.form.get("opens_with", "")
            )
        except (ExportError, ConflictError) as error:
            return self._shown({"file": str(error)}, status_of(error))
        flash(f"Your wallet is here: {moved} things were put into it.", "good")
        return redirect(url_for("home.overview"))

    def _shown(self, errors: dict[str, str], status: HTTPStatus) -> tuple[str, HTTPStatus]:
        wallet = visitor.current()
        has_password = self.services.locks.has_password(wallet)
        has_passkeys = bool(self.services.passkeys.all(wallet))
        page = render_template(
            "wallet/moving.html", errors=errors, has_password=has_password, has_passkeys=has_passkeys
        )
        return page, status
