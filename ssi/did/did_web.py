"""did:web: the document lies on a web server (did:web, W3C CCG); whoever controls the server controls it.

>>> document_url("did:web:university.example:registry")
'https://university.example/registry/did.json'

The server is asked through a function that is passed in and that decides which hosts may be asked at all.
"""

import re
from typing import Final, Protocol
from urllib.parse import unquote

from crypto.encoding import parse_json
from crypto.errors import MalformedError
from ssi.did.document import DidDocument, read_document
from ssi.errors import IdentifierError

PREFIX: Final = "did:web:"
MAX_DOCUMENT_BYTES: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"localhost"})
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}$)({_LABEL}(?:\.{_LABEL})*)(?::(\d{{1,5}}))?")
_IP_ADDRESS: Final = re.compile(r"(?:\d+|0x[0-9a-f]*)(?:\.(?:\d+|0x[0-9a-f]*))*", re.IGNORECASE)
_SEGMENT: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-Fa-f]{2})+")
_LAST_PORT: Final = 65_535


class Fetch(Protocol):
    """Gets what lies at an address: from allowed hosts only, without redirects, bounded in size and time."""

    def __call__(self, url: str, *, max_bytes: int) -> bytes:
        """The body of a successful answer.

        Raises:
            UnresolvableError: the host is not allowed, or there is no such answer.
        """
        ...


def document_url(did: str) -> str:
    """Where the document of a did:web lies: https, and http only for this machine by the name localhost.

    Raises:
        IdentifierError: not a did:web with a host name, an optional port as `%3A` and path segments.
    """
    authority, *segments = did.removeprefix(PREFIX).split(":")
    host = _HOST.fullmatch(re.sub("%3a", ":", authority, count=1, flags=re.IGNORECASE))
    if not did.startswith(PREFIX) or host is None or _IP_ADDRESS.fullmatch(host[1]):
        raise IdentifierError(f"expected did:web with a host name, got {did[:200]!r}")
    if host[2] is not None and not 0 < int(host[2]) <= _LAST_PORT:
        raise IdentifierError(f"{did[:200]}: there is no such port")
    if not all(_SEGMENT.fullmatch(segment) and _stays(segment) for segment in segments):
        raise IdentifierError(
            f"{did[:200]}: a path segment is empty, leads upwards or is not allowed in a path"
        )
    scheme = "http" if host[1] in _LOOPBACK else "https"
    path = "/".join(segments) or ".well-known"
    return f"{scheme}://{host[0].lower()}/{path}/did.json"


def resolve_did_web(did: str, fetch: Fetch) -> DidDocument:
    """The document of a did:web, as its server shows it now.

    Raises:
        IdentifierError: the identifier or its document is not of its form, or about somebody else.
        UnresolvableError: as `fetch`.
    """
    raw = fetch(document_url(did), max_bytes=MAX_DOCUMENT_BYTES)
    try:
        document = parse_json(raw, max_bytes=MAX_DOCUMENT_BYTES)
    except MalformedError as error:
        raise IdentifierError(f"{did}: {error}") from error
    return read_document(document, did)


def _stays(segment: str) -> bool:
    """Whether a segment, decoded as servers do, names something in its folder."""
    decoded = unquote(segment)
    return decoded not in {".", ".."} and not set(decoded) & set("/\\?#\0")
