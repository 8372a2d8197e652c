"""Say errors in plain words to people, and as problem documents to programs.

Each page says what happened, whether something was lost, and one thing to do next.
"""

import secrets
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ssi.http import problems

_API_PREFIXES = ("/api/", "/v1/", "/.well-known/")


@dataclass(frozen=True)
class Words:
    """What a page says: what happened, and what to do now."""

    heading: str
    text: str


_WORDS = {
    HTTPStatus.FORBIDDEN: Words(
        "This is not yours to see", "You are signed in, but this page belongs to somebody else."
    ),
    HTTPStatus.UNAUTHORIZED: Words("Please sign in first", "This page is shown to you after you sign in."),
    HTTPStatus.NOT_FOUND: Words(
        "There is nothing here", "The address may have a typing mistake, or what was here has been removed."
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: Words(
        "This cannot be opened like that", "Please use the button on the page before this one."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Words(
        "That was too much at once", "The file or form is larger than we accept. Nothing was stored."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: Words(
        "One moment, please", "There were too many tries in a short time. Wait a minute, then try again."
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: Words(
        "Something went wrong on our side", "It is not your fault. What you had before is unchanged."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Words(
        "Not available right now", "Please try again in a few minutes. Nothing was lost."
    ),
}
_EXPIRED_FORM = Words(
    "This form is too old",
    "For your safety a form works for one hour. Open the page again and send it once more.",
)
_OTHERWISE = Words("That did not work", "Nothing was changed. Please go back and try again.")


def install(app: Flask) -> None:
    """Answer every error that no view handles, in the form that the path calls for."""
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def page(status: HTTPStatus, words: Words, *, reference: str | None = None) -> Response:
    """An error page; the reference leads the operator to the log."""
    body = render_template("design/error.html", status=status.value, words=words, reference=reference)
    return make_response(body, status.value)


def _expired_form(error: CSRFError) -> Response:
    if _is_for_programs():
        return problems.answer_http(error)
    return page(HTTPStatus.BAD_REQUEST, _EXPIRED_FORM)


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST or _is_for_programs():
        return problems.answer_http(error)
    status = HTTPStatus(error.code)
    response = page(status, _WORDS.get(status, _OTHERWISE))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> Response:
    if _is_for_programs():
        return problems.answer_unforeseen(error)
    reference = secrets.token_hex(4)
    current_app.logger.error("unforeseen error %s", reference, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return page(status, _WORDS[status], reference=reference)


def _is_for_programs() -> bool:
    return request.path.startswith(_API_PREFIXES)
