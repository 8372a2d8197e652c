"""Refuse texts that nothing can be called by, before any database is asked for them.

PostgreSQL keeps no text with a NUL character and answers with an error of its own where SQLite finds nothing.
"""

from http import HTTPStatus
from itertools import chain

from flask import Flask, abort, request

NUL = "\x00"


def install(app: Flask) -> None:
    """Answer addresses with a NUL character with 404, and forms that were read and have one with 400.

    Install it after what protects forms: a body that nothing has read as a form is left to its own reader.
    """
    app.before_request(_refuse_addresses_of_nothing)
    app.before_request(_refuse_forms_of_nothing)


def _refuse_addresses_of_nothing() -> None:
    """Nothing has such an address.

    Raises:
        NotFound: its path or its query has a NUL character.
    """
    if _has_nul(request.path, *request.args, *chain.from_iterable(request.args.listvalues())):
        abort(HTTPStatus.NOT_FOUND)


def _refuse_forms_of_nothing() -> None:
    """No browser sends a NUL character in a field, so no screen has words for it.

    Raises:
        BadRequest: a field of the form has one.
    """
    if "form" in vars(request) and _has_nul(*request.form, *chain.from_iterable(request.form.listvalues())):
        abort(HTTPStatus.BAD_REQUEST)


def _has_nul(*texts: str) -> bool:
    return any(NUL in text for text in texts)
