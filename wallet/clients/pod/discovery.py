"""From an address that a person gives to her pod: WebID profiles, and the folder in which everything lies.

A WebID leads to a profile, which names where its person signs in (`solid:oidcIssuer`, Solid-OIDC §5.1) and
may name her pod (`pim:storage`). The address of a pod leads to its owner's WebID: the pod says it in a `Link`
(Solid Protocol §4.1), or it lies where the common servers put it. Where a profile names no pod, it is looked
for upwards from the profile, as §4.1 says.

Limit. Whoever owns the address chooses what it says. So the page names the server before a person goes
there, and the sign-in counts only for the WebID that was found here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urldefrag, urljoin

from requests.utils import parse_header_links

from ssi.http.address import origin_of, path_of
from ssi.http.client import Answer
from ssi.http.errors import RedirectedError, RefusedByPeerError
from wallet.clients.openid4vci.outside import Outside
from wallet.clients.openid4vci.refusals import header
from wallet.clients.pod.linked_data import MEDIA_TYPE, Graph, read_graph
from wallet.clients.pod.refusals import asking_the_pod
from wallet.domain.pod import PodPlace, parent_of
from wallet.domain.pod_trouble import pod_trouble
from wallet.errors import PodTrouble

SOLID: Final = "http://www.w3.org/ns/solid/terms#"
PIM_STORAGE: Final = "http://www.w3.org/ns/pim/space#Storage"
STORAGE: Final = "http://www.w3.org/ns/pim/space#storage"
ISSUER: Final = f"{SOLID}oidcIssuer"
OWNER: Final = f"{SOLID}owner"
_FOAF: Final = "http://xmlns.com/foaf/0.1/"
_USUAL_PROFILE: Final = "profile/card#me"
_MAX_ADDRESS: Final = 1_000
_MOST_STEPS_UP: Final = 6
_PRIVATE: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@dataclass(frozen=True)
class Discovery:
    """Looks at addresses of strangers, without anybody being signed in."""

    outside: Outside

    def place_at(self, address: str) -> PodPlace:
        """What a WebID, or the address of a pod, leads to.

        Raises:
            PodError: not an address, no pod, no place to sign in, or it cannot be asked.
        """
        given = _whole(address)
        document = urldefrag(given).url
        with asking_the_pod():
            graph = self._graph(document) if given != document else self._graph_or_none(document)
            webid = _person(graph, given, document) if graph else None
            if graph is not None and webid is not None:
                return self._place(graph, webid)
            if given != document:  # it names a person, and a pod is no person
                raise pod_trouble(PodTrouble.NO_ISSUER)
            return self._place_of_pod(document if document.endswith("/") else f"{document}/")

    def _place_of_pod(self, storage: str) -> PodPlace:
        answer = self._head(storage)
        if answer is None:
            raise pod_trouble(PodTrouble.NOT_A_POD)
        owner = next(_links(answer, OWNER, storage), urljoin(storage, _USUAL_PROFILE))
        profile = self._graph(urldefrag(owner).url)
        if profile is None:
            raise pod_trouble(PodTrouble.NO_ISSUER)
        return self._place(profile, owner, storage if PIM_STORAGE in _types(answer, storage) else None)

    def _place(self, profile: Graph, webid: str, storage: str | None = None) -> PodPlace:
        """What a profile says; of several pods the one that was asked for counts, or else the first."""
        issuers = profile.linked(webid, ISSUER)
        if not issuers:
            raise pod_trouble(PodTrouble.NO_ISSUER)
        named = tuple(each for each in profile.linked(webid, STORAGE) if each.endswith("/"))
        found = storage or (named[0] if named else self._upwards(urldefrag(webid).url))
        for each in (webid, issuers[0], found):
            if origin_of(each) is None or len(each) > _MAX_ADDRESS or not _is_plain(each):
                raise pod_trouble(PodTrouble.NOT_A_POD)
        return PodPlace(webid, issuers[0], found)

    def _upwards(self, document: str) -> str:
        folder = parent_of(document)
        for _ in range(_MOST_STEPS_UP):
            answer = self._head(folder)
            if answer is not None and PIM_STORAGE in _types(answer, folder):
                return folder
            if origin_of(folder) == folder.rstrip("/"):
                break
            folder = parent_of(folder)
        raise pod_trouble(PodTrouble.NOT_A_POD)

    def _graph_or_none(self, document: str) -> Graph | None:
        """As `_graph`; none as well where only a slash may be missing at the end."""
        try:
            return self._graph(document)
        except (RefusedByPeerError, RedirectedError):
            if document.endswith("/"):
                raise
            return None

    def _graph(self, document: str) -> Graph | None:
        """What is written there for everybody; none if it is not for everybody."""
        client = self.outside.to(document)
        try:
            answer = client.send("GET", path_of(document), headers={"Accept": MEDIA_TYPE}, repeatable=True)
        except RefusedByPeerError as error:
            if error.status in _PRIVATE:
                return None
            raise
        media_type = (header(answer.headers, "Content-Type") or "").partition(";")[0].strip().lower()
        return read_graph(answer.body, document) if media_type == MEDIA_TYPE else None

    def _head(self, address: str) -> Answer | RefusedByPeerError | None:
        try:
            return self.outside.to(address).send("HEAD", path_of(address), repeatable=True)
        except RefusedByPeerError as error:
            return error if error.status in _PRIVATE else None


def _whole(address: str) -> str:
    """What somebody typed as a whole address."""
    given = address.strip()
    whole = given if "://" in given else f"https://{given}"
    if not given or len(whole) > _MAX_ADDRESS or not _is_plain(whole) or origin_of(whole) is None:
        raise pod_trouble(PodTrouble.NOT_AN_ADDRESS)
    return whole if path_of(whole) != "/" or whole.endswith("/") or "#" in whole else f"{whole}/"


def _is_plain(address: str) -> bool:
    """Whether an address has only marks that may stand in one (RFC 3986 §2)."""
    return address.isascii() and address.isprintable() and not set(address) & set(' \\"<>^`{|}')


def _person(graph: Graph, given: str, document: str) -> str | None:
    """Whom a document is about: who was asked for, whom it names, or who in it signs in somewhere."""
    topics = (
        *graph.linked(document, f"{_FOAF}primaryTopic"),
        *graph.linked(document, f"{_FOAF}maker"),
        *graph.things,
    )
    asked = given == document
    wanted = (given, *topics) if asked else (given,)
    return next((each for each in wanted if graph.linked(each, ISSUER)), None)


def _links(answer: Answer | RefusedByPeerError, relation: str, address: str) -> Iterator[str]:
    for link in parse_header_links(header(answer.headers, "Link") or ""):
        if relation in link.get("rel", "").split():
            yield urljoin(address, link["url"])


def _types(answer: Answer | RefusedByPeerError, address: str) -> set[str]:
    return set(_links(answer, "type", address))
