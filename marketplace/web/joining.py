"""Coming in by a one-time link: who was invited joins, and who lost her password sets a new one.

The secret stands behind the # of the link, which a browser never sends: it is in no log of addresses. A small
script puts it into the form; without scripts it is pasted there.
"""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.errors import AccountConflictError, RefusedError, UnknownError, WeakPasswordError
from marketplace.services.suite import Services
from marketplace.web.visitor import enter
from marketplace.web.words import sentence

_MOST_CODE = 2_000


def screens(services: Services) -> Blueprint:
    """The two pages; they are for people who are not signed in yet."""
    blueprint = Blueprint("joining", __name__)
    _joining(blueprint, services)
    _replacing(blueprint, services)
    return blueprint


def _joining(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/join")
    def join() -> str:
        return _form("market/join.html", {})

    @blueprint.post("/join")
    def accept() -> Response | tuple[str, int]:
        name, password = request.form.get("name", ""), request.form.get("password", "")
        try:
            member = services.members.accept(read_code(), name, password)
        except UnknownError as error:
            errors = {"code": sentence(str(error))}
        except WeakPasswordError as error:
            errors = {"password": sentence(str(error))}
        except AccountConflictError:
            errors = {"code": "The invited e-mail address belongs to another account. Ask for another link."}
        except RefusedError as error:
            errors = {"name": sentence(str(error))}
        else:
            home = enter(services, member, proven_at=services.clock())
            flash("Welcome. You act for your organisation from now on.", "good")
            return redirect(home)
        return _form("market/join.html", errors), HTTPStatus.UNPROCESSABLE_ENTITY


def _replacing(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/new-password")
    def lost() -> str:
        return _form("market/new_password.html", {})

    @blueprint.post("/new-password")
    def replace() -> Response | tuple[str, int]:
        try:
            services.member_passwords.reset(read_code(), request.form.get("password", ""))
        except UnknownError as error:
            errors = {"code": sentence(str(error))}
        except WeakPasswordError as error:
            errors = {"password": sentence(str(error))}
        else:
            flash("Your new password counts. Please sign in with it.", "good")
            return redirect(url_for("visitor.sign_in"))
        return _form("market/new_password.html", errors), HTTPStatus.UNPROCESSABLE_ENTITY


def read_code() -> str:
    """The secret of a link, whether the code was pasted or the whole link."""
    return request.form.get("code", "").strip()[:_MOST_CODE].rpartition("#")[2]


def _form(template: str, errors: dict[str, str]) -> str:
    code, name = request.form.get("code", ""), request.form.get("name", "")
    return render_template(template, errors=errors, code=code[:_MOST_CODE], name=name)
