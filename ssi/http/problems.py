"""Answer errors as problem documents (RFC 9457), from one table per app and never with a traceback."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app
from werkzeug.exceptions import HTTPException

from crypto.encoding import canonical_json
from ssi.http.problem import MEDIA_TYPE, Problem

_INTERNAL = "Something went wrong on our side. Nothing was changed; please try again."
_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def problem(
    status: HTTPStatus, title: str | None = None, *, detail: str | None = None, kind: str = "about:blank"
) -> Response:
    """A response with a problem document; without a title it is the status's own phrase."""
    document = Problem(status=status.value, title=title or status.phrase, detail=detail, kind=kind)
    response = Response(canonical_json(document.to_json()), status.value, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def register(scope: Flask | Blueprint, statuses: Mapping[type[Exception], HTTPStatus]) -> None:
    """Answer the errors of a table, HTTP's own errors and everything unforeseen as problem documents.

    On a blueprint this covers its own views; 404 and 405 for paths that no view knows belong to the app
    (`ssi.hosting.design.install` answers them in the form the path calls for). The message of an error in
    the table is sent as `detail`, so it must hold no secret; an unforeseen error is logged and tells nothing.
    """
    for kind, status in statuses.items():
        scope.register_error_handler(kind, lambda error, status=status: answer_named(error, status))
    scope.register_error_handler(HTTPException, answer_http)
    scope.register_error_handler(Exception, answer_unforeseen)


def answer_named(error: Exception, status: HTTPStatus) -> Response:
    """The problem document of one of our own errors."""
    title = _words(type(error)).capitalize()
    return problem(status, title, detail=str(error) or None, kind=kind_of(type(error)))


def answer_http(error: HTTPException) -> Response:
    """The problem document of an error that Flask itself raised, such as 404 or 405."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:  # a redirect is raised like an error
        return current_app.make_response(error.get_response())
    response = problem(HTTPStatus(error.code), detail=error.description)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def answer_unforeseen(error: Exception) -> Response:
    """A 500 that keeps the reason in the log."""
    current_app.logger.error("unforeseen error", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail=_INTERNAL)


def kind_of(error: type[Exception]) -> str:
    """The problem type of a class: ``UnknownOrderError`` is ``urn:argonauta:problem:unknown-order``."""
    return "urn:argonauta:problem:" + _words(error).replace(" ", "-")


def _words(error: type[Exception]) -> str:
    return _WORD_START.sub(" ", error.__name__.removesuffix("Error")).lower()
