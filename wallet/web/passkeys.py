"""The screens of passkeys: into a wallet without a name or password, a further one, and one less."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crypto.encoding import b64url_encode
from wallet.errors import (
    ConflictError,
    LoginTakenError,
    NotInWalletError,
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
HANDLE_BYTES = 32
FIRST_LABEL = "My first passkey"
WRONG = "This is not the password of your wallet."


def doorway(services: Services, table: SessionTable, forms: PasskeyForms) -> Blueprint:
    """Before the door."""
    passkeys = Blueprint("passkeys", __name__, url_prefix="/passkeys")
    _Doorway(services, table, forms).add_to(passkeys)
    return passkeys


def screens(services: Services, table: SessionTable, forms: PasskeyForms) -> Blueprint:
    """Behind the door."""
    own = Blueprint("own_passkeys", __name__, url_prefix="/locks/passkeys")
    own.before_request(visitor.door)
    _Own(services, table, forms).add_to(own)
    return own


@dataclass(frozen=True)
class _Doorway:
    services: Services
    table: SessionTable
    forms: PasskeyForms

    def add_to(self, passkeys: Blueprint) -> None:
        passkeys.post("/question")(self.question)
        passkeys.post("/sign-in")(self.sign_in)
        passkeys.post("/sign-up")(self.sign_up)

    def question(self) -> Response:
        """What the page asks a passkey: JSON for the script, never kept by a cache."""
        known = self.services.passkeys.all(visitor.current()) if visitor.is_open() else ()
        answer = jsonify(
            challenge=b64url_encode(self.forms.ask()),
            host=self.forms.site().host,
            salt=b64url_encode(self.services.passkeys.salt),
            handle=b64url_encode(self.forms.random(HANDLE_BYTES)),
            known=[each.name for each in known],
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def sign_in(self) -> Page:
        """Open the wallet that a passkey belongs to."""
        self.services.rights.tidy_up.erase_due()
        try:
            wallet = self.services.open_wallet.by_passkey(self.forms.answered())
        except WrongPasskeyError as error:
            return render_template(
                "wallet/sign_in.html", errors={"passkey": str(error)}, login=""
            ), status_of(error)
        visitor.open_in_browser(self.table, wallet)
        visitor.read_what_came(self.services.letters.unpack)
        return redirect(visitor.onward())

    def sign_up(self) -> Page:
        """Make a wallet that a passkey opens, and show the words that open it without one."""
        login = request.form.get("login", "")
        try:
            wallet = self.services.create_wallet.with_passkey(login, self.forms.made(), FIRST_LABEL)
        except (LoginTakenError, WeakPasswordError) as error:
            return _sign_up({"login": str(error)}, login, error)
        except (WrongPasskeyError, ConflictError) as error:
            return _sign_up({"passkey": str(error)}, login, error)
        visitor.open_in_browser(self.table, wallet)
        flash("Your wallet is ready, and only you can open it.", "good")
        return redirect(url_for("home.overview"))


@dataclass(frozen=True)
class _Own:
    services: Services
    table: SessionTable
    forms: PasskeyForms

    def add_to(self, own: Blueprint) -> None:
        own.get("/add")(self.form)
        own.post("/add")(self.add)
        own.get("/<name>/remove")(self.removal)
        own.post("/<name>/remove")(self.remove)

    def form(self) -> Page:
        return self._add_form({}, "", HTTPStatus.OK)

    def add(self) -> Page:
        """Let a further passkey open the wallet."""
        label = request.form.get("label", "")
        try:
            proof, made = self.forms.made_with_proof("owner")
            self.services.passkeys.add(visitor.current(), proof, made, label)
        except WeakPasswordError as error:
            return self._add_form({"label": str(error)}, label, status_of(error))
        except WrongPasswordError as error:
            return self._add_form({"owner": WRONG}, label, status_of(error))
        except (TooManyAttemptsError, WrongPasskeyError, ConflictError) as error:
            return self._add_form({"passkey": str(error)}, label, status_of(error))
        flash("This passkey opens your wallet from now on.", "good")
        return redirect(url_for("locks.overview"))

    def removal(self, name: str) -> Page:
        return self._remove_form(name, {}, HTTPStatus.OK)

    def remove(self, name: str) -> Page:
        """Take a passkey away."""
        try:
            wallet = self.services.passkeys.remove(visitor.current(), self.forms.proof("owner"), name)
        except WrongPasswordError as error:
            return self._remove_form(name, {"owner": WRONG}, status_of(error))
        except (TooManyAttemptsError, WrongPasskeyError, ConflictError) as error:
            return self._remove_form(name, {"passkey": str(error)}, status_of(error))
        visitor.open_in_browser(self.table, wallet)
        flash("This passkey opens your wallet no more. Everywhere else you are signed out.", "good")
        return redirect(url_for("locks.overview"))

    def _add_form(self, errors: dict[str, str], label: str, status: HTTPStatus) -> Page:
        has = self.services.locks.has_password(visitor.current())
        return render_template(
            "wallet/locks/add_passkey.html", errors=errors, label=label, has_password=has
        ), status

    def _remove_form(self, name: str, errors: dict[str, str], status: HTTPStatus) -> Page:
        found = [each for each in self.services.passkeys.all(visitor.current()) if each.name == name]
        if not found:
            raise NotInWalletError("This passkey was taken away already.")
        has = self.services.locks.has_password(visitor.current())
        return render_template(
            "wallet/locks/remove_passkey.html", errors=errors, passkey=found[0], has_password=has
        ), status


def _sign_up(errors: dict[str, str], login: str, error: WalletError) -> Page:
    return render_template("wallet/sign_up.html", errors=errors, login=login), status_of(error)
