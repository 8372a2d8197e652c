"""Where does a negotiation with a buyer's connector stand, and what is the market about to say to it?

DSP 2025-1: a state is reached when the other party acknowledged a message. The market's own message therefore
waits as `Outgoing` beside the state it leads from, until the buyer's connector took it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from consent.moves import Illegal, IllegalMoveError, Moves, Side
from consent.negotiation import NEGOTIATION, NegotiationMove, NegotiationState
from consent.order_terms import OrderTerms
from consent.query import Query
from consent.transfer import TRANSFER, TransferMove, TransferState
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.domain.split import MAX_CENTS

AGREED_FOR: Final = timedelta(days=7)
"""How long an agreement may be turned into an order."""
MOST_OPEN: Final = 50
"""So many negotiations, and as many transfers, of one account may be under way."""
MOST_ATTEMPTS: Final = 12
MAX_PID: Final = 200
_PID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._~-]{0,199}")
_URN: Final = "urn:uuid:"

M = TypeVar("M", NegotiationMove, TransferMove)


@dataclass(frozen=True)
class Outgoing(Generic[M]):
    """A message of the market that was not acknowledged yet: `path` is below the callback address."""

    move: M
    path: str
    body: Mapping[str, Json] = field(repr=False, hash=False)
    attempts: int = 0


@dataclass(frozen=True)
class Negotiation:
    """One negotiation about one order.

    `terms` are those of the offer on the table, whichever party made it; `offer_id` names it. The agreement
    is made when the market agrees, and counts once the state is FINALIZED; until `agreed_until` it may be
    turned into an order. `due_at` is when the worker looks at it next, None where the buyer has the word.
    `reason` says why the market ended it. `version` grows with each change.
    """

    provider_pid: str
    account_id: str
    consumer_pid: str
    callback: str = field(repr=False)
    buyer: str
    state: NegotiationState
    offer_id: str
    terms: OrderTerms
    request_digest: str
    created_at: datetime
    until: datetime
    due_at: datetime | None
    agreement_id: str | None = None
    outgoing: Outgoing[NegotiationMove] | None = None
    reason: str | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether anything can still happen to it."""
        return self.state not in NEGOTIATION.ends

    @property
    def is_ending(self) -> bool:
        """Whether the market is about to tell the connector that it is over."""
        return self.outgoing is not None and self.outgoing.move is NegotiationMove.TERMINATE

    def moved(self, move: NegotiationMove, by: Side) -> "Negotiation":
        """After a message.

        A message of the buyer that answers one of ours shows that ours arrived, even where its
        acknowledgement was lost.

        Raises:
            IllegalMoveError: the message may not be sent now.
        """
        state = _after(NEGOTIATION, self.state, move, by, self.outgoing)
        return replace(self, state=state, outgoing=None, due_at=None)


@dataclass(frozen=True)
class TransferProcess:
    """One delivery of an answer under an agreement; `order_id` is the order that the answer belongs to."""

    provider_pid: str
    account_id: str
    consumer_pid: str
    callback: str = field(repr=False)
    agreement_id: str
    order_id: str
    state: TransferState
    request_digest: str
    created_at: datetime
    due_at: datetime | None
    outgoing: Outgoing[TransferMove] | None = None
    reason: str | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether anything can still happen to it."""
        return self.state not in TRANSFER.ends

    @property
    def is_ending(self) -> bool:
        """Whether the market is about to tell the connector that it is over."""
        return self.outgoing is not None and self.outgoing.move is TransferMove.TERMINATE

    def moved(self, move: TransferMove, by: Side) -> "TransferProcess":
        """After a message; see `Negotiation.moved`.

        Raises:
            IllegalMoveError: the message may not be sent now.
        """
        state = _after(TRANSFER, self.state, move, by, self.outgoing)
        return replace(self, state=state, outgoing=None, due_at=None)


_ENDINGS: Final = frozenset({NegotiationMove.TERMINATE, TransferMove.TERMINATE})
S = TypeVar("S", NegotiationState, TransferState)


def _after(moves: Moves[S, M], state: S, move: M, by: Side, outgoing: Outgoing[M] | None) -> S:
    if outgoing is not None and outgoing.move in _ENDINGS and by is Side.CONSUMER and move not in _ENDINGS:
        # Anything else of the buyer's would go on with what the market is about to end.
        raise IllegalMoveError(Illegal.OVER, f"the {moves.name} is being ended; it can only be terminated")
    try:
        return moves.after(state, move, by)
    except IllegalMoveError:
        if outgoing is None or by is Side.PROVIDER:
            raise
    return moves.after(moves.after(state, outgoing.move, Side.PROVIDER), move, by)


def read_pid(text: str, where: str) -> str:
    """A process id of the other party, as it may stand in the path of an address.

    Raises:
        MalformedError: it has other characters than letters, digits and ``: . _ ~ -``, or more than 200.
    """
    if not _PID.fullmatch(text):
        raise MalformedError(f"{where}: expected an id such as urn:uuid:…, of at most {MAX_PID} characters")
    return text


def urn(uuid: str) -> str:
    """The id of one of our own processes, offers or agreements."""
    return _URN + uuid


def uuid_of(identifier: str) -> str:
    """The UUID in an id that `urn` made."""
    return identifier.removeprefix(_URN)


def terms_to_json(terms: OrderTerms) -> dict[str, Json]:
    """Terms as the books keep them."""
    return {"query": terms.query.to_json(), "most_cents": terms.most_cents}


def terms_from_json(document: object) -> OrderTerms:
    """Read what `terms_to_json` wrote.

    Raises:
        MalformedError: it is not that.
    """
    fields = Fields.of(document, "terms")
    query = Query.from_json(fields.any("query"))
    return OrderTerms(query, fields.integer("most_cents", least=0, most=MAX_CENTS))
