"""Oneself: one's name, where one is signed in, a new password, and leaving the organisation."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from marketplace.domain.account import AccountKind
from marketplace.errors import LastOwnerError, RefusedError, TooManyAttemptsError, WrongCredentialsError
from marketplace.services.suite import Services
from marketplace.web.visitor import for_members, me, this_session, visitor
from marketplace.web.words import sentence


def screens(services: Services) -> Blueprint:
    """The page about oneself."""
    blueprint = Blueprint("you", __name__, url_prefix="/you")
    _looking(blueprint, services)
    _password(blueprint, services)
    _leaving(blueprint, services)
    return blueprint


def _looking(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("")
    @for_members
    def overview() -> str:
        return _page(services)

    @blueprint.post("/name")
    @for_members
    def rename() -> Response | tuple[str, int]:
        try:
            services.members.rename(me().member_id, request.form.get("name", ""))
        except RefusedError as error:
            errors = {"name": sentence(str(error))}
            return _page(services, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
        flash("Your name is changed.", "good")
        return redirect(url_for("you.overview"))


def _password(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/password")
    @for_members
    def change_password() -> Response | tuple[str, int]:
        old, new = request.form.get("old_password", ""), request.form.get("new_password", "")
        try:
            services.member_passwords.change(me(), old, new, session_id=this_session())
        except WrongCredentialsError:
            errors = {"old_password": "This is not your password."}
        except TooManyAttemptsError:
            errors = {"old_password": "Too many tries. Please wait a few minutes and try again."}
        except RefusedError as error:
            errors = {"new_password": sentence(str(error))}
        else:
            flash("Your password is changed, and you are signed out everywhere else.", "good")
            return redirect(url_for("you.overview"))
        return _page(services, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY


def _leaving(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/sessions/<session_id>/end")
    @for_members
    def end_session(session_id: str) -> Response:
        services.member_sessions.end(me().member_id, session_id)
        flash("Signed out there.", "good")
        return redirect(url_for("you.overview"))

    @blueprint.post("/sessions/end")
    @for_members
    def end_others() -> Response:
        services.member_sessions.end_others(me().member_id, but=this_session())
        flash("You are signed in here only.", "good")
        return redirect(url_for("you.overview"))

    @blueprint.post("/leave")
    @for_members
    def leave() -> Response | tuple[str, int]:
        if request.form.get("sure") != "yes":
            errors = {"sure": "Say that you mean it."}
            return _page(services, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
        try:
            services.members.end(visitor().account_id, me().member_id, by=me().member_id)
        except LastOwnerError as error:
            errors = {"sure": sentence(str(error))}
            return _page(services, errors=errors), HTTPStatus.CONFLICT
        session.clear()
        flash("You have left the organisation.", "note")
        return redirect(url_for("catalogue.overview"))


def _page(services: Services, *, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "market/you.html",
        sessions=services.member_sessions.of(me().member_id),
        here=this_session(),
        errors=errors or {},
        is_buyer=visitor().kind is AccountKind.BUYER,
    )
