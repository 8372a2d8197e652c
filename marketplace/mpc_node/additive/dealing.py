"""How does a node come by the random numbers of an attempt? It asks the dealer of the registry, once.

The connection is pinned to the certificate that the registry lists, and the packet must be the one about
which the dealer signed: for this request, this role, these bytes. What it holds is checked by all nodes
together afterwards (`crypto.mpc.additive.run`). An answer that got lost on the way is not asked for again: a
dealer gives no packet twice, and the next attempt is dealt other numbers.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from consent.additive import MOST_TRIPLES
from consent.dealing import STATEMENT_HEADER, TRIPLES_PATH, DealRequest, DealStatement, verify_deal
from crypto.encoding import b64url_decode, b64url_encode, canonical_json, sha256
from crypto.errors import CryptoError
from crypto.mpc.additive.dealer import receive
from crypto.mpc.additive.run import Deal
from crypto.mpc.additive.sharing import Seat
from crypto.signing import VerifyingKey
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.listed_clients import ListedClients
from ssi.errors import CredentialError
from ssi.http.client import Body, Limits
from ssi.http.errors import ExchangeError
from ssi.http.pinning import ClientCertificate
from ssi.trust import TrustRegistry

_BYTES_PER_TRIPLE: Final = 32
LIMITS: Final = Limits(
    connect_seconds=3.0,
    read_seconds=30.0,
    total_seconds=60.0,
    answer_bytes=MOST_TRIPLES * _BYTES_PER_TRIPLE + 1000,
)


class AskDealer(Protocol):
    """Asks the dealer for this node's packet."""

    def __call__(self, request: DealRequest) -> tuple[str, bytes]:
        """The dealer's signed statement and the packet, both unverified.

        Raises:
            ExchangeError: it could not be reached, refused, or gave no answer of that form.
            CredentialError: the registry names no dealer now.
        """
        ...


def nobody(request: DealRequest) -> tuple[str, bytes]:
    """The answer where there is no dealer at all."""
    raise ExchangeError(f"no dealer can be asked about {request.job_id}")


class HttpsDealer:
    """The dealer of the registry, at its listed address and by its listed certificate."""

    def __init__(
        self,
        registry: Callable[[], TrustRegistry],
        certificate: ClientCertificate,
        *,
        clock: Callable[[], datetime],
        limits: Limits = LIMITS,
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._clients = ListedClients(certificate, limits)

    def __call__(self, request: DealRequest) -> tuple[str, bytes]:
        """Ask for a packet; see `AskDealer`."""
        entry = self._registry().require_dealer(now=self._clock())
        body = Body(canonical_json(request.to_json()))
        answer = self._clients.to(entry).send("POST", TRIPLES_PATH, body=body)
        return answer.headers.get(STATEMENT_HEADER, ""), answer.body

    def close(self) -> None:
        """Close all connections."""
        self._clients.close()


def dealt_to(request: DealRequest, role: int, ask: AskDealer, dealer_key: VerifyingKey) -> Deal:
    """This node's triples, from a packet that the dealer signed for.

    Raises:
        AttemptFailedError: the dealer could not be had, or what it answered is not what it signed, or
            nothing that can be read.
    """
    try:
        token, packet = ask(request)
        statement = verify_deal(token, dealer_key)
        _require_about(statement, request, role, packet)
        dealt = receive(packet, Seat(role, len(request.nodes)), binding=request.binding)
        if dealt.count != request.count:
            raise AttemptFailedError(Failure.DEALER_FAILED, "the dealer dealt another number of triples")
        return Deal(dealt, b64url_decode(statement.deal))
    except (ExchangeError, CredentialError, CryptoError) as error:
        raise AttemptFailedError(Failure.DEALER_FAILED, f"the dealer cannot be used: {error}") from error


def _require_about(statement: DealStatement, request: DealRequest, role: int, packet: bytes) -> None:
    signed = (statement.request_digest, statement.role, statement.packet_digest)
    if signed != (request.digest, role, b64url_encode(sha256(packet))):
        raise AttemptFailedError(Failure.DEALER_FAILED, "the dealer signed for something else than it sent")
