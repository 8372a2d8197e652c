"""Errors of the services as pages in plain words: the one table that pairs them with a status."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask
from werkzeug.wrappers import Response

from marketplace.errors import (
    ConflictError,
    MarketplaceError,
    NotAllowedError,
    NotRegisteredError,
    RefusedError,
    TooManyAttemptsError,
    UnknownError,
)
from ssi.hosting.design.error_pages import Words, page

_PAGES: dict[type[MarketplaceError], tuple[HTTPStatus, str]] = {
    UnknownError: (HTTPStatus.NOT_FOUND, "There is nothing here"),
    NotAllowedError: (HTTPStatus.FORBIDDEN, "You may not do this"),
    NotRegisteredError: (HTTPStatus.FORBIDDEN, "Your organisation is not registered yet"),
    ConflictError: (HTTPStatus.CONFLICT, "That does not fit what happened before"),
    RefusedError: (HTTPStatus.UNPROCESSABLE_ENTITY, "That cannot be done like this"),
    TooManyAttemptsError: (HTTPStatus.TOO_MANY_REQUESTS, "One moment, please"),
}


def install(app: Flask) -> None:
    """Answer the services' errors on screens; the JSON interfaces answer their own."""
    for kind, (status, heading) in _PAGES.items():
        app.register_error_handler(kind, _answer(status, heading))


def _answer(status: HTTPStatus, heading: str) -> Callable[[MarketplaceError], Response]:
    def answer(error: MarketplaceError) -> Response:
        # The services' messages hold no secret and no personal data.
        message = str(error)
        return page(status, Words(heading, f"{message[:1].upper()}{message[1:]}."))

    return answer
