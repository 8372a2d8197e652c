"""The screens about what opens a wallet: passwords, the recovery code, and getting back in with it.

The words of a code stand on one page once, in the answer to the form that made them; they are in no address,
no cookie and no session.
"""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from wallet.errors import (
    RecoveryError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongPasskeyError,
    WrongPasswordError,
)
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.passkey_form import PasskeyForms
from wallet.web.problems import status_of
from wallet.web.sessions import SessionTable

Page = str | Response | tuple[str, HTTPStatus]
DIFFERENT = "The two passwords differ. Type the same one twice."
WRONG = "This is not the password of your wallet."


def screens(services: Services, table: SessionTable, forms: PasskeyForms) -> Blueprint:
    """Behind the door: the locks of the open wallet."""
    locks = Blueprint("locks", __name__, url_prefix="/locks")
    locks.before_request(visitor.door)
    _Locks(services, table, forms).add_to(locks)
    return locks


def doorway(services: Services, table: SessionTable) -> Blueprint:
    """Before the door: back in with the recovery code."""
    recovery = Blueprint("recovery", __name__, url_prefix="/recover")
    _Recovery(services, table).add_to(recovery)
    return recovery


@dataclass(frozen=True)
class _Locks:
    services: Services
    table: SessionTable
    forms: PasskeyForms

    def add_to(self, locks: Blueprint) -> None:
        locks.get("")(self.overview)
        locks.post("/recovery")(self.make_recovery)
        locks.post("/password")(self.change_password)

    def overview(self) -> Page:
        return self._shown({}, HTTPStatus.OK)

    def make_recovery(self) -> Page:
        """Make a code and show its words, this once."""
        try:
            words = self.services.locks.make_recovery(visitor.current(), self.forms.proof("password"))
        except WrongPasswordError as error:
            return self._shown({"password": WRONG}, status_of(error))
        except (TooManyAttemptsError, WrongPasskeyError) as error:
            return self._shown({"password": str(error)}, status_of(error))
        return render_template("wallet/locks/words.html", words=words.split())

    def change_password(self) -> Page:
        """Lock the wallet with another password; this browser stays signed in, every other is signed out."""
        new = request.form.get("new", "")
        if new != request.form.get("again"):
            return self._shown({"again": DIFFERENT}, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            proof = self.forms.proof("current")
            wallet = self.services.locks.change_password(visitor.current(), proof, new)
        except WeakPasswordError as error:
            return self._shown({"new": str(error)}, status_of(error))
        except WrongPasswordError as error:
            return self._shown({"current": WRONG}, status_of(error))
        except (TooManyAttemptsError, WrongPasskeyError) as error:
            return self._shown({"current": str(error)}, status_of(error))
        visitor.open_in_browser(self.table, wallet)
        flash("Your new password is set. Everywhere else you are signed out.", "good")
        return redirect(url_for("locks.overview"))

    def _shown(self, errors: dict[str, str], status: HTTPStatus) -> tuple[str, HTTPStatus]:
        locks, wallet = self.services.locks, visitor.current()
        page = render_template(
            "wallet/locks/overview.html",
            errors=errors,
            has_recovery=locks.has_recovery(wallet),
            has_password=locks.has_password(wallet),
            passkeys=self.services.passkeys.all(wallet),
            contacts=self.services.contacts.standing(wallet),
        )
        return page, status


@dataclass(frozen=True)
class _Recovery:
    services: Services
    table: SessionTable

    def add_to(self, recovery: Blueprint) -> None:
        recovery.get("", endpoint="form")(self.form)
        recovery.post("")(self.recover)

    def form(self) -> Page:
        return redirect(url_for("locks.overview")) if visitor.is_open() else _form()

    def recover(self) -> Page:
        """Open the wallet with its code, and give it another password."""
        login, new = request.form.get("login", ""), request.form.get("new", "")
        if new != request.form.get("again"):
            return _form({"again": DIFFERENT}, login), HTTPStatus.UNPROCESSABLE_ENTITY
        try:
            wallet = self.services.locks.recover(login, request.form.get("words", ""), new)
        except RecoveryError as error:
            return _form({"words": str(error)}, login), status_of(error)
        except WeakPasswordError as error:
            return _form({"new": str(error)}, login), status_of(error)
        visitor.open_in_browser(self.table, wallet)
        visitor.read_what_came(self.services.letters.unpack)
        flash("Your wallet is open and has a new password. Your recovery code stays valid.", "good")
        return redirect(visitor.onward())


def _form(errors: dict[str, str] | None = None, login: str = "") -> str:
    return render_template("wallet/locks/recover.html", errors=errors or {}, login=login)
