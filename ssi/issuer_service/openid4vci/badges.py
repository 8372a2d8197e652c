"""Open Badges of records, and the lists that say what became of them; beside the protocol, not part of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, request

from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError, UnknownEntryError
from ssi.issuer_service.openid4vci.list_number import read_list_number
from ssi.issuer_service.services.give_badge import GiveBadge
from ssi.issuer_service.services.sign_badges import BADGE_LISTS_PATH, BadgeStatus, SignBadges

BADGE_PATH = "/open-badge"
CREDENTIAL_MEDIA_TYPE = "application/vc"
_MAX_PRESENTATION = 200_000


@dataclass(frozen=True)
class BadgeServices:
    """The use cases behind these endpoints."""

    give: GiveBadge
    sign: SignBadges
    now: Callable[[], datetime]


class BadgeEndpoints:
    """One method for each endpoint."""

    def __init__(self, services: BadgeServices) -> None:
        self._services = services

    def add_to(self, protocol: Blueprint) -> None:
        """Add the routes."""
        protocol.post(BADGE_PATH)(self.badge)
        protocol.get(f"{BADGE_LISTS_PATH}<number>/<purpose>")(self.badge_list)

    def badge(self) -> Response:
        """The badge of `{presentation}`: an SD-JWT bound to this issuer's address and a nonce of its own."""
        try:
            fields = Fields.parse(request.get_data(), "request")
            presentation = fields.text("presentation", max_length=_MAX_PRESENTATION)
            fields.done()
        except MalformedError as error:
            raise ProtocolRefusalError(ErrorCode.INVALID_REQUEST, str(error)) from error
        return _credential(self._services.give(presentation, now=self._services.now()))

    def badge_list(self, number: str, purpose: str) -> Response:
        """A signed list (Bitstring Status List v1.0)."""
        if purpose not in list(BadgeStatus):
            abort(HTTPStatus.NOT_FOUND)
        try:
            wanted = read_list_number(number)
            found = self._services.sign.status_list(wanted, BadgeStatus(purpose), now=self._services.now())
        except UnknownEntryError:
            abort(HTTPStatus.NOT_FOUND)
        return _credential(found)


def _credential(document: dict[str, Any]) -> Response:
    return Response(canonical_json(document), content_type=CREDENTIAL_MEDIA_TYPE)
