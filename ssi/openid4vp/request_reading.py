"""Is this request of the form that a wallet may answer? OpenID4VP 1.0 §5, read as RFC 9101 §6.3 says.

Only form: who asks is proved by `request_check`. Parameters that are not known here are passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.http.outside import read_target
from ssi.openid4vp.client_id import ClientId, ClientIdPrefix
from ssi.openid4vp.dcql import DcqlQuery, Format
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.errors import ErrorCode, QueryError, RequestRefusedError
from ssi.openid4vp.metadata import ClientMetadata, read_metadata
from ssi.openid4vp.request import AuthorizationRequest, RequestUriMethod, ResponseMode
from ssi.openid4vp.transaction_data import MAX_TRANSACTIONS, TransactionData, read_transactions

MAX_NONCE: Final = 1_000
MAX_LINK: Final = 20_000
_OF_JSON: Final = frozenset({"dcql_query", "client_metadata", "transaction_data"})
_WHERE: Final = "request"


@dataclass(frozen=True)
class RequestLink:
    """Where a request lies and who is said to ask; nothing of it is proved before the request is read."""

    client_id: str
    request_uri: str
    method: RequestUriMethod


def read_link(link: str) -> RequestLink | Mapping[str, Json]:
    """Read a link: where the request lies, or, without `request_uri`, the parameters themselves.

    Raises:
        RequestRefusedError: `invalid_request`: no link, a parameter that stands twice, no client identifier,
            or a request that is neither fetched nor there; `invalid_request_uri_method` for another method.
    """
    try:
        pairs = parse_qsl(urlsplit(link[:MAX_LINK]).query, keep_blank_values=True, strict_parsing=True)
    except ValueError as error:
        raise _refused("the link has no parameters") from error
    parameters = dict(pairs)
    if len(parameters) != len(pairs) or len(link) > MAX_LINK:
        raise _refused("the link is too long, or a parameter in it stands twice")
    if "client_id" not in parameters or "request" in parameters:
        raise _refused("expected a link with client_id and request_uri")
    if "request_uri" not in parameters:
        if "request_uri_method" in parameters:
            raise _refused("request_uri_method: there is no request_uri to be asked in this way (§5.1)")
        return {name: _parameter(name, value) for name, value in parameters.items()}
    method = parameters.get("request_uri_method", RequestUriMethod.GET.value)
    if method not in set(RequestUriMethod):
        raise RequestRefusedError(ErrorCode.INVALID_REQUEST_URI_METHOD, "expected the method get or post")
    require_address(parameters["request_uri"], "request_uri")
    return RequestLink(parameters["client_id"], parameters["request_uri"], RequestUriMethod(method))


def _parameter(name: str, text: str) -> Json:
    if name not in _OF_JSON:
        return text
    try:
        return parse_json(text)
    except MalformedError as error:
        raise _refused(f"{name}: {error}") from error


def read_request(
    claims: Mapping[str, Json], *, transaction_types: frozenset[str] = frozenset()
) -> AuthorizationRequest:
    """Read the parameters of a request.

    Raises:
        RequestRefusedError: `invalid_request`: a nonce, query, response mode or address is missing, has not
            its form, or contradicts another; `vp_formats_not_supported`: none of the formats is known here;
            `invalid_transaction_data`: see `read_transactions`.
    """
    try:
        return _request(Fields(claims, _WHERE), transaction_types)
    except (MalformedError, QueryError) as error:
        raise _refused(str(error)) from error


def require_address(text: str, name: str) -> str:
    """An https address in plain characters, which looks like no other; http only to this machine.

    Raises:
        RequestRefusedError: `invalid_request`: it is none.
    """
    try:
        read_target(text, loopback=True)
    except MalformedError as error:
        raise _refused(f"{name}: {error}") from error
    return text


def _request(fields: Fields, transaction_types: frozenset[str]) -> AuthorizationRequest:
    if fields.text("response_type", max_length=100) != "vp_token":
        raise MalformedError(f"{_WHERE}.response_type: expected vp_token")
    client_id = ClientId.parse(fields.text("client_id"))
    mode = fields.choice("response_mode", ResponseMode)
    if fields.has("redirect_uri"):
        raise MalformedError(f"{_WHERE}.redirect_uri: not together with {mode} (§8.2)")
    response_uri = require_address(fields.text("response_uri"), "response_uri")
    if client_id.prefix is ClientIdPrefix.REDIRECT_URI and response_uri != client_id.name:
        raise MalformedError(f"{_WHERE}.response_uri: it is not the address that the client identifier names")
    query = _query(fields)
    return AuthorizationRequest(
        client_id=client_id,
        response_mode=mode,
        response_uri=response_uri,
        nonce=_nonce(fields),
        query=query,
        state=fields.text("state", max_length=MAX_NONCE) if fields.has("state") else None,
        metadata=_metadata(fields, mode),
        transactions=_transactions(fields, query, transaction_types),
    )


def _nonce(fields: Fields) -> str:
    nonce = fields.text("nonce", max_length=MAX_NONCE)
    if not nonce.isascii() or not nonce.isprintable() or " " in nonce:
        raise MalformedError(f"{_WHERE}.nonce: expected visible ASCII characters")
    return nonce


def _query(fields: Fields) -> DcqlQuery:
    if fields.has("scope"):
        raise RequestRefusedError(ErrorCode.INVALID_SCOPE, "no scope stands for a query here")
    query = read_query(fields.any("dcql_query"), foreign=True)
    if not any(one.format == Format.SD_JWT_VC for one in query.credentials):
        raise RequestRefusedError(
            ErrorCode.VP_FORMATS_NOT_SUPPORTED, f"credentials are presented as {Format.SD_JWT_VC} here"
        )
    return query


def _metadata(fields: Fields, mode: ResponseMode) -> ClientMetadata | None:
    if not fields.has("client_metadata"):
        if mode.encrypted:
            raise MalformedError(f"{_WHERE}.client_metadata: missing; nobody can encrypt without a key")
        return None
    metadata = read_metadata(fields.any("client_metadata"))
    if mode.encrypted:
        metadata.recipient()  # refused now rather than after the owner was asked
    return metadata


def _transactions(
    fields: Fields, query: DcqlQuery, known_types: frozenset[str]
) -> tuple[TransactionData, ...]:
    if not fields.has("transaction_data"):
        return ()
    listed = fields.entries("transaction_data", least=1, most=MAX_TRANSACTIONS)
    return read_transactions(listed, known_types=known_types, query_ids=frozenset(query.by_id()))


def _refused(sentence: str) -> RequestRefusedError:
    return RequestRefusedError(ErrorCode.INVALID_REQUEST, sentence)
