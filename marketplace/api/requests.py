"""How is a request read? Bodies strictly, numbers in addresses within bounds, callers by what they prove."""

import re
from collections.abc import Mapping
from typing import TypeVar

from flask import Response, jsonify, request
from werkzeug.exceptions import UnsupportedMediaType

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.sealing import KEY_BYTES
from crypto.signing import VerifyingKey
from marketplace.domain.account import Account, AccountKind
from marketplace.domain.scope import Scope
from marketplace.domain.split import MAX_CENTS
from marketplace.errors import NotAllowedError, WrongCredentialsError
from marketplace.services.suite import Services
from ssi.http.authentication import BoundRequest, UsedProofs, verify_proof

T = TypeVar("T")

MAX_BODY = 1_000_000
MAX_DATA_SET = 100
LOOKING = (Scope.RESULTS, Scope.ORDERS)
"""Whoever orders and whoever fetches may see how orders stand."""
_MAX_DIGITS = 16
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,100}")
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
        UnsupportedMediaType: it says that it is no JSON.
    """
    if request.content_length and request.mimetype and not request.is_json:
        raise UnsupportedMediaType("expected JSON, Content-Type: application/json")
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


def buyer(services: Services, *scopes: Scope) -> Account:
    """The buyer whose API key came with the request; it is good for one of these scopes.

    Raises:
        WrongCredentialsError: there is none, or it is not valid.
        NotAllowedError: it is not a buyer's, or has none of the scopes.
    """
    return _require_buyer(services.recognise_api_key(_secret(), *scopes))


def _secret() -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != _SCHEME or not secret:
        raise WrongCredentialsError("expected the header 'Authorization: Bearer <API key>'")
    return secret.strip()


def _require_buyer(account: Account) -> Account:
    if account.kind is not AccountKind.BUYER:
        raise NotAllowedError("this is for buyers")
    return account


def acting(services: Services, *scopes: Scope) -> tuple[Account, str | None]:
    """The buyer as `buyer` tells it, and the member whose key this is: whose limit counts for what it spends.

    Raises:
        WrongCredentialsError, NotAllowedError: as for `buyer`.
    """
    account, by = services.recognise_api_key.caller(_secret(), *scopes)
    return _require_buyer(account), by


def idempotency_key() -> str | None:
    """The key by which a repeated request is known, None if it came without one.

    Raises:
        MalformedError: it is none: 1 to 100 visible characters.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise MalformedError("Idempotency-Key: expected 1 to 100 visible ASCII characters")
    return key


def holder(services: Services, used: UsedProofs, *, path: str | None = None) -> VerifyingKey:
    """The key whose holder proves that this GET request is hers; `path` where the query is part of it.

    Raises:
        RequestProofError: there is no proof, or it does not hold.
        TooManyRequestsError: the cache of used proofs is full.
    """
    bound = BoundRequest("GET", path or request.path, services.marketplace_id, raw_body())
    return verify_proof(request.headers.get("Authorization"), bound, now=services.clock(), used=used)


def signed_token(name: str, max_length: int) -> str:
    """The one member of the body: a document that its sender signed.

    Raises:
        MalformedError: the body holds anything else.
    """
    fields = body(max_length)
    return done(fields, fields.text(name, max_length=max_length))


def signed_purchase(name: str, max_length: int) -> tuple[str, int]:
    """What a buyer signed to purchase something, and the price in cents that it accepts.

    Raises:
        MalformedError: the body holds anything else.
    """
    fields = body(max_length)
    token = fields.text(name, max_length=max_length)
    return done(fields, (token, fields.integer("accepted_price_cents", least=0, most=MAX_CENTS)))


def shown_key() -> bytes:
    """The private key that a buyer shows to have an answer looked into.

    Raises:
        MalformedError: the body holds anything else.
    """
    fields = body()
    return done(fields, fields.binary("private_key", length=KEY_BYTES))


def data_set_asked(wanted: str) -> str:
    """The data set in the address after the question mark; `wanted` says in the error what it is for.

    Raises:
        MalformedError: there is none, or it is too long to be one.
    """
    data_set = request.args.get("data_set", "")
    if not 0 < len(data_set) <= MAX_DATA_SET:
        raise MalformedError(f"data_set: missing; {wanted}")
    return data_set


def unstored(document: Mapping[str, Json]) -> Response:
    """An answer that nobody on the way may keep (RFC 9111 §5.2.2.5)."""
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-store"
    return response


def done(fields: Fields, value: T) -> T:
    """A value that was read, after refusing members that nobody read."""
    fields.done()
    return value
