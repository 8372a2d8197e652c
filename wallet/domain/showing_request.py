"""Is a request to show something to be put before the person? From the link to a verified request.

The checks are those of `ssi.openid4vp.request_check`; here they get the wallet's trust, and their refusals
the wallet's words. A request is verified when it is opened and again when it is answered, since it may have
run out, or its sender have left the register, while the person thought about it. A refused one leads nowhere:
until a request is verified, nobody knows that the address for the answer belongs to whoever asks, so nothing
is sent there, not even an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from crypto.encoding import Json
from crypto.errors import CryptoError
from crypto.reading import Fields
from ssi.clock import CLOCK_SKEW, MAX_MOMENT, moment_of
from ssi.http.address import origin_of
from ssi.jws import parse_jws
from ssi.openid4vp.client_id import ClientId, ClientIdPrefix
from ssi.openid4vp.errors import ErrorCode, RequestRefusedError
from ssi.openid4vp.request import AuthorizationRequest
from ssi.openid4vp.request_check import RequestTrust, accept_unsigned_request, verify_request_object
from ssi.openid4vp.request_reading import RequestLink, read_link
from ssi.trust import TrustRegistry
from wallet.domain.showing import AskedWith
from wallet.domain.showing_asker import Asker, who_asks
from wallet.domain.showing_values import can_be_said
from wallet.errors import AskDoubt, AskRefusedError

SCHEMES: Final = frozenset({"openid4vp", "haip-vp", "https", "http"})
_DOUBTS: Final = {
    ErrorCode.INVALID_CLIENT: AskDoubt.NOT_PROVED,
    ErrorCode.VP_FORMATS_NOT_SUPPORTED: AskDoubt.UNKNOWN_KIND,
    ErrorCode.INVALID_TRANSACTION_DATA: AskDoubt.UNKNOWN_TRANSACTION,
}
_MAX_PURPOSE: Final = 1_000
_WHERE: Final = "request object"


@dataclass(frozen=True)
class Verified:
    """A verified request, who asks, and why as far as it says: for each set of the query by its number."""

    request: AuthorizationRequest = field(repr=False)
    asker: Asker
    purposes: Mapping[int, str] = field(repr=False, hash=False)


def parse_request_link(text: str) -> RequestLink | Mapping[str, Json]:
    """Read a link that was tapped, scanned or pasted.

    Raises:
        AskRefusedError: `not a link`: it is none to a request; `not proved`: nothing could prove who asks.
    """
    link = text.strip()
    try:
        if urlsplit(link).scheme.lower() not in SCHEMES:
            raise AskRefusedError(AskDoubt.NOT_A_LINK)
        found = read_link(link)
    except RequestRefusedError as error:
        raise AskRefusedError(AskDoubt.NOT_A_LINK, str(error)) from error
    except ValueError as error:  # of urlsplit, for an address such as https://[
        raise AskRefusedError(AskDoubt.NOT_A_LINK) from error
    if isinstance(found, RequestLink):
        if origin_of(found.request_uri) is None:
            raise AskRefusedError(AskDoubt.NOT_A_LINK)
        _require_provable(found.client_id)
    return found


def verify_asked(asked: AskedWith, registry: TrustRegistry, own: RequestTrust, *, now: datetime) -> Verified:
    """The request, after every check; `own` is what the installation takes besides the registry.

    Raises:
        AskRefusedError: a check failed; `doubt` names it.
    """
    trust = replace(own, strangers=True)  # who nobody vouches for is put before the person as that
    try:
        if asked.token is None:
            verified = accept_unsigned_request(asked.parameters, trust)
            claims, x5c = asked.parameters, None
        else:
            verified = verify_request_object(
                asked.token,
                client_id=asked.client_id,
                trust=trust,
                now=now,
                wallet_nonce=asked.wallet_nonce,
            )
            signed = parse_jws(asked.token, _WHERE, foreign=True)
            claims, x5c = signed.payload, signed.header.get("x5c")
        asker = who_asks(verified, x5c, registry, own, now=now)
    except RequestRefusedError as error:
        raise AskRefusedError(_doubt(error, asked, now), str(error)) from error
    if not all(map(can_be_said, verified.request.transactions)):
        raise AskRefusedError(AskDoubt.UNKNOWN_TRANSACTION, "transaction_data: a text that no page can show")
    return Verified(verified.request, asker, _purposes(claims))


def _require_provable(client_id: str) -> None:
    """A prefix that nothing proves is refused before its address is asked for anything."""
    try:
        prefix = ClientId.parse(client_id).prefix
    except RequestRefusedError as error:
        raise AskRefusedError(AskDoubt.NOT_PROVED, str(error)) from error
    if prefix is ClientIdPrefix.REDIRECT_URI:
        raise AskRefusedError(AskDoubt.UNSIGNED, "requests under redirect_uri are not signed")


def _doubt(error: RequestRefusedError, asked: AskedWith, now: datetime) -> AskDoubt:
    if asked.token is None and error.code is ErrorCode.INVALID_CLIENT:
        return AskDoubt.UNSIGNED
    if asked.token is not None and _is_over(asked.token, now):
        return AskDoubt.OVER
    return _DOUBTS.get(error.code, AskDoubt.MALFORMED)


def _is_over(token: str, now: datetime) -> bool:
    """Whether a refused request says of itself that its time is over; only to choose the words."""
    try:
        fields = Fields(parse_jws(token, _WHERE, foreign=True).payload, _WHERE)
        ends = fields.integer("exp", least=0, most=MAX_MOMENT) if fields.has("exp") else MAX_MOMENT
    except CryptoError:
        return False
    return now - CLOCK_SKEW > moment_of(ends)


def _purposes(claims: Mapping[str, Json]) -> dict[int, str]:
    """What the asker says on why. Drafts of the standard had a text in each set; it is read where it is."""
    query = claims.get("dcql_query")
    sets = query.get("credential_sets") if isinstance(query, Mapping) else None
    said = {
        index: one.get("purpose")
        for index, one in enumerate(sets if isinstance(sets, list) else [])
        if isinstance(one, Mapping)
    }
    plain = {index: _printable(text) for index, text in said.items() if isinstance(text, str)}
    return {index: text for index, text in plain.items() if text}


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text[:_MAX_PURPOSE]).strip()
