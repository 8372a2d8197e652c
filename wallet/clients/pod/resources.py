"""What lies in a pod: folders listed, files read, written and removed (Solid Protocol §5, RFC 9110 §13).

Nothing is written over: a file is written only where there is none (`If-None-Match: *`), and removed only as
it was when it was looked at (`If-Match`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from crypto.errors import MalformedError
from ssi.http.client import Answer, Body, Client
from wallet.clients.openid4vci.dpop import Asked, Prover
from wallet.clients.openid4vci.refusals import header
from wallet.clients.pod.linked_data import MEDIA_TYPE, Graph, read_graph
from wallet.domain.pod import MOST_ENTRIES, Entry, Folder, is_below, parent_of

LOCKED_FILE: Final = "application/jose"
_CONTAINS: Final = "http://www.w3.org/ns/ldp#contains"
_SIZE: Final = "http://www.w3.org/ns/posix/stat#size"
_CHANGED: Final = "http://purl.org/dc/terms/modified"
_MAX_TAG: Final = 1_000
_MOST_DIGITS: Final = 15


@dataclass(frozen=True)
class Shelf:
    """One pod, asked with its grant; every address lies at the origin of the client."""

    client: Client
    prover: Prover
    token: str

    def folder(self, address: str) -> Folder:
        """What lies directly in a folder.

        Raises:
            PeerError, MalformedError: no answer, a refusal, or something else than a folder's list.
        """
        answer = self._send("GET", address, {"Accept": MEDIA_TYPE})
        media_type = (header(answer.headers, "Content-Type") or "").partition(";")[0].strip().lower()
        if media_type != MEDIA_TYPE:
            raise MalformedError("pod: a folder in another form than was asked for")
        graph = read_graph(answer.body, address)
        inside = sorted({each for each in graph.linked(address, _CONTAINS) if _is_in(each, address)})
        entries = tuple(_entry(graph, each) for each in inside[:MOST_ENTRIES])
        return Folder(address, entries, partial=len(inside) > MOST_ENTRIES)

    def read(self, address: str) -> bytes:
        """A file, as it lies there.

        Raises:
            PeerError: no answer, a refusal, or more than the client takes.
        """
        return self._send("GET", address, {"Accept": "*/*"}).body

    def write_new(self, address: str, content: bytes) -> None:
        """Write a file where there is none.

        Raises:
            PeerError: no answer, or a refusal: 412 where there is one.
        """
        self._send("PUT", address, {"If-None-Match": "*"}, Body(content, LOCKED_FILE))

    def remove(self, address: str) -> None:
        """Remove a file as it is now.

        Raises:
            PeerError: no answer, or a refusal: 412 where it changed meanwhile.
            MalformedError: the pod does not say how it is now.
        """
        tag = header(self._send("HEAD", address, {}).headers, "ETag")
        if tag is None or len(tag) > _MAX_TAG or not tag.isascii() or not tag.isprintable():
            raise MalformedError("pod: a file without a mark of its state")
        self._send("DELETE", address, {"If-Match": tag})

    def _send(
        self, method: str, address: str, headers: Mapping[str, str], body: Body | None = None
    ) -> Answer:
        return self.prover.send(self.client, Asked(method, address, headers, body), access_token=self.token)


def _is_in(address: str, folder: str) -> bool:
    """Whether something lies in a folder itself: a pod can name whatever it likes."""
    return is_below(address, folder) and parent_of(address) == folder


def _entry(graph: Graph, address: str) -> Entry:
    sizes = [each for each in graph.literals(address, _SIZE) if each.isascii() and each.isdigit()]
    size = int(sizes[0]) if sizes and len(sizes[0]) <= _MOST_DIGITS else None
    changed = next(iter(graph.literals(address, _CHANGED)), None)
    return Entry(address, size, _moment(changed) if changed else None)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
