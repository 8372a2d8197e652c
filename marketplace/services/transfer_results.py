"""A buyer's connector asks for the answer that was agreed on (DSP 2025-1, a pull transfer of finite data).

The first transfer under an agreement places the order, whose id is the agreement's; later ones deliver the
same answer again and cost nothing. Ending a transfer does not end the order.
"""

from dataclasses import dataclass, replace

from consent.moves import Side
from consent.negotiation import NegotiationState
from consent.transfer import TransferMove, TransferState
from crypto.encoding import digest_of
from marketplace.domain.account import Account
from marketplace.domain.dsp import TransferRequest
from marketplace.domain.negotiation import MOST_OPEN, Negotiation, TransferProcess, urn, uuid_of
from marketplace.errors import (
    NegotiationConflictError,
    RefusedError,
    TooManyNegotiationsError,
    UnknownNegotiationError,
)
from marketplace.services.desk import Desk
from marketplace.services.negotiate import registered_callback
from marketplace.services.place_order import PlaceOrder
from marketplace.services.ports import Books


@dataclass(frozen=True)
class BeginTransfer:
    """Takes a transfer request. The same message again gets the same transfer."""

    desk: Desk
    place_order: PlaceOrder

    def __call__(
        self, account: Account, message: TransferRequest, *, by: str | None = None
    ) -> TransferProcess:
        """The transfer.

        Raises:
            RefusedError: the callback address is not the account's, or the agreement has run out.
            UnknownNegotiationError: the account has no such agreement.
            NegotiationConflictError: the consumer's id was used for another transfer.
            TooManyNegotiationsError: too many are under way.
            NotRegisteredError, RevokedError, QueryRefusedError, TooFewPeopleError, TooManyQuestionsError,
            PriceChangedError, InsufficientFundsError, SpendingLimitError: as for an order by this member.
        """
        with self.desk.store.reading() as books:
            callback = registered_callback(books, account.account_id, message.callback)
            digest = digest_of({"agreement": message.agreement_id, "callback": callback})
            known = _known(books, account.account_id, message.consumer_pid, digest)
            agreed = _agreed(books, account.account_id, message.agreement_id)
            order_id = uuid_of(message.agreement_id)
            has_order = books.orders.get(order_id) is not None
        if known is not None:
            return known
        if not has_order and self.desk.now() >= agreed.until:
            raise RefusedError("the agreement has run out; negotiate another one")
        self.place_order(
            account.account_id,
            order_id=order_id,
            query=agreed.terms.query,
            accepted_price_cents=agreed.terms.most_cents,
            by=by,
        )
        now = self.desk.now()
        begun = TransferProcess(
            provider_pid=urn(self.desk.new_id()),
            account_id=account.account_id,
            consumer_pid=message.consumer_pid,
            callback=callback,
            agreement_id=message.agreement_id,
            order_id=order_id,
            state=TransferState.REQUESTED,
            request_digest=digest,
            created_at=now,
            due_at=now,
        )
        with self.desk.store.writing() as books:
            known = _known(books, account.account_id, message.consumer_pid, digest)
            if known is None:
                books.transfer_processes.add(begun)
        return known or begun


@dataclass(frozen=True)
class AnswerTransfer:
    """Takes the further messages of a buyer's connector."""

    desk: Desk

    def __call__(
        self, account_id: str, provider_pid: str, consumer_pid: str, move: TransferMove
    ) -> TransferProcess:
        """The transfer after the buyer suspended it, went on, completed or ended it.

        Raises:
            UnknownNegotiationError: the account has no such transfer.
            IllegalMoveError: the message may not be sent now.
        """
        with self.desk.store.writing() as books:
            found = own_transfer(books, account_id, provider_pid, consumer_pid)
            moved = found.moved(move, Side.CONSUMER)
            saved = replace(moved, version=found.version + 1)
            books.transfer_processes.save(saved)
        return saved


@dataclass(frozen=True)
class ReadTransfer:
    """Tells where a transfer stands."""

    desk: Desk

    def __call__(self, account_id: str, provider_pid: str) -> TransferProcess:
        """The transfer.

        Raises:
            UnknownNegotiationError: the account has no such transfer.
        """
        with self.desk.store.reading() as books:
            return own_transfer(books, account_id, provider_pid)


def own_transfer(
    books: Books, account_id: str, provider_pid: str, consumer_pid: str | None = None
) -> TransferProcess:
    """An account's transfer; with another consumer's id it is none.

    Raises:
        UnknownNegotiationError: there is none; somebody else's is not told apart from none.
    """
    found = books.transfer_processes.get(provider_pid)
    if found is None or found.account_id != account_id or consumer_pid not in {None, found.consumer_pid}:
        raise UnknownNegotiationError("there is no such transfer")
    return found


def _known(books: Books, account_id: str, consumer_pid: str, digest: str) -> TransferProcess | None:
    known = books.transfer_processes.find(account_id, consumer_pid)
    if known is None:
        if books.transfer_processes.count_open(account_id) >= MOST_OPEN:
            raise TooManyNegotiationsError(f"{MOST_OPEN} transfers are under way")
        return None
    if known.request_digest != digest:
        raise NegotiationConflictError(f"consumerPid {consumer_pid} is another transfer; make a new id")
    return known


def _agreed(books: Books, account_id: str, agreement_id: str) -> Negotiation:
    found = books.negotiations.of_agreement(agreement_id)
    if found is None or found.account_id != account_id or found.state is not NegotiationState.FINALIZED:
        raise UnknownNegotiationError("there is no such agreement that was finalized")
    return found
