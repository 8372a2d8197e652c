"""How is a request read? Bodies strictly, numbers in addresses within bounds, callers by what they prove."""

from typing import TypeVar

from flask import request

from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.domain.account import Account, AccountKind
from marketplace.errors import NotAllowedError, WrongCredentialsError
from marketplace.services.suite import Services

T = TypeVar("T")

MAX_BODY = 1_000_000
_MAX_DIGITS = 16
_SCHEME = "bearer"


def body(max_bytes: int = MAX_BODY) -> Fields:
    """The members of the request's JSON object.

    Raises:
        MalformedError: it is none, or longer than allowed.
    """
    return Fields.parse(raw_body(max_bytes), "request")


def raw_body(max_bytes: int = MAX_BODY) -> bytes:
    """The request's body.

    Raises:
        MalformedError: it is longer than allowed.
    """
    raw = request.get_data(cache=True)
    if len(raw) > max_bytes:
        raise MalformedError(f"request: {len(raw)} bytes are more than the {max_bytes} that are read")
    return raw


def number(name: str) -> int | None:
    """A number in the address after the question mark, None if it is not there.

    Raises:
        MalformedError: it is not a whole number.
    """
    text = request.args.get(name)
    return None if text is None else whole_number(text, name)


def whole_number(text: str, name: str) -> int:
    """A whole number from a text of digits.

    Raises:
        MalformedError: it is not.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise MalformedError(f"{name}: expected a whole number")
    return int(text)


def buyer(services: Services) -> Account:
    """The buyer whose API key came with the request.

    Raises:
        WrongCredentialsError: there is none, or it is not valid.
        NotAllowedError: it is not a buyer's.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != _SCHEME or not secret:
        raise WrongCredentialsError("expected the header 'Authorization: Bearer <API key>'")
    account = services.recognise_api_key(secret.strip())
    if account.kind is not AccountKind.BUYER:
        raise NotAllowedError("this is for buyers")
    return account


def done(fields: Fields, value: T) -> T:
    """A value that was read, after refusing members that nobody read."""
    fields.done()
    return value
