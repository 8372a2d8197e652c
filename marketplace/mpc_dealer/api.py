"""What can be asked of the dealer? One thing: a node's packet of the random numbers of one attempt.

A node is recognised by the TLS certificate that the trust registry lists for it, and gets the packet of its
own role and no other. Its answer is the packet as bytes; the dealer's signed statement about it stands in a
header. Errors are problem documents (RFC 9457), from one table.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from consent.dealing import STATEMENT_HEADER, TRIPLES_PATH, DealRequest, DealStatement, sign_deal
from crypto.encoding import b64url_encode, sha256
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey
from marketplace.mpc_dealer.deals import DealBook, Packet
from marketplace.mpc_dealer.errors import AlreadyDealtError, BusyError, NotAllowedError
from marketplace.mpc_dealer.meter import Meter
from ssi.errors import RegistryError, UnknownDealerError, UnknownNodeError
from ssi.hosting.logs import log
from ssi.http.problems import register
from ssi.trust import TrustRegistry

PeerFingerprint = Callable[[Mapping[str, Any]], str | None]
"""Finds the fingerprint of the client's TLS certificate in the environment of a request."""

STATUSES: dict[type[Exception], HTTPStatus] = {
    MalformedError: HTTPStatus.BAD_REQUEST,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    UnknownNodeError: HTTPStatus.FORBIDDEN,
    AlreadyDealtError: HTTPStatus.CONFLICT,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    UnknownDealerError: HTTPStatus.SERVICE_UNAVAILABLE,
    RegistryError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_LOGGER = logging.getLogger(__name__)
MOST_REQUEST_BYTES = 10_000


@dataclass(frozen=True)
class Dealer:
    """One dealer with its surroundings."""

    dealer_id: str
    key: SigningKey = field(repr=False)
    book: DealBook
    registry: Callable[[], TrustRegistry]
    clock: Callable[[], datetime]
    meter: Meter = field(default_factory=Meter)

    def role_of(self, asked: DealRequest, fingerprint: str | None) -> int:
        """The role of the node that asks, among those that it names.

        Raises:
            NotAllowedError: it shows no certificate of a node, or is none of the nodes of its request.
            UnknownNodeError: a node of the request is none of the registry.
            UnknownDealerError: this process is not the registry's dealer.
            RegistryError: the registry has run out.
        """
        registry, now = self.registry(), self.clock()
        if registry.require_dealer(now=now).id != self.dealer_id:
            raise UnknownDealerError("the trust registry names another dealer")
        for each in asked.nodes:
            registry.node(each, now=now)
        caller = registry.node_of_certificate(fingerprint or "", now=now)
        if caller.id not in asked.nodes:
            raise NotAllowedError(f"{caller.id} is none of the nodes that are to compute")
        return asked.nodes.index(caller.id)

    def statement(self, asked: DealRequest, role: int, packet: Packet) -> str:
        """The signed word about a packet."""
        statement = DealStatement(
            request_digest=asked.digest,
            deal=b64url_encode(packet.deal),
            role=role,
            packet_digest=b64url_encode(sha256(packet.content)),
            dealt_at=self.clock().replace(microsecond=0),
        )
        return sign_deal(statement, self.key)


def dealer_api(dealer: Dealer, peer_fingerprint: PeerFingerprint) -> Blueprint:
    """The endpoint of one dealer."""
    blueprint = Blueprint("dealer", __name__)
    register(blueprint, STATUSES)

    @blueprint.post(TRIPLES_PATH)
    def triples() -> ResponseReturnValue:
        try:
            asked, role, packet = _dealt(dealer, peer_fingerprint(request.environ))
        except tuple(STATUSES) as error:
            dealer.meter.refused(type(error).__name__)
            raise
        dealer.meter.dealt(asked.count)
        node, job = asked.nodes[role], asked.job_id
        log(_LOGGER, "triples were dealt", job=job, attempt=asked.attempt, node=node, count=asked.count)
        response = Response(packet.content, content_type="application/octet-stream")
        response.headers[STATEMENT_HEADER] = dealer.statement(asked, role, packet)
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint


def _dealt(dealer: Dealer, fingerprint: str | None) -> tuple[DealRequest, int, Packet]:
    asked = DealRequest.from_fields(Fields.parse(request.get_data(), "request"))
    role = dealer.role_of(asked, fingerprint)
    return asked, role, dealer.book.packet(asked, role)
