"""Signing in and out."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ssi.issuer_service.errors import TooManyAttemptsError, UnauthorisedError
from ssi.issuer_service.web.office import OfficeServices


def add_sign_in(screens: Blueprint, services: OfficeServices) -> None:
    """Add the sign-in page and the way out."""

    @screens.get("/sign-in")
    def sign_in() -> AnyResponse:
        if services.is_signed_in:
            return redirect(url_for("office.home"))
        return _page(services)

    @screens.post("/sign-in")
    def enter() -> AnyResponse:
        password = request.form.get("password", "")
        try:
            mark = services.sign_in(password, address=services.address(), now=services.now())
        except UnauthorisedError as error:
            services.operations.sign_in_refused(error)
            return _page(
                services, "This password is not right. Please try again.", HTTPStatus.UNPROCESSABLE_ENTITY
            )
        except TooManyAttemptsError as error:
            services.operations.sign_in_refused(error)
            text = "There were too many wrong passwords. Please wait five minutes, then try again."
            response = _page(services, text, HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(error.retry_after_seconds)
            return response
        services.enter(mark)
        return redirect(url_for("office.home"))

    @screens.post("/sign-out")
    def leave() -> AnyResponse:
        services.leave()
        return redirect(url_for("office.sign_in"))


def _page(services: OfficeServices, error: str | None = None, status: HTTPStatus = HTTPStatus.OK) -> Response:
    errors = {"password": error} if error else {}
    page = render_template("issuer/sign_in.html", issuer_name=services.issuer_name, errors=errors)
    return make_response(page, status.value)
