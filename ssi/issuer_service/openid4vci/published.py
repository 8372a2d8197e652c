"""What others need to believe this issuer's credentials: its DID document, and the documents of its types.

The types are URNs, which nobody can ask for; their documents lie here with their hashes, so that a copy can
be pinned (SD-JWT VC draft 19 §4, W3C SRI §3). The same documents are part of every installation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, abort, jsonify

from crypto.encoding import canonical_json
from crypto.signing import VerifyingKey
from ssi.did.did_web import document_url
from ssi.http.address import path_of
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.did_document import DOCUMENT_TYPE, did_document, did_web_of
from ssi.type_documents import local_types
from ssi.type_metadata import MAX_DOCUMENT_BYTES, integrity_of

TYPES_PATH = "/types"
_FOR_AN_HOUR = "public, max-age=3600"


@dataclass(frozen=True)
class PublishedServices:
    """Whose documents these are: its address, the identifier in credentials, its keys by kid, its types."""

    url: str
    issuer_id: str
    keys: Mapping[str, VerifyingKey]
    catalogue: Catalogue


class PublishedEndpoints:
    """One method for each document."""

    def __init__(self, services: PublishedServices) -> None:
        self._services = services
        self._documents = {
            each.id: (each.credential_type, local_types(each.credential_type, max_bytes=MAX_DOCUMENT_BYTES))
            for each in services.catalogue.configurations
        }

    def add_to(self, protocol: Blueprint) -> None:
        """Add the routes; the DID document only where the address makes a did:web."""
        protocol.get(TYPES_PATH)(self.types)
        protocol.get(f"{TYPES_PATH}/<name>/<version>")(self.type)
        did = did_web_of(self._services.url)
        if did is not None:
            document = did_document(did, self._services.keys, issuer_id=self._services.issuer_id)
            body = canonical_json(document)
            place = path_of(document_url(did)).removeprefix(path_of(self._services.url).rstrip("/"))
            protocol.get(place)(lambda: Response(body, content_type=DOCUMENT_TYPE))

    def types(self) -> Response:
        """Every type that is issued here: its name, where its document lies, and the document's hash."""
        return jsonify(
            types=[
                {
                    "vct": vct,
                    "uri": f"{self._services.url}{TYPES_PATH}/{name}",
                    "uri#integrity": integrity_of(document),
                }
                for name, (vct, document) in self._documents.items()
            ]
        )

    def type(self, name: str, version: str) -> Response:
        """The document of one type, with its digest (RFC 9530)."""
        found = self._documents.get(f"{name}/{version}")
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        response = Response(found[1], content_type="application/json")
        response.headers["Repr-Digest"] = f"sha-256=:{integrity_of(found[1]).removeprefix('sha256-')}:"
        response.headers["Cache-Control"] = _FOR_AN_HOUR
        return response
