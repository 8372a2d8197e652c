"""Fetches requests to show something, and posts the answers (OpenID4VP 1.0 §5.10, §8.2, §8.3).

Whoever sends a person a link chooses which server her wallet asks. So an address is asked over https only, on
the public internet only, without redirects and for little; plain http, and hosts inside the operator's own
network, only where the operator named the address, or in development. What was judged is
what is connected to, so a name server that changes its answer in between leads nowhere.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

from crypto.encoding import Json, canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.errors import UnresolvableError
from ssi.http.address import is_public, origin_of, path_of
from ssi.http.client import Answer, Body, Client, Limits
from ssi.http.errors import GarbledAnswerError, PeerError, RefusedByPeerError
from ssi.http.judged import MayReach
from ssi.openid4vp.client_id import ClientIdPrefix
from ssi.openid4vp.request import REQUEST_MEDIA_TYPE, RequestUriMethod, ResponseMode
from ssi.openid4vp.request_reading import RequestLink
from wallet.clients.failures import talking_to
from wallet.domain.showing import MAX_OBJECT
from wallet.errors import PartnerRefusedError, VerifierRefusedError

LIMITS: Final = Limits(connect_seconds=5.0, read_seconds=20.0, total_seconds=30.0, answer_bytes=MAX_OBJECT)
_WHOEVER_ASKS: Final = "Whoever asks"
_FORM: Final = "application/x-www-form-urlencoded"
_MAX_ADDRESS: Final = 2_000
_MAX_REASON: Final = 100
_ALGORITHMS: Final[list[Json]] = ["ES256", "EdDSA"]
WALLET_METADATA: Final[Mapping[str, Json]] = {
    "vp_formats_supported": {"dc+sd-jwt": {"sd-jwt_alg_values": _ALGORITHMS, "kb-jwt_alg_values": ["ES256"]}},
    "client_id_prefixes_supported": [
        ClientIdPrefix.X509_SAN_DNS.value,
        ClientIdPrefix.X509_HASH.value,
        ClientIdPrefix.DECENTRALIZED_IDENTIFIER.value,
    ],
    "request_object_signing_alg_values_supported": _ALGORITHMS,
    "response_types_supported": ["vp_token"],
    "response_modes_supported": [mode.value for mode in ResponseMode],
}
"""What every wallet of this kind can do (§10): the same for all of them, so it tells nobody apart."""


@dataclass(frozen=True)
class VerifierClient:
    """`services.show_verifiers.Verifiers` over HTTP.

    `own` are origins that the operator named, such as its marketplace's; they may lie inside.
    """

    own: frozenset[str]
    development: bool = False
    own_path: str = "/"
    """Below which the addresses of `own` are asked: a link must not lead a wallet to their other doors."""

    def fetch(self, link: RequestLink, *, wallet_nonce: str | None) -> str:
        """The signed request that a link leads to."""
        headers = {"Accept": REQUEST_MEDIA_TYPE}
        with talking_to(_WHOEVER_ASKS), self._client(link.request_uri) as client:
            path = path_of(link.request_uri)
            if link.method is RequestUriMethod.GET:
                return _text(client.send("GET", path, headers=headers, repeatable=True))
            form = {"wallet_metadata": canonical_json(dict(WALLET_METADATA)).decode()}
            if wallet_nonce is not None:
                form["wallet_nonce"] = wallet_nonce
            body = Body(urlencode(form).encode(), _FORM)
            return _text(client.send("POST", path, body=body, headers=headers))

    def answer(self, address: str, form: Mapping[str, str]) -> str | None:
        """Post an answer."""
        body = Body(urlencode(form).encode(), _FORM)
        try:
            with talking_to(_WHOEVER_ASKS), self._client(address) as client:
                answer = client.send("POST", path_of(address), body=body)
        except PartnerRefusedError as error:
            cause = error.__cause__
            raise VerifierRefusedError(
                _reason(cause.body) if isinstance(cause, RefusedByPeerError) else None
            ) from error
        return _onward(answer.body, address)

    def document(self, url: str, *, max_bytes: int) -> bytes:
        """A document of a did:web, for `ssi.did.resolve.Resolver`.

        Raises:
            UnresolvableError: the host is not asked, or there is no such document.
        """
        try:
            with self._client(url, max_bytes=max_bytes) as client:
                return client.send("GET", path_of(url), headers={"Accept": "application/json"}).body
        except PeerError as error:
            raise UnresolvableError(f"{url[:200]!r}: no document of an identifier") from error

    @contextmanager
    def _client(self, address: str, *, max_bytes: int = MAX_OBJECT) -> Iterator[Client]:
        """A client for one exchange: whoever asks many people would otherwise fill a table of them."""
        origin, may_reach = self._require_askable(address)
        client = Client(origin, limits=replace(LIMITS, answer_bytes=max_bytes, may_reach=may_reach))
        try:
            yield client
        finally:
            client.close()

    def _require_askable(self, address: str) -> tuple[str, MayReach | None]:
        origin = origin_of(address)
        if origin is None:
            raise PeerError("expected an https address")
        if self.development or (origin in self.own and _lies_below(path_of(address), self.own_path)):
            return origin, None
        if urlsplit(origin).scheme != "https":
            raise PeerError("an address without https is not asked")
        return origin, is_public


def _lies_below(path: str, prefix: str) -> bool:
    """Whether a path stays below a prefix however it is written: no step up, plain or encoded."""
    steps = unquote(urlsplit(path).path).split("/")
    return path.startswith(prefix) and not {".", ".."} & set(steps)


def _text(answer: Answer) -> str:
    try:
        return answer.body.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise GarbledAnswerError(f"{answer.peer}: expected a signed request") from error


def _reason(body: bytes) -> str | None:
    """The asker's word for programs: its own `reason`, or the `error` of OAuth; none if it says neither."""
    try:
        fields = Fields.of(parse_json(body), "answer")
        name = "reason" if fields.has("reason") else "error"
        reason = fields.text(name, max_length=_MAX_REASON) if fields.has(name) else None
    except MalformedError:
        return None
    return reason if reason is not None and reason.isascii() and reason.isprintable() else None


def _onward(body: bytes, response_uri: str) -> str | None:
    """Where the browser goes on (§8.2); https, and plain http on this machine if the answer went there so."""
    try:
        fields = Fields.of(parse_json(body), "answer")
        if not fields.has("redirect_uri"):
            return None
        address = fields.text("redirect_uri", max_length=_MAX_ADDRESS)
    except MalformedError:
        return None  # the answer was taken; what else was said leads nowhere
    origin = origin_of(address)
    if origin is None or not address.isprintable():
        return None
    local = origin.startswith("http://")
    return None if local and origin != origin_of(response_uri) else address
