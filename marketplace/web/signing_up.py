"""An organisation asks for an account, and an operator decides about it."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.account_request import Claim, RequestState
from marketplace.domain.member_link import NewLink
from marketplace.errors import RefusedError, TooManyAttemptsError
from marketplace.services.suite import Services
from marketplace.web.client import client
from marketplace.web.desk_forms import names_of, typed
from marketplace.web.visitor import for_operators, visitor
from marketplace.web.words import ORGANISATIONS, sentence

_FIELDS = ("name", "kind", "country", "register_number", "contact", "email")
_STATES = {RequestState.APPROVED: "Opened", RequestState.REFUSED: "Refused"}


def screens(services: Services, public_url: str) -> Blueprint:
    """The page for everybody, and the one for operators; links begin with `public_url`."""
    blueprint = Blueprint("access", __name__)
    _asking(blueprint, services)
    _deciding(blueprint, services, public_url.rstrip("/"))
    return blueprint


def _asking(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/sign-up")
    def sign_up() -> str:
        return _form()

    @blueprint.post("/sign-up")
    def ask() -> Response | tuple[str, int]:
        try:
            services.account_requests.ask(_claim(), typed("email"), client=client())
        except TooManyAttemptsError as error:
            return _form(sentence(str(error))), HTTPStatus.TOO_MANY_REQUESTS
        except RefusedError as error:
            return _form(sentence(str(error))), HTTPStatus.UNPROCESSABLE_ENTITY
        return redirect(url_for("access.asked"))

    @blueprint.get("/sign-up/sent")
    def asked() -> str:
        return render_template("market/signed_up.html")


def _deciding(blueprint: Blueprint, services: Services, public_url: str) -> None:
    @blueprint.get("/operations/accounts")
    @for_operators
    def overview() -> str:
        return _desk(services)

    @blueprint.post("/operations/accounts/<request_id>/approval")
    @for_operators
    def approve(request_id: str) -> str:
        made = services.account_requests.approve(request_id, by=visitor().account_id)
        return _desk(services, made=made, address=f"{public_url}{url_for('joining.join')}#{made.secret}")

    @blueprint.post("/operations/accounts/<request_id>/refusal")
    @for_operators
    def refuse(request_id: str) -> Response:
        services.account_requests.refuse(request_id, typed(f"reason-{request_id}"), by=visitor().account_id)
        flash("Refused. Please tell the contact why: the market sends no e-mail.", "good")
        return redirect(url_for("access.overview"))


def _claim() -> Claim:
    return Claim.typed(
        typed("name"),
        typed("kind"),
        typed("country"),
        register_number=typed("register_number"),
        contact=typed("contact"),
    )


def _form(error: str | None = None) -> str:
    filled = {name: request.form.get(name, "") for name in _FIELDS}
    kinds = [(kind.value, words) for kind, words in ORGANISATIONS.items()]
    return render_template("market/sign_up.html", filled=filled, kinds=kinds, error=error)


def _desk(services: Services, *, made: NewLink | None = None, address: str = "") -> str:
    acts, requests = services.account_requests.acts(), services.account_requests.all()
    return render_template(
        "market/desk/access.html",
        waiting=[each for each in requests if each.state is RequestState.WAITING],
        decided=[each for each in requests if each.state is not RequestState.WAITING],
        by={act.case_id: act.actor for act in acts},
        names=names_of(services, acts),
        kinds=ORGANISATIONS,
        states=_STATES,
        made=made,
        address=address,
    )
