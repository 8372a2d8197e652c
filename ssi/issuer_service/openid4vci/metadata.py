"""What anybody may read: metadata of issuer and authorisation server, keys, offers and status lists."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, abort, jsonify, request

from crypto.encoding import Json
from ssi.clock import seconds_of
from ssi.issuance import IssuerKey
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.documents import (
    METADATA_TYP,
    Abilities,
    IssuerName,
    credential_offer,
    issuer_keys,
    issuer_metadata,
    server_metadata,
)
from ssi.issuer_service.domain.encryption import JWT_MEDIA_TYPE, RequestDecryption
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.errors import UnknownEntryError
from ssi.issuer_service.openid4vci.list_number import read_list_number
from ssi.issuer_service.services.hand_over import OFFERS_PATH
from ssi.issuer_service.services.look_up import LookUp
from ssi.issuer_service.services.publish_status import STATUS_LISTS_PATH, PublishStatus
from ssi.jws import sign_jws

STATUS_LIST_MEDIA_TYPE = "application/statuslist+jwt"


@dataclass(frozen=True)
class MetadataServices:
    """What the metadata is made of."""

    name: IssuerName
    issuer: IssuerKey
    catalogue: Catalogue
    abilities: Abilities
    decryption: RequestDecryption
    secrets: IssuerSecrets
    look_up: LookUp
    publish_status: PublishStatus
    now: Callable[[], datetime]


class MetadataEndpoints:
    """One method for each document."""

    def __init__(self, services: MetadataServices) -> None:
        self._services = services

    def add_to(self, protocol: Blueprint) -> None:
        """Add the routes."""
        protocol.get("/.well-known/openid-credential-issuer")(self.metadata)
        protocol.get("/.well-known/oauth-authorization-server")(self.server)
        protocol.get("/.well-known/jwt-vc-issuer")(self.keys)
        protocol.get(f"{OFFERS_PATH}<offer_id>")(self.offer)
        protocol.get(f"{STATUS_LISTS_PATH}<number>")(self.status_list)

    def metadata(self) -> Response:
        """Credential issuer metadata (§12.2), signed where JWT is asked for before JSON (§12.2.3)."""
        services = self._services
        document = issuer_metadata(
            services.name, services.catalogue, services.abilities, services.decryption.jwk
        )
        offered = ["application/json", JWT_MEDIA_TYPE]
        if request.accept_mimetypes.best_match(offered, default=offered[0]) != JWT_MEDIA_TYPE:
            response = jsonify(document)
        else:
            response = Response(self._signed(document), content_type=JWT_MEDIA_TYPE)
        response.headers["Vary"] = "Accept"
        return response

    def server(self) -> Response:
        """Authorisation server metadata (§12.3, RFC 8414)."""
        services = self._services
        return jsonify(server_metadata(services.name.url, services.catalogue, services.abilities))

    def keys(self) -> Response:
        """JWT VC issuer metadata (SD-JWT VC §5)."""
        return jsonify(issuer_keys(self._services.issuer))

    def offer(self, offer_id: str) -> Response:
        """A credential offer by reference (§4.1.3); 404 once it was taken up, withdrawn or ran out."""
        services = self._services
        offered = services.look_up.offered(offer_id, now=services.now())
        if offered is None:
            abort(HTTPStatus.NOT_FOUND)
        entry, offer = offered
        code = services.secrets.code(offer.credential_id, offer.number)
        claim_code = services.secrets.claim_code(offer.credential_id, offer.number)
        return jsonify(credential_offer(services.name.url, entry, offer, code=code, claim_code=claim_code))

    def status_list(self, number: str) -> Response:
        """A signed status list (draft-ietf-oauth-status-list-20 §8.2)."""
        try:
            token = self._services.publish_status(read_list_number(number), now=self._services.now())
        except UnknownEntryError:
            abort(HTTPStatus.NOT_FOUND)
        return Response(token, content_type=STATUS_LIST_MEDIA_TYPE)

    def _signed(self, document: dict[str, Json]) -> str:
        issuer = self._services.issuer
        payload = {**document, "sub": self._services.name.url, "iat": seconds_of(self._services.now())}
        by_did = issuer.issuer_id.startswith("did:") and not issuer.kid.startswith("did:")
        kid = f"{issuer.issuer_id}#{issuer.kid}" if by_did else issuer.kid
        return sign_jws(payload, issuer.key, typ=METADATA_TYP, kid=kid, header=issuer.header)
