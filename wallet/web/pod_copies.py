"""The screens of locked copies of a wallet in its person's pod: one more, the list, and back from one."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from wallet.domain.pod import Backup
from wallet.errors import (
    ConflictError,
    ExportError,
    PodError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongPasskeyError,
    WrongPasswordError,
)
from wallet.services.back_up_to_pod import KEPT
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.passkey_form import PasskeyForms
from wallet.web.problems import status_of
from wallet.web.said_elsewhere import translated

Page = str | Response | tuple[str, HTTPStatus]


@dataclass(frozen=True)
class PodCopies:
    """The screens of copies, within the blueprint of the pod."""

    services: Services
    forms: PasskeyForms

    def add_to(self, pods: Blueprint) -> None:
        """Add the routes."""
        pods.get("/copies")(self.copies)
        pods.post("/copies")(self.make)
        pods.get("/copies/restore")(self.back)
        pods.post("/copies/restore")(self.restore)

    def copies(self) -> Page:
        """The copies that there are, and the form for one more."""
        return self._shown({}, HTTPStatus.OK)

    def make(self) -> Page:
        """Write one more."""
        file_password = request.form.get("file_password", "")
        if file_password != request.form.get("again"):
            told = {"again": gettext("The two passwords differ. Type the same one twice.")}
            return self._shown(told, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            proof = self.forms.proof("password")
            self.services.pod.back_up(visitor.current(), proof, file_password)
        except WrongPasswordError as error:
            return self._shown(
                {"password": gettext("This is not the password of your wallet.")}, status_of(error)
            )
        except (TooManyAttemptsError, WrongPasskeyError, ExportError) as error:
            return self._shown({"password": translated(str(error))}, status_of(error))
        except WeakPasswordError as error:
            return self._shown({"file_password": translated(str(error))}, status_of(error))
        except PodError as error:
            return self._shown({"pod": str(error)}, status_of(error))
        flash(gettext("A locked copy of your wallet is in your pod. Your wallet has read it back."), "good")
        return redirect(url_for("pods.copies"))

    def back(self) -> Page:
        """Choose a copy for an empty wallet."""
        return self._back({}, HTTPStatus.OK)

    def restore(self) -> Page:
        """Put a copy into this empty wallet."""
        try:
            moved = self.services.pod.back_up.restore(
                visitor.current(), request.form.get("copy", ""), request.form.get("opens_with", "")
            )
        except (ExportError, ConflictError) as error:
            return self._back({"opens_with": translated(str(error))}, status_of(error))
        except PodError as error:
            return self._back({"copy": translated(str(error))}, status_of(error))
        flash(gettext("Your wallet is here: %(count)s things were put into it.", count=moved), "good")
        return redirect(url_for("home.overview"))

    def _shown(self, errors: dict[str, str], status: HTTPStatus) -> Page:
        wallet = visitor.current()
        if self.services.pod.connect.present(wallet) is None:
            return redirect(url_for("pods.overview"))
        found, failed = self._found()
        page = render_template(
            "wallet/pod/copies.html",
            copies=found,
            failed=failed,
            errors=errors,
            kept=KEPT,
            has_password=self.services.locks.has_password(wallet),
            has_passkeys=bool(self.services.passkeys.all(wallet)),
        )
        return page, status

    def _back(self, errors: dict[str, str], status: HTTPStatus) -> Page:
        if self.services.pod.connect.present(visitor.current()) is None:
            return redirect(url_for("pods.overview"))
        found, failed = self._found()
        page = render_template("wallet/pod/restore.html", copies=found, failed=failed, errors=errors)
        return page, status

    def _found(self) -> tuple[tuple[Backup, ...], str | None]:
        """The copies, or why they cannot be listed now."""
        try:
            return self.services.pod.back_up.all(visitor.current()), None
        except PodError as error:
            return (), str(error)
