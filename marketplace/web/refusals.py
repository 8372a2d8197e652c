"""Errors of the services as pages in plain words: the one table that pairs them with a status."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, current_app, render_template
from werkzeug.wrappers import Response

from crypto.errors import MalformedError
from marketplace.errors import (
    ConflictError,
    InsufficientFundsError,
    NotAllowedError,
    NotRegisteredError,
    RefusedError,
    TooManyAttemptsError,
    TooManyQuestionsError,
    TooManySessionsError,
    UnknownError,
)
from marketplace.web.words import sentence
from ssi.errors import CredentialError, RegistryError, UnknownDataSetError
from ssi.hosting.design.error_pages import Words, page
from ssi.hosting.errors import DatabaseUnavailableError
from ssi.http.errors import PeerError

_PAGES: dict[type[Exception], tuple[HTTPStatus, str]] = {
    UnknownError: (HTTPStatus.NOT_FOUND, "There is nothing here"),
    UnknownDataSetError: (HTTPStatus.NOT_FOUND, "There is no such data set"),
    NotAllowedError: (HTTPStatus.FORBIDDEN, "You may not do this"),
    ConflictError: (HTTPStatus.CONFLICT, "That does not fit what happened before"),
    RefusedError: (HTTPStatus.UNPROCESSABLE_ENTITY, "That cannot be done like this"),
    CredentialError: (HTTPStatus.UNPROCESSABLE_ENTITY, "Your organisation credential is not accepted"),
    MalformedError: (HTTPStatus.BAD_REQUEST, "That form cannot be read"),
    TooManyAttemptsError: (HTTPStatus.TOO_MANY_REQUESTS, "One moment, please"),
    TooManyQuestionsError: (HTTPStatus.TOO_MANY_REQUESTS, "That is enough for today"),
    TooManySessionsError: (HTTPStatus.TOO_MANY_REQUESTS, "One moment, please"),
}
"""Flask takes the entry of the nearest class. The services' messages hold no secret and no personal data."""

_LATER = Words(
    "We cannot check that right now",
    "Somebody whose word is needed does not answer. Nothing was changed and nothing was bought; please try"
    " again in a few minutes.",
)
_NO_DATABASE = Words(
    "We cannot look anything up right now",
    "The database of this market does not answer. What you had before is unchanged, and nothing is bought"
    " or paid twice. What you sent last may have arrived or not: open the page again in a minute and look,"
    " before you send it once more. If you run this market: start the database, or free its disk."
    " Everything else goes on by itself.",
)


def install(app: Flask) -> None:
    """Answer the services' errors on screens; the JSON interfaces answer their own."""
    for kind, (status, heading) in _PAGES.items():
        app.register_error_handler(kind, _answer(status, heading))
    for later in (PeerError, RegistryError):
        app.register_error_handler(later, _answer_later)
    app.register_error_handler(DatabaseUnavailableError, _answer_without_database)
    app.register_error_handler(NotRegisteredError, _not_registered)
    app.register_error_handler(InsufficientFundsError, _no_funds)


def _answer(status: HTTPStatus, heading: str) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        return page(status, Words(heading, sentence(str(error))))

    return answer


def _answer_later(_error: Exception) -> Response:
    return page(HTTPStatus.SERVICE_UNAVAILABLE, _LATER)


def _answer_without_database(error: Exception) -> Response:
    current_app.logger.error("the database cannot be used: %s", type(error.__cause__).__name__)
    return page(HTTPStatus.SERVICE_UNAVAILABLE, _NO_DATABASE)


def _not_registered(_error: Exception) -> tuple[str, HTTPStatus]:
    return render_template("market/not_registered.html"), HTTPStatus.FORBIDDEN


def _no_funds(error: InsufficientFundsError) -> tuple[str, HTTPStatus]:
    body = render_template("market/no_funds.html", missing_cents=error.missing_cents)
    return body, HTTPStatus.PAYMENT_REQUIRED
