"""Answer 404 where an address names nothing that is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from flask import abort

from ssi.issuer_service.errors import UnknownEntryError, UnknownThingError


@contextmanager
def something() -> Iterator[None]:
    """The page of one thing, if there is such a thing."""
    try:
        yield
    except (UnknownEntryError, UnknownThingError):
        abort(HTTPStatus.NOT_FOUND)
