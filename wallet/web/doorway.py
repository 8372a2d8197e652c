"""The screens before a wallet is open: sign up, sign in; and the lock."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from wallet.errors import LoginTakenError, TooManyAttemptsError, WeakPasswordError, WrongPasswordError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.problems import status_of
from wallet.web.sessions import SessionTable

Page = str | Response | tuple[str, HTTPStatus]


def screens(services: Services, table: SessionTable) -> Blueprint:
    """The doorway."""
    doorway = Blueprint("doorway", __name__)
    _Screens(services, table).add_to(doorway)
    return doorway


@dataclass(frozen=True)
class _Screens:
    services: Services
    table: SessionTable

    def add_to(self, doorway: Blueprint) -> None:
        doorway.get("/")(self.start)
        doorway.get("/sign-in")(self.sign_in)
        doorway.post("/sign-in")(self.open_wallet)
        doorway.get("/sign-up")(self.sign_up)
        doorway.post("/sign-up")(self.create_wallet)
        doorway.post("/lock")(self.lock)

    def start(self) -> Response:
        return redirect(url_for("home.overview" if visitor.is_open() else "doorway.sign_in"))

    def sign_in(self) -> Page:
        return redirect(visitor.onward()) if visitor.is_open() else _shown("sign_in")

    def open_wallet(self) -> Page:
        login, password = request.form.get("login", ""), request.form.get("password", "")
        self.services.rights.tidy_up.erase_due()
        try:
            wallet = self.services.open_wallet(login, password)
        except (WrongPasswordError, TooManyAttemptsError) as error:
            return _shown("sign_in", {"login": str(error)}, login), status_of(error)
        visitor.open_in_browser(self.table, wallet)
        visitor.read_what_came(self.services.letters.unpack)
        return redirect(visitor.onward())

    def sign_up(self) -> Page:
        return redirect(url_for("home.overview")) if visitor.is_open() else _shown("sign_up")

    def create_wallet(self) -> Page:
        login, password = request.form.get("login", ""), request.form.get("password", "")
        if password != request.form.get("again"):
            error = {"again": "The two passwords differ. Type the same one twice."}
            return _shown("sign_up", error, login), HTTPStatus.UNPROCESSABLE_ENTITY
        try:
            wallet = self.services.create_wallet(login, password)
        except LoginTakenError as taken:
            return _shown("sign_up", {"login": str(taken)}, login), status_of(taken)
        except WeakPasswordError as weak:
            return _shown("sign_up", {weak.field: str(weak)}, login), status_of(weak)
        visitor.open_in_browser(self.table, wallet)
        flash("Your wallet is ready, and only you can open it.", "good")
        return redirect(url_for("home.overview"))

    def lock(self) -> Response:
        visitor.lock(self.table)
        flash("Your wallet is locked.", "good")
        return redirect(url_for("doorway.sign_in"))


def _shown(which: str, errors: dict[str, str] | None = None, login: str = "") -> str:
    return render_template(f"wallet/{which}.html", errors=errors or {}, login=login)
