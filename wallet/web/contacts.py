"""The screens about people whom a person trusts: their sheets, and back in with them.

Sheets stand on one page once, in the answer to the form that made them.
"""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from wallet.domain.contacts_lock import LEAST_NEEDED, MOST_CONTACTS
from wallet.errors import (
    ChoiceError,
    RecoveryError,
    TooManyAttemptsError,
    WalletError,
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
_REFUSALS = (WrongPasswordError, TooManyAttemptsError, WrongPasskeyError)


def screens(services: Services, forms: PasskeyForms) -> Blueprint:
    """Behind the door: the sheets."""
    contacts = Blueprint("contacts", __name__, url_prefix="/locks/contacts")
    contacts.before_request(visitor.door)
    _Sheets(services, forms).add_to(contacts)
    return contacts


def doorway(services: Services, table: SessionTable) -> Blueprint:
    """Before the door: back in with the sheets."""
    together = Blueprint("together", __name__, url_prefix="/recover/together")
    _Together(services, table).add_to(together)
    return together


@dataclass(frozen=True)
class _Sheets:
    services: Services
    forms: PasskeyForms

    def add_to(self, contacts: Blueprint) -> None:
        contacts.get("")(self.overview)
        contacts.post("")(self.make)
        contacts.post("/remove")(self.remove)

    def overview(self) -> Page:
        return self._shown({}, HTTPStatus.OK)

    def make(self) -> Page:
        """Make the sheets and show them, this once."""
        people, needed = (request.form.get(name, 0, type=int) for name in ("people", "needed"))
        try:
            sheets = self.services.contacts.make(
                visitor.current(), self.forms.proof("password"), threshold=needed, contacts=people
            )
        except ChoiceError as error:
            return self._shown({error.field: str(error)}, status_of(error))
        except _REFUSALS as error:
            return self._shown({"password": _told(error)}, status_of(error))
        return render_template("wallet/locks/sheets.html", sheets=sheets, needed=needed)

    def remove(self) -> Page:
        """Let nobody else open the wallet."""
        try:
            self.services.contacts.remove(visitor.current(), self.forms.proof("owner"))
        except _REFUSALS as error:
            return self._shown({"owner": _told(error)}, status_of(error))
        flash("Their sheets open nothing any more.", "good")
        return redirect(url_for("contacts.overview"))

    def _shown(self, errors: dict[str, str], status: HTTPStatus) -> Page:
        wallet = visitor.current()
        page = render_template(
            "wallet/locks/contacts.html",
            errors=errors,
            standing=self.services.contacts.standing(wallet),
            has_password=self.services.locks.has_password(wallet),
            has_passkeys=bool(self.services.passkeys.all(wallet)),
            numbers=[(str(each), str(each)) for each in range(LEAST_NEEDED, MOST_CONTACTS + 1)],
            people=request.form.get("people", "3"),
            needed=request.form.get("needed", "2"),
        )
        return page, status


@dataclass(frozen=True)
class _Together:
    services: Services
    table: SessionTable

    def add_to(self, together: Blueprint) -> None:
        together.get("", endpoint="form")(self.form)
        together.post("")(self.recover)

    def form(self) -> Page:
        return redirect(url_for("locks.overview")) if visitor.is_open() else _form()

    def recover(self) -> Page:
        """Open the wallet with sheets, and give it another password."""
        login, new = request.form.get("login", ""), request.form.get("new", "")
        if new != request.form.get("again"):
            return _form({"again": DIFFERENT}, login), HTTPStatus.UNPROCESSABLE_ENTITY
        try:
            wallet = self.services.contacts.recover(login, request.form.get("sheets", ""), new)
        except RecoveryError as error:
            return _form({"sheets": str(error)}, login), status_of(error)
        except WeakPasswordError as error:
            return _form({"new": str(error)}, login), status_of(error)
        visitor.open_in_browser(self.table, wallet)
        visitor.read_what_came(self.services.letters.unpack)
        flash("Your wallet is open and has a new password. The sheets stay valid.", "good")
        return redirect(visitor.onward())


def _form(errors: dict[str, str] | None = None, login: str = "") -> str:
    return render_template("wallet/locks/together.html", errors=errors or {}, login=login)


def _told(error: WalletError) -> str:
    return WRONG if isinstance(error, WrongPasswordError) else str(error)
